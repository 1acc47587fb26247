using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>A key/value pair as a request gives it; <c>visible</c> is accepted for older clients and means nothing.</summary>
internal sealed record NewMetadata(string Key, string Value, ValueList<string>? ViewPermissions = null, bool? Visible = null);

/// <summary>A key/value pair as the vendor sees it.</summary>
internal sealed record WireAdminMetadata(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Key, string? Value, ValueList<string> ViewPermissions, bool Visible);

/// <summary>A key/value pair as others see it.</summary>
internal sealed record WireMetadata(Guid Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Key, string? Value);

/// <summary>A postal address; absent parts are null.</summary>
internal sealed record WireAddress(string? AddressLine1 = null, string? AddressLine2 = null, string? City = null, string? State = null, string? Country = null, string? PostalCode = null)
{
    public static WireAddress Of(Address? address) => address is null
        ? new()
        : new(address.AddressLine1, address.AddressLine2, address.City, address.State, address.Country, address.PostalCode);

    public Address ToAddress() => new(AddressLine1, AddressLine2, City, State, Country, PostalCode);
}

/// <summary>Pieces that many bodies share.</summary>
internal static class Common
{
    public static ValueList<WireAdminMetadata> ForAdmin(ValueList<MetadataEntry> metadata) => metadata
        .Select(entry => new WireAdminMetadata(entry.Id, entry.CreatedAt, entry.UpdatedAt, entry.Key, entry.Value, entry.ViewPermissions, entry.ViewPermissions.Count > 0))
        .ToValueList();

    /// <summary>The entries whose view permissions name the viewer (<c>organization</c>, <c>user</c> …).</summary>
    public static ValueList<WireMetadata> For(string viewer, ValueList<MetadataEntry> metadata) => metadata
        .Where(entry => entry.ViewPermissions.Contains(viewer))
        .Select(entry => new WireMetadata(entry.Id, entry.CreatedAt, entry.UpdatedAt, entry.Key, entry.Value))
        .ToValueList();

    public static ValueList<MetadataEntry> ToMetadata(this ValueList<NewMetadata>? entries, DateTimeOffset now) => (entries ?? [])
        .Select(entry => new MetadataEntry(Guid.CreateVersion7(now), entry.Key, entry.Value, entry.ViewPermissions ?? [], now, now))
        .ToValueList();

    /// <summary>In a PATCH null means the same as leaving out, for what cannot be null.</summary>
    public static Optional<T> Given<T>(T? value) where T : class => value is null ? default(Optional<T>) : value;

    public static Optional<T> Given<T>(T? value) where T : struct => value is { } given ? given : default(Optional<T>);

    /// <summary>The list that replaces the metadata, when one is given.</summary>
    public static Optional<ValueList<MetadataEntry>> GivenMetadata(ValueList<NewMetadata>? entries, DateTimeOffset now) =>
        entries is null ? default(Optional<ValueList<MetadataEntry>>) : entries.ToMetadata(now);

    /// <summary>In a PATCH an empty text clears an id, like null.</summary>
    public static Optional<TId?> GivenId<TId>(Optional<string?> text, string field) where TId : struct, IId<TId> => text.Select(value =>
        string.IsNullOrEmpty(value) ? default(TId?)
        : Id.TryParse<TId>(value, out var id) ? id
        : throw new RefusedException(Refusal.Validation([new($"/{field}", "is not an id.")])));

    public static Optional<Guid?> GivenGuid(Optional<string?> text, string field) => text.Select(value =>
        string.IsNullOrEmpty(value) ? default(Guid?)
        : Guid.TryParse(value, out var id) ? id
        : throw new RefusedException(Refusal.Validation([new($"/{field}", "is not an id.")])));

    public static Guid? OptionalGuid(string? text, string field) => GivenGuid(text, field).Value;

    public static TId RequiredId<TId>(string text, string field) where TId : struct, IId<TId> =>
        OptionalId<TId>(text, field) ?? throw new RefusedException(Refusal.Validation([new($"/{field}", "is required.")]));

    public static TId? OptionalId<TId>(string? text, string field) where TId : struct, IId<TId> => GivenId<TId>(text, field).Value;
}
