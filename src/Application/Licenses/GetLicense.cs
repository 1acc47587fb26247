using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>One licence, as committed now.</summary>
public sealed record GetLicense(LicenseId License) : IQuery<License>
{
    public sealed class Handler(Store store) : IQueryHandler<GetLicense, License>
    {
        public async Task<Result<License>> Handle(GetLicense query, CancellationToken cancellationToken) =>
            await store.Licenses.Latest(query.License, cancellationToken) is { Exists: true } license ? license : Refusal.LicenseNotFound;
    }
}

/// <summary>One licence of an organization, as committed now.</summary>
public sealed record GetOrganizationLicense(OrganizationId Organization, LicenseId License) : IQuery<License>, IWithinOrganization
{
    public sealed class Handler(Store store) : IQueryHandler<GetOrganizationLicense, License>
    {
        public async Task<Result<License>> Handle(GetOrganizationLicense query, CancellationToken cancellationToken) =>
            await store.Licenses.Latest(query.License, cancellationToken) is { Exists: true } license && license.Organization == query.Organization
                ? license
                : Refusal.LicenseNotFound;
    }
}
