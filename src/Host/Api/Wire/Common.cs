using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>A key/value pair as a request gives it; <c>visible</c> is the older form of the view permission <c>activation</c> and counts where none are given.</summary>
internal sealed record NewMetadata(string Key, string Value, ValueList<string>? ViewPermissions = null, bool? Visible = null)
{
    public ValueList<string> SeenBy() => ViewPermissions ?? (Visible is true ? ["activation"] : []);
}

/// <summary>A key/value pair as the vendor sees it.</summary>
internal sealed record WireAdminMetadata(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Key, string? Value, ValueList<string> ViewPermissions, bool Visible);

/// <summary>A key/value pair as others see it.</summary>
internal sealed record WireMetadata(Guid Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Key, string? Value);

/// <summary>
/// A meter as a request gives it; <c>visible</c> is the older form of the view permissions <c>activation</c> and <c>user</c> and counts where none are given.
/// </summary>
internal sealed record NewMeter(string Name, long AllowedUses, ValueList<string>? ViewPermissions = null, bool? Visible = null, bool? Floating = null)
{
    public ValueList<string> SeenBy() => ViewPermissions ?? (Visible is true ? ["activation", "user"] : []);
}

/// <summary>A meter as the vendor sees it.</summary>
internal sealed record WireAdminMeter(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, long AllowedUses, long TotalUses, long GrossUses, bool Floating,
    ValueList<string> ViewPermissions, bool Visible);

/// <summary>A meter as others see it.</summary>
internal sealed record WireMeter(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, long AllowedUses, long TotalUses, long GrossUses, bool Floating);

/// <summary>A postal address; absent parts are null. One without any part is none.</summary>
internal sealed record WireAddress(string? AddressLine1 = null, string? AddressLine2 = null, string? City = null, string? State = null, string? Country = null, string? PostalCode = null)
{
    public static WireAddress Of(Address? address) => address is null
        ? new()
        : new(address.AddressLine1, address.AddressLine2, address.City, address.State, address.Country, address.PostalCode);

    public Address? ToAddress() => string.IsNullOrEmpty(AddressLine1 + AddressLine2 + City + State + Country + PostalCode)
        ? null
        : new(AddressLine1, AddressLine2, City, State, Country, PostalCode);
}

/// <summary>Pieces that many bodies share.</summary>
internal static class Common
{
    public const int LongestSignature = 1024;

    /// <summary>So many texts may be in a list that means nothing.</summary>
    public const int MostIgnored = 100;

    public static ValueList<WireAdminMetadata> ForAdmin(ValueList<MetadataEntry> metadata) => metadata
        .Select(entry => new WireAdminMetadata(entry.Id, entry.CreatedAt, entry.UpdatedAt, entry.Key, entry.Value, entry.ViewPermissions, entry.ViewPermissions.Count > 0))
        .ToValueList();

    /// <summary>The entries whose view permissions name the viewer (<c>organization</c>, <c>user</c> …).</summary>
    public static IEnumerable<MetadataEntry> SeenBy(string viewer, ValueList<MetadataEntry> metadata) => metadata.Where(entry => entry.ViewPermissions.Contains(viewer));

    /// <summary>The entries that the viewer sees, as others than the vendor see them.</summary>
    public static ValueList<WireMetadata> For(string viewer, ValueList<MetadataEntry> metadata) => SeenBy(viewer, metadata)
        .Select(entry => new WireMetadata(entry.Id, entry.CreatedAt, entry.UpdatedAt, entry.Key, entry.Value))
        .ToValueList();

    public static ValueList<WireAdminMeter> ForAdmin(License license, LicenseUsage usage) => license.Meters
        .Select(meter => new WireAdminMeter(meter.Id, meter.CreatedAt, meter.UpdatedAt, meter.Name, meter.AllowedUses, usage.Of(meter).Total,
            usage.Of(meter).Gross, meter.Floating, meter.ViewPermissions, meter.ViewPermissions.Count > 0))
        .ToValueList();

    /// <summary>The meters whose view permissions name the viewer.</summary>
    public static ValueList<WireMeter> For(string viewer, License license, LicenseUsage usage) => license.Meters
        .Where(meter => meter.ViewPermissions.Contains(viewer))
        .Select(meter => new WireMeter(meter.Id, meter.CreatedAt, meter.UpdatedAt, meter.Name, meter.AllowedUses, usage.Of(meter).Total,
            usage.Of(meter).Gross, meter.Floating))
        .ToValueList();

    public static ValueList<MeterAttribute> ToMeters(this ValueList<NewMeter>? meters, DateTimeOffset now) => (meters ?? [])
        .Select(meter => new MeterAttribute(
            Guid.CreateVersion7(now), meter.Name, meter.AllowedUses, meter.Floating ?? false, meter.SeenBy(), now, now))
        .ToValueList();

    /// <summary>The older <c>validity</c> of a term, when that is what it runs by.</summary>
    public static int? Validity(LicenseTerm term) => term is { SubscriptionInterval: null, Validity: > 0 } ? term.Validity : null;

    /// <summary>The one element of a list that has one: the older form of what is a list now.</summary>
    public static string? Single(ValueList<string> list) => list is [var only] ? only : null;

