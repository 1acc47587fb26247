using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>One of the caller's own licences; an organization-admin sees every licence of the organization. Of a past moment role and organization are those of now.</summary>
public sealed record GetMyLicense(LicenseId License) : IQuery<License>
{
    public sealed class Handler(Store store) : IQueryHandler<GetMyLicense, License>
    {
        public async Task<Result<License>> Handle(GetMyLicense query, CancellationToken cancellationToken)
        {
            if (store.Context.Caller is not { User: { } id } caller)
                return Refusal.LicenseNotFound;

            var user = (await store.Users.Latest(id, cancellationToken)) with { Role = caller.Role, Organization = caller.Organization };
            var license = await store.Licenses.Latest(query.License, cancellationToken);
            var groups = await store.UserGroups.Latest(user.Groups.Intersect(license.Groups), cancellationToken);
            return Access.Sees(user, license, groups.Values) ? license : Refusal.LicenseNotFound;
        }
    }
}

/// <summary>What the caller saw at a past moment and what the caller sees.</summary>
public static class SeenLicenses
{
    /// <summary>Those of these licences that are the caller's own now, whatever moment is asked about.</summary>
    public static async Task<IReadOnlySet<LicenseId>> SeenNow(this Store store, IEnumerable<LicenseId> licenses, CancellationToken cancellation)
    {
        var known = await store.Licenses.Now(licenses, cancellation);
        if (store.Context.Caller.User is not { } id || (await store.Users.Now([id], cancellation)).GetValueOrDefault(id) is not { } user)
            return new HashSet<LicenseId>();

        var groups = await store.UserGroups.Now(user.Groups.Intersect(known.Values.SelectMany(license => license.Groups)), cancellation);
        return known.Values.Where(license => Access.Sees(user, license, groups.Values)).Select(license => license.Id).ToHashSet();
    }
}
