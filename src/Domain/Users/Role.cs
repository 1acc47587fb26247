using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventSourcedOrgs.Domain.Users;

/// <summary>The name of a role. Five are reserved; a custom role is a named set of claims for members of the vendor's team.</summary>
[JsonConverter(typeof(RoleJson))]
public readonly record struct Role(string Name)
{
    public static readonly Role SuperAdmin = new("super-admin");
    public static readonly Role Admin = new("admin");
    public static readonly Role OrganizationAdmin = new("organization-admin");
    public static readonly Role ResellerAdmin = new("reseller-admin");
    public static readonly Role User = new("user");

    public static IReadOnlyList<Role> Reserved { get; } = [SuperAdmin, Admin, OrganizationAdmin, ResellerAdmin, User];

    /// <summary>Works for the vendor: such a user belongs to no customer organization.</summary>
    public bool IsTeam => this == SuperAdmin || this == Admin;

    public override string ToString() => Name;
}

/// <summary>Writes a role as its name.</summary>
public sealed class RoleJson : JsonConverter<Role>
{
    public override Role Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, Role value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name);
}
