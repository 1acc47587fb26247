using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventSourcedOrgs.Domain;

/// <summary>The vendor's installation; one per deployment.</summary>
[JsonConverter(typeof(IdJson<AccountId>))]
public readonly record struct AccountId(Guid Value) : IId<AccountId>
{
    public static AccountId From(Guid value) => new(value);
    public static bool TryParse(string? text, out AccountId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A customer organization.</summary>
[JsonConverter(typeof(IdJson<OrganizationId>))]
public readonly record struct OrganizationId(Guid Value) : IId<OrganizationId>
{
    public static OrganizationId From(Guid value) => new(value);
    public static bool TryParse(string? text, out OrganizationId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A person who signs in or uses licences.</summary>
[JsonConverter(typeof(IdJson<UserId>))]
public readonly record struct UserId(Guid Value) : IId<UserId>
{
    public static UserId From(Guid value) => new(value);
    public static bool TryParse(string? text, out UserId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A group of users of one organization.</summary>
[JsonConverter(typeof(IdJson<UserGroupId>))]
public readonly record struct UserGroupId(Guid Value) : IId<UserGroupId>
{
    public static UserGroupId From(Guid value) => new(value);
    public static bool TryParse(string? text, out UserGroupId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A licence of a product.</summary>
[JsonConverter(typeof(IdJson<LicenseId>))]
public readonly record struct LicenseId(Guid Value) : IId<LicenseId>
{
    public static LicenseId From(Guid value) => new(value);
    public static bool TryParse(string? text, out LicenseId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A product of the vendor.</summary>
[JsonConverter(typeof(IdJson<ProductId>))]
public readonly record struct ProductId(Guid Value) : IId<ProductId>
{
    public static ProductId From(Guid value) => new(value);
    public static bool TryParse(string? text, out ProductId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>The defaults that new licences of a product take.</summary>
[JsonConverter(typeof(IdJson<LicenseTemplateId>))]
public readonly record struct LicenseTemplateId(Guid Value) : IId<LicenseTemplateId>
{
    public static LicenseTemplateId From(Guid value) => new(value);
    public static bool TryParse(string? text, out LicenseTemplateId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A personal access token.</summary>
[JsonConverter(typeof(IdJson<AccessTokenId>))]
public readonly record struct AccessTokenId(Guid Value) : IId<AccessTokenId>
{
    public static AccessTokenId From(Guid value) => new(value);
    public static bool TryParse(string? text, out AccessTokenId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>One machine, or one running instance, that uses a licence.</summary>
[JsonConverter(typeof(IdJson<ActivationId>))]
public readonly record struct ActivationId(Guid Value) : IId<ActivationId>
{
    public static ActivationId From(Guid value) => new(value);
    public static bool TryParse(string? text, out ActivationId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>The terms of trials that products share.</summary>
[JsonConverter(typeof(IdJson<TrialPolicyId>))]
public readonly record struct TrialPolicyId(Guid Value) : IId<TrialPolicyId>
{
    public static TrialPolicyId From(Guid value) => new(value);
    public static bool TryParse(string? text, out TrialPolicyId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>The trial of a product on one machine.</summary>
[JsonConverter(typeof(IdJson<TrialActivationId>))]
public readonly record struct TrialActivationId(Guid Value) : IId<TrialActivationId>
{
    public static TrialActivationId From(Guid value) => new(value);
    public static bool TryParse(string? text, out TrialActivationId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A request of those who keep the service running.</summary>
[JsonConverter(typeof(IdJson<OperationId>))]
public readonly record struct OperationId(Guid Value) : IId<OperationId>
{
    public static OperationId From(Guid value) => new(value);
    public static bool TryParse(string? text, out OperationId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A role that the vendor made.</summary>
[JsonConverter(typeof(IdJson<RoleId>))]
public readonly record struct RoleId(Guid Value) : IId<RoleId>
{
    public static RoleId From(Guid value) => new(value);
    public static bool TryParse(string? text, out RoleId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A release of a product.</summary>
[JsonConverter(typeof(IdJson<ReleaseId>))]
public readonly record struct ReleaseId(Guid Value) : IId<ReleaseId>
{
    public static ReleaseId From(Guid value) => new(value);
    public static bool TryParse(string? text, out ReleaseId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A file of a release.</summary>
[JsonConverter(typeof(IdJson<ReleaseFileId>))]
public readonly record struct ReleaseFileId(Guid Value) : IId<ReleaseFileId>
{
    public static ReleaseFileId From(Guid value) => new(value);
    public static bool TryParse(string? text, out ReleaseFileId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A channel by which releases come.</summary>
[JsonConverter(typeof(IdJson<ReleaseChannelId>))]
public readonly record struct ReleaseChannelId(Guid Value) : IId<ReleaseChannelId>
{
    public static ReleaseChannelId From(Guid value) => new(value);
    public static bool TryParse(string? text, out ReleaseChannelId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A platform that releases run on.</summary>
[JsonConverter(typeof(IdJson<ReleasePlatformId>))]
public readonly record struct ReleasePlatformId(Guid Value) : IId<ReleasePlatformId>
{
    public static ReleasePlatformId From(Guid value) => new(value);
    public static bool TryParse(string? text, out ReleasePlatformId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A rule for how long and to what licences may be updated.</summary>
[JsonConverter(typeof(IdJson<MaintenancePolicyId>))]
public readonly record struct MaintenancePolicyId(Guid Value) : IId<MaintenancePolicyId>
{
    public static MaintenancePolicyId From(Guid value) => new(value);
    public static bool TryParse(string? text, out MaintenancePolicyId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>Something that licences may be entitled to.</summary>
[JsonConverter(typeof(IdJson<FeatureId>))]
public readonly record struct FeatureId(Guid Value) : IId<FeatureId>
{
    public static FeatureId From(Guid value) => new(value);
    public static bool TryParse(string? text, out FeatureId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>Features that licences have together.</summary>
[JsonConverter(typeof(IdJson<EntitlementSetId>))]
public readonly record struct EntitlementSetId(Guid Value) : IId<EntitlementSetId>
{
    public static EntitlementSetId From(Guid value) => new(value);
    public static bool TryParse(string? text, out EntitlementSetId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>One import of rows.</summary>
[JsonConverter(typeof(IdJson<ImportId>))]
public readonly record struct ImportId(Guid Value) : IId<ImportId>
{
    public static ImportId From(Guid value) => new(value);
    public static bool TryParse(string? text, out ImportId id) => Id.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>What all ids share: a UUID inside, version 7 when we make it.</summary>
public interface IId<TSelf> where TSelf : struct, IId<TSelf>
{
    Guid Value { get; }

    static abstract TSelf From(Guid value);
}

/// <summary>Makes and reads ids.</summary>
public static class Id
{
    public static TId New<TId>() where TId : struct, IId<TId> => TId.From(Guid.CreateVersion7());

    public static bool TryParse<TId>(string? text, out TId id) where TId : struct, IId<TId>
    {
        var parsed = Guid.TryParseExact(text, "D", out var value);
        id = TId.From(value);
        return parsed;
    }
}

/// <summary>Writes an id as a bare string, also as the key of a dictionary.</summary>
public sealed class IdJson<TId> : JsonConverter<TId> where TId : struct, IId<TId>
{
    public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetGuid(out var value)
            ? TId.From(value)
            : throw new JsonException("The value is not a UUID.");

    public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);

    public override TId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Guid.TryParseExact(reader.GetString(), "D", out var value) ? TId.From(value) : throw new JsonException("The key is not a UUID.");

    public override void WriteAsPropertyName(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Value.ToString());
}
