using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using Marten;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>The licences that name users, as their own user or an additional one.</summary>
public sealed class DirectAssignments(Store store)
{
    /// <summary>Ends them when the users go: all of them, or those of the organization that they leave.</summary>
    public async Task<Refusal?> End(IReadOnlyCollection<UserId> users, OrganizationId? leaving, CancellationToken cancellation)
    {
        var licenses = (await store.LicensesNaming(users, cancellation)).Where(license => leaving is null || license.Organization == leaving).OrderBy(license => license.Id.Value);
        foreach (var (license, user) in licenses.SelectMany(license => users.Where(license.Names).Select(user => (license.Id, user))))
        {
            var ended = await store.Licenses.Decide(license, state => state.UnassignUser(user), cancellation);
            if (ended.Refusal is null && ended.Value!.PrimaryUser == user)
                ended = await store.Licenses.Decide(license, state => state.SetPrimaryUser(null), cancellation);
            if (ended.Refusal is { } refusal)
                return refusal;
        }

        return null;
    }
}
