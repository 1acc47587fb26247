using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventSourcedOrgs.Domain;

/// <summary>Writes an enum as kebab-case text (<c>node-locked</c>) in events and on the wire, and reads nothing else.</summary>
public sealed class WireEnum<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) where TEnum : struct, Enum;

/// <summary>The same names where no JSON is written.</summary>
public static class WireEnum
{
    public static string NameOf<TEnum>(TEnum value) where TEnum : struct, Enum => Names<TEnum>.All[value];

    /// <summary>All values of an enum, in their order, by their names.</summary>
    public static IReadOnlyDictionary<string, TEnum> ValuesOf<TEnum>() where TEnum : struct, Enum => Names<TEnum>.Values;

    private static class Names<TEnum> where TEnum : struct, Enum
    {
        public static readonly FrozenDictionary<TEnum, string> All = Enum.GetValues<TEnum>().ToFrozenDictionary(value => value, value => JsonNamingPolicy.KebabCaseLower.ConvertName($"{value}"));

        public static readonly OrderedDictionary<string, TEnum> Values = new(Enum.GetValues<TEnum>().Select(value => KeyValuePair.Create(All[value], value)));
    }
}
