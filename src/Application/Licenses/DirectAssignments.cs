using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using Marten;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>The licences that name users, as their own user or an additional one.</summary>
public sealed class DirectAssignments(Store store)
{
    /// <summary>Which there are: all of the users, or those of the organization that they leave. To know it takes a question, which is better asked before others are kept waiting.</summary>
    public async Task<IReadOnlyList<(LicenseId License, UserId User)>> Of(IReadOnlyCollection<UserId> users, OrganizationId? leaving, CancellationToken cancellation) =>
    [
        .. (await store.LicensesNaming(users, cancellation)).Where(license => leaving is null || license.Organization == leaving).OrderBy(license => license.Id.Value)
            .SelectMany(license => users.Where(license.Names).Select(user => (license.Id, user))),
    ];

    /// <summary>Ends them when the users go. A licence that is gone meanwhile is none to them any more.</summary>
    public async Task<Refusal?> End(IEnumerable<(LicenseId License, UserId User)> assignments, CancellationToken cancellation)
    {
        foreach (var (license, user) in assignments)
        {
            var ended = await store.Licenses.Decide(license, state => state.UnassignUser(user), cancellation);
            if (ended.Refusal is null && ended.Value!.PrimaryUser == user)
                ended = await store.Licenses.Decide(license, state => state.SetPrimaryUser(null), cancellation);
            if (ended.Refusal is { Kind: not RefusalKind.NotFound } refusal)
                return refusal;
        }

        return null;
    }
}
