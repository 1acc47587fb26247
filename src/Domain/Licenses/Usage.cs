using System.Collections.Immutable;

namespace EventSourcedOrgs.Domain.Licenses;

/// <summary>
/// Something that a licence counts: how often it may be used (-1 is unlimited), and whether uses come back when an activation ends.
/// <see cref="ViewPermissions"/> are those of metadata. Times are UTC.
/// </summary>
public sealed record MeterAttribute(
    Guid Id, string Name, long AllowedUses, bool Floating, ValueList<string> ViewPermissions, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>Lists of meters that replace lists.</summary>
public static class Meters
{
    /// <summary>The new meters; one whose name was there keeps its id, birth and uses, and one that says the same stays the same.</summary>
    public static ValueList<MeterAttribute> Keeping(ValueList<MeterAttribute> current, ValueList<MeterAttribute> replacement) =>
        replacement.Select(meter => current.FirstOrDefault(known => known.Name == meter.Name) switch
        {
            null => meter,
            { } known when known == meter with { Id = known.Id, CreatedAt = known.CreatedAt, UpdatedAt = known.UpdatedAt } => known,
            { } known => meter with { Id = known.Id, CreatedAt = known.CreatedAt },
        }).ToValueList();
}

/// <summary>The uses of one meter: those that count now, and all there ever were.</summary>
public readonly record struct MeterUses(long Total, long Gross);

/// <summary>What activations have made of a licence: counts, the last use (UTC), and the newest release seen.</summary>
public sealed record LicenseUsage
{
    public static LicenseUsage None { get; } = new();

    /// <summary>The activations that hold a place now.</summary>
    public int Activations { get; init; }

    /// <summary>How often a machine was deactivated.</summary>
    public int Deactivations { get; init; }
    public DateTimeOffset? LastUsedAt { get; init; }
    public string? ReleaseVersion { get; init; }

    /// <summary>By the ids of the meters; one that is absent was never used.</summary>
    public ImmutableDictionary<Guid, MeterUses> Meters { get; init; } = [];

    public MeterUses Of(MeterAttribute meter) => Meters.GetValueOrDefault(meter.Id);

    /// <summary>The usage after some more, or fewer, uses of a meter.</summary>
    public LicenseUsage Counted(Guid meter, long increment) => Meters.GetValueOrDefault(meter) is var before
        ? this with { Meters = Meters.SetItem(meter, new(before.Total + increment, before.Gross + Math.Max(0, increment))) }
        : this;
}
