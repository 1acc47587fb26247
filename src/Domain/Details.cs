namespace EventSourcedOrgs.Domain;

/// <summary>A postal address; every part is free text of at most 256 characters or absent.</summary>
public sealed record Address(string? AddressLine1, string? AddressLine2, string? City, string? State, string? Country, string? PostalCode);

/// <summary>
/// A key/value pair that the vendor attaches to a resource. <see cref="ViewPermissions"/> names who else sees it:
/// <c>activation</c>, <c>reseller</c>, <c>organization</c>, <c>user</c>. Times are UTC.
/// </summary>
public sealed record MetadataEntry(Guid Id, string Key, string Value, ValueList<string> ViewPermissions, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>Lists of metadata that replace lists.</summary>
public static class Metadata
{
    /// <summary>The new entries; one whose key was there keeps its id and birth, and one that says the same stays the same.</summary>
    public static ValueList<MetadataEntry> Keeping(ValueList<MetadataEntry> current, ValueList<MetadataEntry> replacement) =>
        replacement.Select(entry => current.FirstOrDefault(known => known.Key == entry.Key) switch
        {
            null => entry,
            { } known when known.Value == entry.Value && known.ViewPermissions.Equals(entry.ViewPermissions) => known,
            { } known => entry with { Id = known.Id, CreatedAt = known.CreatedAt },
        }).ToValueList();
}
