using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventSourcedOrgs.Domain.Users;

/// <summary>The name of a role. Seven are reserved; a custom role is a named set of claims for members of the vendor's team.</summary>
[JsonConverter(typeof(RoleJson))]
public readonly record struct Role(string Name)
{
    public static readonly Role SuperAdmin = new("super-admin");
    public static readonly Role Admin = new("admin");
    public static readonly Role OrganizationAdmin = new("organization-admin");
    public static readonly Role ResellerAdmin = new("reseller-admin");
    public static readonly Role User = new("user");

    /// <summary>Reads everything of the vendor and changes nothing.</summary>
    public static readonly Role Auditor = new("auditor");

    /// <summary>Watches over the service: its imports and how it fares; no customers.</summary>
    public static readonly Role Operator = new("operator");

    public static IReadOnlyList<Role> Reserved { get; } = [SuperAdmin, Admin, OrganizationAdmin, ResellerAdmin, User, Auditor, Operator];

    public bool IsReserved => Reserved.Contains(this);

    /// <summary>Works for the vendor, as every role does but those of customers: such a user belongs to no customer organization.</summary>
    public bool IsTeam => this != default && this != OrganizationAdmin && this != ResellerAdmin && this != User;

    /// <summary>May do everything but what only the super-admin may; the others of the team are limited to what is named.</summary>
    public bool IsUnlimited => this == SuperAdmin || this == Admin;

    /// <summary>Is it the name of a reserved role, in whatever case?</summary>
    public static bool IsReservedName(string name) => Reserved.Any(role => string.Equals(role.Name, name, StringComparison.OrdinalIgnoreCase));

    public override string ToString() => Name;
}

/// <summary>Writes a role as its name.</summary>
public sealed class RoleJson : JsonConverter<Role>
{
    public override Role Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, Role value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name);
}
