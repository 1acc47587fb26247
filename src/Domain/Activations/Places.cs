using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Domain.Activations;

/// <summary>The places of a licence that are taken at a moment, and its deactivations and meters, read while nobody else can take one.</summary>
public sealed record Places(int Taken, int Deactivations, LicenseUsage Usage)
{
    public static Places None { get; } = new(0, 0, LicenseUsage.None);

    /// <summary>The refusal when the licence allows no more deactivations, which floating ones do without end.</summary>
    public Refusal? NoDeactivationLeft(License license) =>
        license.Policy is { Type: LicenseType.NodeLocked, AllowedDeactivations: >= 0 and var allowed } && Deactivations >= allowed
            ? Refusal.DeactivationLimitReached(allowed)
            : null;
}

/// <summary>A request to count: a meter by its name, and by how much, or how often the machine has used it altogether.</summary>
public readonly record struct MeterIncrement(string Name, long By, bool IsTotal = false)
{
    /// <summary>By how much the uses of a machine that has so many change; they do not fall below nothing.</summary>
    public long From(long own) => IsTotal ? Math.Max(By, 0) - own : Math.Max(By, -own);
}
