using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Domain.Activations;

/// <summary>
/// The places of a licence that are taken at a moment, for who takes one; its deactivations, for who gives one back; and its meters. Read while nobody else can take or give one, and 0 where it is not asked for or not limited.
/// </summary>
public sealed record Places(int Taken, int Deactivations, LicenseUsage Usage)
{
    public static Places None { get; } = new(0, 0, LicenseUsage.None);

    /// <summary>The refusal when the licence allows no more deactivations, which floating ones do without end.</summary>
    public Refusal? NoDeactivationLeft(License license) =>
        LimitsDeactivations(license) && Deactivations >= license.Policy.AllowedDeactivations ? Refusal.DeactivationLimitReached(license.Policy.AllowedDeactivations) : null;

    /// <summary>Whether it matters how often places were given back.</summary>
    public static bool LimitsDeactivations(License license) => license.Policy is { Type: LicenseType.NodeLocked, AllowedDeactivations: >= 0 };
}

/// <summary>A request to count: a meter by its name, and by how much, or how often the machine has used it altogether.</summary>
public readonly record struct MeterIncrement(string Name, long By, bool IsTotal = false)
{
    /// <summary>By how much the uses of a machine that has so many change; they do not fall below nothing.</summary>
    public long From(long own) => IsTotal ? Math.Max(By, 0) - own : Math.Max(By, -own);
}
