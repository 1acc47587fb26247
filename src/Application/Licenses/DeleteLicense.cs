using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>Deletes a licence: nobody may use it any more, its key is free, its history stays.</summary>
public sealed record DeleteLicense(LicenseId License) : ICommand<License>
{
    public Guid? Target => License.Value;

    public sealed class Handler(Store store) : ICommandHandler<DeleteLicense, License>
    {
        public async Task<Result<License>> Handle(DeleteLicense command, CancellationToken cancellationToken)
        {
            var license = await store.Licenses.Latest(command.License, cancellationToken);
            if (!license.Exists)
                return Refusal.LicenseNotFound;

            store.Claims.Free(Unique.LicenseKey(license.Key));
            return await store.Licenses.Decide(command.License, state => state.Delete(), cancellationToken);
        }
    }
}