    /// <summary>A field under its name of today, or under its older one; both may be given when they say the same.</summary>
    public static string? Either(string? text, string? older, string field, string olderField) =>
        string.IsNullOrEmpty(text) ? older
        : string.IsNullOrEmpty(older) || older.Equals(text, StringComparison.OrdinalIgnoreCase) ? text
        : throw new RefusedException(Refusal.Validation([new($"/{olderField}", $"is the older name of '{field}' and says something else.")]));

    public static string? EitherTemplate(string? licenseTemplateId, string? licensePolicyId) =>
        Either(licenseTemplateId, licensePolicyId, "licenseTemplateId", "licensePolicyId");

    /// <summary>The role, or the one element of the list that was its older form; both may be given when they say the same.</summary>
    public static string? EitherRole(string? role, ValueList<string>? roles) =>
        roles is null ? role
        : roles is not [var only] ? throw new RefusedException(Refusal.Validation([new("/roles", "must have exactly one role.")]))
        : role is null || role == only ? only
        : throw new RefusedException(Refusal.Validation([new("/roles", "is the older form of 'role' and says something else.")]));

    /// <summary>The list, or the one element that was its older form, where that is given; both may be when they say the same.</summary>
    public static ValueList<string>? EitherList(ValueList<string>? list, string? one, string field, string olderField) =>
        string.IsNullOrEmpty(one) ? list
        : list is null || (list is [var only] && only == one) ? [one]
        : throw new RefusedException(Refusal.Validation([new($"/{olderField}", $"is the older form of '{field}' and says something else.")]));

    public static ValueList<string>? EitherRanges(ValueList<string>? ranges, string? range) => EitherList(ranges, range, "allowedIpRanges", "allowedIpRange");

    /// <summary>What a device with keys of its own signs; it is accepted for clients that have it, as long as it can be that.</summary>
    public static void SignatureMeansNothing(string? deviceId, string? challenge, string? signature)
    {
        OptionalGuid(deviceId, "deviceId");
        MeansNothing(challenge, "deviceChallenge");
        MeansNothing(signature, "deviceChallengeSignature", LongestSignature);
    }

    /// <summary>A text that is accepted for clients that have it and means nothing, as long as it is one.</summary>
    public static void MeansNothing(string? text, string field, int longest = Rules.MostText)
    {
        if (Rules.WrongText(text, 0, longest) is { } wrong)
            throw new RefusedException(Refusal.Validation([new($"/{field}", wrong)]));
    }

    /// <summary>Texts that are accepted for clients that have them and mean nothing, as long as they are some.</summary>
    public static void MeansNothing(ValueList<string>? texts, string field)
    {
        if (texts is not null && Rules.WrongTexts(texts, MostIgnored, shortest: 0) is { } wrong)
            throw new RefusedException(Refusal.Validation([new($"/{field}", wrong)]));
    }

    /// <summary>An id that is accepted for clients that have it and means nothing, as long as it is one.</summary>
    public static void IdMeansNothing(Optional<string?> id, string field) => GivenGuid(id, field);

    public static ValueList<MetadataEntry> ToMetadata(this ValueList<NewMetadata>? entries, DateTimeOffset now) => (entries ?? [])
        .Select(entry => new MetadataEntry(Guid.CreateVersion7(now), entry.Key, entry.Value, entry.SeenBy(), now, now))
        .ToValueList();

    /// <summary>An empty text is none.</summary>
    public static string? Filled(string? text) => string.IsNullOrEmpty(text) ? null : text;

    /// <summary>In a PATCH null means the same as leaving out, for what cannot be null.</summary>
    public static Optional<T> Given<T>(T? value) where T : class => value is null ? default(Optional<T>) : value;

    public static Optional<T> Given<T>(T? value) where T : struct => value is { } given ? given : default(Optional<T>);

    /// <summary>The list that replaces the metadata, when one is given.</summary>
    public static Optional<ValueList<MetadataEntry>> GivenMetadata(ValueList<NewMetadata>? entries, DateTimeOffset now) =>
        entries is null ? default(Optional<ValueList<MetadataEntry>>) : entries.ToMetadata(now);

    /// <summary>In a PATCH an empty text clears an id.</summary>
    public static Optional<TId?> GivenId<TId>(Optional<string?> text, string field) where TId : struct, IId<TId> => text.Select(value =>
        string.IsNullOrEmpty(value) ? default(TId?)
        : Id.TryParse<TId>(value, out var id) ? id
        : throw new RefusedException(Refusal.Validation([new($"/{field}", "is not an id.")])));

    public static Optional<Guid?> GivenGuid(Optional<string?> text, string field) => text.Select(value =>
        string.IsNullOrEmpty(value) ? default(Guid?)
        : Guid.TryParse(value, out var id) ? id
        : throw new RefusedException(Refusal.Validation([new($"/{field}", "is not an id.")])));

    public static Guid? OptionalGuid(string? text, string field) => GivenGuid(text, field).Value;

    public static TId RequiredId<TId>(string? text, string field) where TId : struct, IId<TId> =>
        OptionalId<TId>(text, field) ?? throw new RefusedException(Refusal.Validation([new($"/{field}", "is required.")]));

    public static TId? OptionalId<TId>(string? text, string field) where TId : struct, IId<TId> => GivenId<TId>(text, field).Value;
}
