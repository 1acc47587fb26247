using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>A machine took a place (<c>activation</c>) or lost one (<c>deactivation</c>), as it was then; what is erased is empty.</summary>
internal sealed record WireActivationLog(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, MachineOs Os, string? OsVersion, string Hostname, WireLocation Location, string? VmName, bool Container,
    string? AppVersion, string? ReleaseVersion, string? ReleaseChannel, string? ReleasePlatform, bool Offline, LicenseId LicenseId, ActivationId ActivationId, string Action,
    ValueList<WireMetadata> Metadata)
{
    public static Task<IReadOnlyList<WireActivationLog>> Of(IReadOnlyList<ActivationLogEntry> entries, Store store, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<WireActivationLog>>([.. entries.Select(Of)]);

    private static WireActivationLog Of(ActivationLogEntry entry)
    {
        var report = entry.Activation.Report!;
        var (machine, address) = (report.Machine, report.Address.Value);
        return new(
            entry.Id, entry.At, entry.At, machine.Os, machine.OsVersion, address?.Hostname ?? "", new(address?.IpAddress ?? "", machine.Country), machine.VmName,
            machine.Container, machine.ReleaseVersion, machine.ReleaseVersion, machine.ReleaseChannel, machine.ReleasePlatform, entry.IsActivation ? entry.Activation.Offline : entry.Activation.EndedBy is not null, entry.Activation.License, entry.Activation.Id,
            entry.IsActivation ? "activation" : "deactivation",
            report.Metadata.Select(pair => new WireMetadata(pair.Id, pair.CreatedAt, pair.UpdatedAt, pair.Key, pair.Value)).ToValueList());
    }
}
