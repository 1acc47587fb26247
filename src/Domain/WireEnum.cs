using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventSourcedOrgs.Domain;

/// <summary>Writes an enum as kebab-case text (<c>node-locked</c>) in events and on the wire, and reads nothing else.</summary>
public sealed class WireEnum<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) where TEnum : struct, Enum;
