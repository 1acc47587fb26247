using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>One of the caller's own licences; an organization-admin sees every licence of the organization.</summary>
public sealed record GetMyLicense(LicenseId License) : IQuery<License>
{
    public sealed class Handler(Store store) : IQueryHandler<GetMyLicense, License>
    {
        public async Task<Result<License>> Handle(GetMyLicense query, CancellationToken cancellationToken)
        {
            if (store.Context.Caller.User is not { } id)
                return Refusal.LicenseNotFound;

            var user = await store.Users.Latest(id, cancellationToken);
            var license = await store.Licenses.Latest(query.License, cancellationToken);
            var groups = await store.UserGroups.Latest(user.Groups.Intersect(license.Groups), cancellationToken);
            return Access.Sees(user, license, groups.Values) ? license : Refusal.LicenseNotFound;
        }
    }
}
