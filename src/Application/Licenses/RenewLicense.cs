using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>Adds one subscription interval to the end of a licence.</summary>
public sealed record RenewLicense(LicenseId License) : ICommand<License>
{
    public Guid? Target => License.Value;

    public sealed class Handler(Store store) : ICommandHandler<RenewLicense, License>
    {
        public Task<Result<License>> Handle(RenewLicense command, CancellationToken cancellationToken) =>
            store.Licenses.Decide(command.License, license => license.Renew(), cancellationToken);
    }
}

/// <summary>Moves the end of a licence by so many seconds; a negative number makes it end earlier.</summary>
public sealed record ExtendLicense(LicenseId License, int Seconds) : ICommand<License>
{
    public Guid? Target => License.Value;

    public sealed class Handler(Store store) : ICommandHandler<ExtendLicense, License>
    {
        public Task<Result<License>> Handle(ExtendLicense command, CancellationToken cancellationToken) =>
            store.Licenses.Decide(command.License, license => license.Extend(TimeSpan.FromSeconds(command.Seconds)), cancellationToken);
    }
}

/// <summary>Sets the end of a licence (UTC); null makes it perpetual, and left out it stays.</summary>
public sealed record SetLicenseExpiry(LicenseId License, Optional<DateTimeOffset?> ExpiresAt) : ICommand<License>
{
    public Guid? Target => License.Value;

    public sealed class Handler(Store store) : ICommandHandler<SetLicenseExpiry, License>
    {
        public Task<Result<License>> Handle(SetLicenseExpiry command, CancellationToken cancellationToken) =>
            store.Licenses.Decide(command.License,
                license => command.ExpiresAt.IsSet ? license.ExpireAt(command.ExpiresAt.Value) : license.Change(LicenseChanges.None), cancellationToken);
    }
}

/// <summary>Gives a licence another subscription interval, and says from when it counts.</summary>
public sealed record SubscribeLicense(LicenseId License, Func<LicenseTerm, LicenseTerm> Term) : ICommand<License>
{
    public Guid? Target => License.Value;

    public sealed class Handler(Store store) : ICommandHandler<SubscribeLicense, License>
    {
        public async Task<Result<License>> Handle(SubscribeLicense command, CancellationToken cancellationToken)
        {
            var license = await store.Licenses.Latest(command.License, cancellationToken);
            var term = command.Term(license.Term);
            return !license.Exists ? Refusal.LicenseNotFound
                : LicenseRules.Wrong(license.Policy, term) is { } wrong ? wrong
                : await store.Licenses.Decide(command.License, state => state.Subscribe(term), cancellationToken);
        }
    }
}
