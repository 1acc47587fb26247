using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>Adds one interval of its maintenance policy to the end of a licence's maintenance.</summary>
public sealed record RenewMaintenance(LicenseId License) : ICommand<License>
{
    public Guid? Target => License.Value;

    public sealed class Handler(Store store) : ICommandHandler<RenewMaintenance, License>
    {
        public async Task<Result<License>> Handle(RenewMaintenance command, CancellationToken cancellationToken)
        {
            var policy = await store.MaintenanceOf(await store.Licenses.Latest(command.License, cancellationToken), cancellationToken);
            return await store.Licenses.Decide(command.License, license => license.RenewMaintenance(policy), cancellationToken);
        }
    }
}

/// <summary>Moves the end of a licence's maintenance by so many seconds; a negative number makes it end earlier.</summary>
public sealed record ExtendMaintenance(LicenseId License, int Seconds) : ICommand<License>
{
    public Guid? Target => License.Value;

    public sealed class Handler(Store store) : ICommandHandler<ExtendMaintenance, License>
    {
        public Task<Result<License>> Handle(ExtendMaintenance command, CancellationToken cancellationToken) =>
            store.Licenses.Decide(command.License, license => license.ExtendMaintenance(TimeSpan.FromSeconds(command.Seconds)), cancellationToken);
    }
}

/// <summary>Sets the end of a licence's maintenance (UTC).</summary>
public sealed record SetMaintenanceExpiry(LicenseId License, DateTimeOffset ExpiresAt) : ICommand<License>
{
    public Guid? Target => License.Value;

    public sealed class Handler(Store store) : ICommandHandler<SetMaintenanceExpiry, License>
    {
        public Task<Result<License>> Handle(SetMaintenanceExpiry command, CancellationToken cancellationToken) =>
            store.Licenses.Decide(command.License, license => license.EndMaintenanceAt(command.ExpiresAt), cancellationToken);
    }
}
