using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>An answer about one pair: the code of a denial or null, and the ways, each with the position that completed it.</summary>
internal sealed record Answer(string? Code, ValueList<(AccessPath Path, long Since)> Ways)
{
    public IEnumerable<AccessPath> Paths => Ways.Select(way => way.Path);

    public override string ToString() => $"{Code ?? "open"} [{string.Join("; ", Ways.Select(way => $"{way.Path.Kind} {way.Path.UserGroup} since {way.Since}"))}]";
}

/// <summary>Rule 6 once more, read off the bare list of events and nothing else; the first event has the position that is given.</summary>
internal sealed class AccessOracle(IReadOnlyList<object> events, long first = 1)
{
    public Answer Of(UserId user, LicenseId license, DateTimeOffset now)
    {
        if (!Has<UserCreated>(e => e.User == user) || Has<UserDeleted>(e => e.User == user))
            return new("USER_NOT_FOUND", []);
        if (!Has<LicenseCreated>(e => e.License == license) || Has<LicenseDeleted>(e => e.License == license))
            return new("LICENSE_NOT_FOUND", []);

        var home = Latest(e => e is UserCreated c && c.User == user || e is UserMoved m && m.User == user) switch
        {
            UserCreated e => e.Organization,
            UserMoved e => e.Organization,
            _ => null,
        };
        var owner = Latest(e => e is LicenseCreated c && c.License == license || e is LicenseTransferred t && t.License == license) switch
        {
            LicenseCreated e => e.Organization,
            LicenseTransferred e => e.Organization,
            _ => null,
        };
        var end = Latest(e => e is LicenseCreated c && c.License == license || e is LicenseExpiryChanged x && x.License == license
                || e is LicenseRenewed r && r.License == license || e is LicenseExtended l && l.License == license) switch
        {
            LicenseCreated e => e.ExpiresAt,
            LicenseExpiryChanged e => e.ExpiresAt,
            LicenseRenewed e => e.ExpiresAt,
            LicenseExtended e => e.ExpiresAt,
            _ => null,
        };
        var all = Ways(user, license);
        var ways = all.Where(way => !(way.Path.Window.From > now) && !(way.Path.Window.Until <= now)).ToValueList();
        var code =
            home is { } h && (!Has<OrganizationCreated>(e => e.Organization == h) || Has<OrganizationDeleted>(e => e.Organization == h)
                || Last(e => e is OrganizationSuspended s && s.Organization == h) > Last(e => e is OrganizationReinstated r && r.Organization == h)) ? "ORGANIZATION_SUSPENDED"
            : Last(e => e is UserSuspended s && s.User == user) > Last(e => e is UserReinstated r && r.User == user) ? "USER_SUSPENDED"
            : Last(e => e is LicenseRevoked r && r.License == license) > Last(e => e is LicenseRevocationLifted l && l.License == license) ? "LICENSE_REVOKED"
            : Last(e => e is LicenseSuspended s && s.License == license) > Last(e => e is LicenseReinstated r && r.License == license) ? "LICENSE_SUSPENDED"
            : now < ((LicenseCreated)Latest(e => e is LicenseCreated c && c.License == license)!).EffectiveDate ? "LICENSE_NOT_YET_EFFECTIVE"
            : end <= now ? "LICENSE_EXPIRED"
            : owner is not null && owner != home ? "LICENSE_OF_ANOTHER_ORGANIZATION"
            : ways.Count > 0 ? null
            : all.Any(way => way.Path.Window.From > now) ? "ASSIGNMENT_NOT_YET_STARTED"
            : all.Count > 0 ? "ASSIGNMENT_ENDED"
            : "NOT_ASSIGNED";
        return new(code, code is null ? ways : []);
    }

    /// <summary>All ways, open or not.</summary>
    private List<(AccessPath Path, long Since)> Ways(UserId user, LicenseId license)
    {
        var ways = new List<(AccessPath Path, long)>();
        var moved = Last(e => e is UserMoved m && m.User == user);
        var transferred = Last(e => e is LicenseTransferred t && t.License == license);
        if (Latest(e => e is PrimaryUserAssignedToLicense a && a.License == license || e is PrimaryUserUnassignedFromLicense u && u.License == license)
            is PrimaryUserAssignedToLicense { User: var own } && own == user)
            ways.Add((new(AccessPathKind.PrimaryUser, null), first + Last(e => e is PrimaryUserAssignedToLicense a && a.License == license)));

        var named = Last(e => e is UserAssignedToLicense a && a.License == license && a.User == user);
        if (named > transferred && named > Last(e => e is UserUnassignedFromLicense u && u.License == license && u.User == user))
            ways.Add((new(AccessPathKind.AdditionalUser, null, WindowAt(named)), first + named));

        foreach (var group in events.OfType<UserGroupCreated>().Select(e => e.UserGroup).OrderBy(id => id.Value))
        {
            var joined = Last(e => e is UserAddedToGroup a && a.User == user && a.UserGroup == group);
            var left = Math.Max(moved, Last(e => e is UserRemovedFromGroup r && r.User == user && r.UserGroup == group));
            var assigned = Last(e => e is GroupAssignedToLicense a && a.License == license && a.UserGroup == group);
            var unassigned = Math.Max(transferred, Last(e => e is GroupUnassignedFromLicense u && u.License == license && u.UserGroup == group));
            if (joined > left && assigned > unassigned && !Has<UserGroupDeleted>(e => e.UserGroup == group))
                ways.Add((new(AccessPathKind.UserGroup, group, WindowAt(assigned)), first + Math.Max(joined, assigned)));
        }

        return ways;
    }

    private AssignmentWindow WindowAt(int place) => events[place] switch
    {
        UserAssignedToLicense e => new(e.From, e.Until),
        var e => new(((GroupAssignedToLicense)e).From, ((GroupAssignedToLicense)e).Until),
    };

    private bool Has<T>(Func<T, bool> matches) => events.OfType<T>().Any(matches);

    private object? Latest(Func<object, bool> matches) => events.LastOrDefault(matches);

    /// <summary>The place of the last such event; -1 if there is none.</summary>
    private int Last(Func<object, bool> matches)
    {
        for (var i = events.Count - 1; i >= 0; i--)
        {
            if (matches(events[i]))
                return i;
        }

        return -1;
    }
}
