using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using FluentValidation;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>Changes what a request names of a licence: its terms, its status, the organization and the users it belongs to.</summary>
public sealed record ChangeLicense(
    LicenseId License, LicenseChanges Changes, Optional<OrganizationId?> OrganizationId, Optional<UserId?> UserId,
    Optional<ValueList<UserId>> AdditionalUserIds) : ICommand<License>
{
    public Guid? Target => License.Value;

    public sealed class Validator : AbstractValidator<ChangeLicense>
    {
        public Validator()
        {
            RuleFor(c => c.Changes.Key).Text(LicenseKeyPattern.ShortestKey);
            RuleFor(c => c.Changes.Notes).OptionalText(longest: 4096);
            RuleFor(c => c.Changes.Tags).Tags();
            RuleFor(c => c.Changes.Metadata).Metadata(most: 50);
            RuleFor(c => c.Changes.MeterAttributes).Meters();
        }
    }

    public sealed class Handler(Store store) : ICommandHandler<ChangeLicense, License>
    {
        public async Task<Result<License>> Handle(ChangeLicense command, CancellationToken cancellationToken)
        {
            var license = await store.Licenses.Latest(command.License, cancellationToken);
            if (!license.Exists)
                return Refusal.LicenseNotFound;
            if (LicenseRules.Wrong(command.Changes.Policy(license.Policy), license.Term, command.Changes.Entitlement(license.Entitlement)) is { } wrong)
                return wrong;
            if (command.OrganizationId.Value is { } to && !(await store.Organizations.Latest(to, cancellationToken)).Exists)
                return Refusal.UnknownOrganization;
            if (await ClaimKey(license, command.Changes.Key, cancellationToken) is { } taken)
                return taken;

            var named = await store.Named(command.Changes.Entitlement(license.Entitlement), license.Product, cancellationToken);
            if (named.Refusal is { } unknown)
                return unknown;

            // The licence moves first: what else is changed of it belongs to the new organization, and the former one is told nothing of that.
            if (command.OrganizationId.IsSet
                && (await store.Licenses.Decide(command.License, state => state.TransferTo(command.OrganizationId.Value), cancellationToken)).Refusal is { } stays)
            {
                return stays;
            }

            var changes = command.Changes with { Maintenance = named.Value!.Maintenance };
            var lifted = changes.Revoked.Or(license.Revoked) ? changes with { Revoked = default } : changes;
            var changed = await store.Licenses.Decide(command.License, state => state.Change(lifted), cancellationToken);
            var revoke = command.Changes.Revoked is { IsSet: true, Value: true };
            return await new LicenseHolders(store).Apply(
                command.License, changed, command.UserId, command.AdditionalUserIds, revoke, cancellationToken);
        }

        private async Task<Refusal?> ClaimKey(License license, Optional<string> key, CancellationToken cancellation)
        {
            if (!key.IsSet || key.Value == license.Key)
                return null;
            if (await store.Claims.Take(Unique.LicenseKey(key.Value), license.Id.Value, Refusal.DuplicateLicenseKey, cancellation) is { } taken)
                return taken;

            store.Claims.Free(Unique.LicenseKey(license.Key));
            return null;
        }
    }
}

/// <summary>Takes an entry out of the metadata of the licence that has it.</summary>
public sealed record DropLicenseMetadata(Guid Entry) : ICommand<License>
{
    public sealed class Handler(Store store) : ICommandHandler<DropLicenseMetadata, License>
    {
        public async Task<Result<License>> Handle(DropLicenseMetadata command, CancellationToken cancellationToken) =>
            await store.LicenseWith("metadata", command.Entry, cancellationToken) is { } license
                ? await store.Licenses.Decide(license, state => state.DropMetadata(command.Entry), cancellationToken)
                : Refusal.NotFound("Metadata");
    }
}

/// <summary>Lets a meter count from nothing again. The licence is locked, so that no use is counted meanwhile.</summary>
public sealed record ResetLicenseMeter(Guid Meter) : ICommand<License>
{
    public sealed class Handler(Store store) : ICommandHandler<ResetLicenseMeter, License>
    {
        public async Task<Result<License>> Handle(ResetLicenseMeter command, CancellationToken cancellationToken)
        {
            if (await store.LicenseWith("meters", command.Meter, cancellationToken) is not { } id)
                return Refusal.NotFound("MeterAttribute");
            var locked = await store.Licenses.DecideExclusively(id, license => license.Exists ? [] : Refusal.LicenseNotFound, cancellationToken);
            if (locked.Refusal is not null)
                return locked;

            var usage = (await store.LicenseUses.Metered(locked.Value!, store.Context.Now, cancellationToken)).Usage;
            return await store.Licenses.Decide(id, license => license.ResetMeter(command.Meter, usage), cancellationToken);
        }
    }
}

/// <summary>Takes a meter out of the licence that has it.</summary>
public sealed record DropLicenseMeter(Guid Meter) : ICommand<License>
{
    public sealed class Handler(Store store) : ICommandHandler<DropLicenseMeter, License>
    {
        public async Task<Result<License>> Handle(DropLicenseMeter command, CancellationToken cancellationToken) =>
            await store.LicenseWith("meters", command.Meter, cancellationToken) is { } license
                ? await store.Licenses.Decide(license, state => state.DropMeter(command.Meter), cancellationToken)
                : Refusal.NotFound("MeterAttribute");
    }
}
