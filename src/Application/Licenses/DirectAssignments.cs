using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using Marten;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>The licences that name a user, as their own user or an additional one.</summary>
public sealed class DirectAssignments(Store store)
{
    /// <summary>Ends them when the user goes: all of them, or those of the organization the user leaves.</summary>
    public async Task<Refusal?> End(UserId user, OrganizationId? leaving, CancellationToken cancellation)
    {
        var licenses = await store.Session.QueryAsync<License>(
            "where ((data -> 'users') @> jsonb_build_array(?::text) or (data ->> 'primaryUser')::uuid = ?)", cancellation, user.ToString(), user.Value);
        foreach (var license in licenses.Where(license => license.Exists && (leaving is null || license.Organization == leaving)).OrderBy(license => license.Id.Value))
        {
            var ended = await store.Licenses.Decide(license.Id, state => state.UnassignUser(user), cancellation);
            if (ended.Refusal is null && ended.Value!.PrimaryUser == user)
                ended = await store.Licenses.Decide(license.Id, state => state.SetPrimaryUser(null), cancellation);
            if (ended.Refusal is { } refusal)
                return refusal;
        }

        return null;
    }
}
