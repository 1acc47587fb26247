using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>A pair whose answers differ, and the positions of the events that had to do with it.</summary>
internal sealed record Difference(UserId User, LicenseId License, Answer Before, Answer After, ValueList<long> Events, DateTimeOffset? TurnedAt)
{
    public override string ToString() => $"{User} {License}: {Before} -> {After} by {string.Join(", ", Events)}{(TurnedAt is { } instant ? $" by time at {instant:O}" : "")}";
}

/// <summary>What changed for an organization while a history grew from so many events to so many, found by looking at every pair after every event.</summary>
internal sealed class DifferenceOracle(World world, long first, int start, int end, DateTimeOffset fromAt, DateTimeOffset toAt)
{
    private readonly object[] events = [.. world.History.Select(e => e.Data)];
    private readonly States before = States.Of(world.History.Take(start)), after = States.Of(world.History.Take(end));
    private readonly List<States> between = [.. Enumerable.Range(start, end - start + 1).Select(count => States.Of(world.History.Take(count)))];

    public World World => world;

    public long First => first;

    public int From => start;

    public int To => end;

    public DateTimeOffset FromAt => fromAt;

    public DateTimeOffset ToAt => toAt;

    public bool WasThere(OrganizationId organization) => between.Any(states => states.Organizations.TryGetValue(organization, out var state) && state.Exists);

    public bool IsMember(UserId user, UserGroupId group) => new[] { before, after }.Any(states =>
        states.Users.TryGetValue(user, out var state) && state.Exists && state.Groups.Contains(group) && states.Groups[group].Exists);

    public IEnumerable<Difference> Of(OrganizationId organization) =>
        from user in world.Users
        orderby user.Value
        from license in world.Licenses
        orderby user.Value, license.Value
        let old = Answer(organization, before, start, user, license, fromAt)
        let now = Answer(organization, after, end, user, license, toAt)
        where (old.Code is null) != (now.Code is null)
        let byTime = (Answer(organization, before, start, user, license, toAt).Code is null) == (now.Code is null)
            && (Answer(organization, after, end, user, license, fromAt).Code is null) == (old.Code is null)
        select new Difference(user, license, old, now, Events(organization, user, license), byTime ? TurnedAt(organization, user, license, now) : null);

    /// <summary>The whole hour, as all dates of a history are, since which the clock gives the later answer.</summary>
    private DateTimeOffset TurnedAt(OrganizationId organization, UserId user, LicenseId license, Answer now)
    {
        var hour = new DateTimeOffset(toAt.Ticks - (toAt.Ticks % TimeSpan.TicksPerHour), TimeSpan.Zero);
        while ((Answer(organization, after, end, user, license, hour.AddTicks(-1)).Code is null) == (now.Code is null))
            hour -= TimeSpan.FromHours(1);
        return hour;
    }

    private Answer Answer(OrganizationId organization, States states, int count, UserId user, LicenseId license, DateTimeOffset now) =>
        !IsOurs(organization, states, user) ? new(Access.UserUnknown.Code, [])
        : !IsOurs(organization, states, license) ? new(Access.LicenseUnknown.Code, [])
        : new AccessOracle(events[..count], first).Of(user, license, now);

    private static bool IsOurs(OrganizationId organization, States states, UserId user) =>
        states.Users.TryGetValue(user, out var state) && state.Exists && state.Organization == organization;

    private static bool IsOurs(OrganizationId organization, States states, LicenseId license) =>
        states.Licenses.TryGetValue(license, out var state) && state.Exists && (state.Organization is null || state.Organization == organization);

    private ValueList<long> Events(OrganizationId organization, UserId user, LicenseId license)
    {
        var found = new SortedSet<int>();
        for (var count = start; count <= end; count++)
        {
            var ways = WaysAfter(count);
            found.UnionWith(ways.SelectMany(way => way.Made));
            if (count < end && ways.Except(WaysAfter(count + 1)).Any())
                found.Add(count);
            if (count > start && IsAbout(world.History[count - 1], count))
                found.Add(count - 1);
        }

        return found.Where(index => index >= start && index < end).Select(index => first + index).ToValueList();

        IReadOnlyList<(AccessPath Path, ValueList<int> Made)> WaysAfter(int count) =>
            IsOurs(organization, between[count - start], user) && IsOurs(organization, between[count - start], license)
                ? [.. Access.Paths(between[count - start].Users[user], between[count - start].Licenses[license], between[count - start].Groups.Values).Select(path => (path, Made(path, count)))]
                : [];

        ValueList<int> Made(AccessPath path, int count) => path.Kind switch
        {
            AccessPathKind.PrimaryUser => [Last(count, e => e is PrimaryUserAssignedToLicense a && a.License == license)],
            AccessPathKind.AdditionalUser => [Last(count, e => e is UserAssignedToLicense a && a.License == license && a.User == user)],
            _ =>
            [
                Last(count, e => e is UserGroupCreated c && c.UserGroup == path.UserGroup), Last(count, e => e is UserAddedToGroup a && a.User == user && a.UserGroup == path.UserGroup),
                Last(count, e => e is GroupAssignedToLicense a && a.License == license && a.UserGroup == path.UserGroup),
            ],
        };

        bool IsAbout(Happening e, int count) => e.Data switch
        {
            OrganizationCreated or OrganizationSuspended or OrganizationReinstated or OrganizationDeleted => e.Stream == organization.Value,
            UserCreated or UserMoved or UserSuspended or UserReinstated or UserDeleted => e.Stream == user.Value
                && (IsOurs(organization, between[count - start], user) || IsOurs(organization, between[count - start - 1], user)),
            LicenseCreated or LicenseExpiryChanged or LicenseRenewed or LicenseExtended or LicenseSuspended or LicenseReinstated or LicenseRevoked or LicenseRevocationLifted
                or LicenseTransferred or LicenseDeleted => e.Stream == license.Value
                && (IsOurs(organization, between[count - start], license) || IsOurs(organization, between[count - start - 1], license)),
            _ => false,
        };
    }

    private int Last(int count, Func<object, bool> matches) => Array.FindLastIndex(events[..count], e => matches(e));
}
