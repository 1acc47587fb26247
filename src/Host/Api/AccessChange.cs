using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>A user and a licence whose access a change would give or take.</summary>
internal sealed record ChangedAccess(UserId UserId, LicenseId LicenseId);

/// <summary>
/// Who would gain and lose which licence, in the order of the ids; null where the pairs of user and licence that the change concerns are too many to look at each. Their number counts a pair as often as there
/// are ways from the user to the licence.
/// </summary>
internal sealed record AccessEffect(long Concerned, IReadOnlyList<ChangedAccess>? Gained, IReadOnlyList<ChangedAccess>? Lost);

/// <summary>The states of everything that a change can concern, before it and after it.</summary>
internal sealed class AccessChange(
    Worlds<UserId, User> users, Worlds<LicenseId, License> licenses, Worlds<UserGroupId, UserGroup> groups, Worlds<OrganizationId, Organization> organizations,
    DateTimeOffset now)
{
    /// <summary>Of more pairs of user and licence only the number is told.</summary>
    public const int MostPairs = 20_000;

    /// <summary>What a unit of work would change, found from what it decided and from who is connected with it.</summary>
    public static async Task<AccessEffect> Of(Store store, AccessNeighbours neighbours, CancellationToken cancellation)
    {
        var (users, licenses) = (new Worlds<UserId, User>(store.Users.Changes, user => user.Id), new Worlds<LicenseId, License>(store.Licenses.Changes, license => license.Id));
        var groups = new Worlds<UserGroupId, UserGroup>(store.UserGroups.Changes, group => group.Id);
        var organizations = new Worlds<OrganizationId, Organization>(
            store.Organizations.Changes.Where(change => (change.Before.Exists, change.Before.Suspended) != (change.After.Exists, change.After.Suspended)), organization => organization.Id);
        var touch = new AccessTouch(
            [.. groups.Changed.Select(id => id.Value)], [.. organizations.Changed.Select(id => id.Value)], [.. users.Changed.Select(id => id.Value)],
            [.. users.Both().SelectMany(user => user.Groups.Select(group => (user.Id.Value, group.Value))).Distinct()],
            [.. licenses.Both().SelectMany(license => license.Groups.Select(group => (license.Id.Value, group.Value))).Distinct()]);
        var concerned = Connected(users, licenses).LongCount() + await neighbours.CountAsync(touch, cancellation);
        if (concerned > MostPairs)
            return new(concerned, null, null);

        var pairs = Connected(users, licenses).ToHashSet();
        pairs.UnionWith((await neighbours.PairsAsync(touch, cancellation)).Select(pair => (UserId.From(pair.User), LicenseId.From(pair.License))));
        users.Add(await store.Users.Latest(pairs.Select(pair => pair.User), cancellation));
        licenses.Add(await store.Licenses.Latest(pairs.Select(pair => pair.License), cancellation));
        groups.Add(await store.UserGroups.Latest(users.Both().SelectMany(user => user.Groups), cancellation));
        organizations.Add(await store.Organizations.Latest(users.Both().Select(user => user.Organization).OfType<OrganizationId>(), cancellation));
        var (gained, lost) = new AccessChange(users, licenses, groups, organizations, store.Context.Now).Difference(pairs);
        return new(concerned, gained, lost);
    }

    /// <summary>The pairs that are open after the change and were not before, and the other way round; in the order of the ids.</summary>
    private (IReadOnlyList<ChangedAccess> Gained, IReadOnlyList<ChangedAccess> Lost) Difference(HashSet<(UserId User, LicenseId License)> connected)
    {
        var pairs = connected.Select(pair => (pair.User, pair.License, Before: Open(pair.User, pair.License, after: false), After: Open(pair.User, pair.License, after: true)))
            .Where(pair => pair.Before != pair.After).OrderBy(pair => pair.User.Value).ThenBy(pair => pair.License.Value).ToLookup(pair => pair.After, pair => new ChangedAccess(pair.User, pair.License));
        return ([.. pairs[true]], [.. pairs[false]]);
    }

    /// <summary>The pairs that changed users and changed licences make among themselves, and changed licences with whom they name; some more than once.</summary>
    private static IEnumerable<(UserId User, LicenseId License)> Connected(Worlds<UserId, User> users, Worlds<LicenseId, License> licenses)
    {
        var members = users.Both().SelectMany(user => user.Groups.Select(group => (Group: group, user.Id))).ToLookup(member => member.Group, member => member.Id);
        return licenses.Both().SelectMany(license => license.Groups.SelectMany(group => members[group]).Concat(license.Users)
            .Concat(license.PrimaryUser is { } primary ? [primary] : []).Select(user => (user, license.Id)));
    }

    private bool Open(UserId user, LicenseId license, bool after)
    {
        var (who, what) = (users.Of(user, after), licenses.Of(license, after));
        return who is not null && what is not null && Access.Decide(
            who, what, who.Organization is { } organization ? organizations.Of(organization, after) : null,
            who.Groups.Intersect(what.Groups).Select(group => groups.Of(group, after)).OfType<UserGroup>(), now).Allowed;
    }
}

/// <summary>States by their id in two worlds, before a change and after it; what the change does not touch is the same in both.</summary>
internal sealed class Worlds<TId, TState> where TId : struct where TState : class
{
    private readonly Dictionary<TId, (TState Before, TState After)> states;

    public Worlds(IEnumerable<(TState Before, TState After)> changes, Func<TState, TId> idOf)
    {
        states = changes.ToDictionary(change => idOf(change.After));
        Changed = [.. states.Keys];
    }

    public IReadOnlyList<TId> Changed { get; }

    public void Add(IReadOnlyDictionary<TId, TState> others)
    {
        foreach (var (id, state) in others)
            states.TryAdd(id, (state, state));
    }

    public IEnumerable<TState> Both() => states.Values.SelectMany(state => ReferenceEquals(state.Before, state.After) ? (TState[])[state.After] : [state.Before, state.After]);

    public TState? Of(TId id, bool after) => states.TryGetValue(id, out var state) ? after ? state.After : state.Before : null;
}
