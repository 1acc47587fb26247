namespace EventSourcedOrgs.Oracle.Tests;

/// <summary>A way from a user to a licence: its kind, its group if it leads through one, the events that made it in their order along the way, and its window.</summary>
internal sealed record Way(string Kind, Guid? Group, RawEvent[] Made, DateTimeOffset? From, DateTimeOffset? Until)
{
    public RawEvent Completed => Made.MaxBy(e => e.Position)!;

    public bool IsOpen(DateTimeOffset now, Fault fault) => fault switch
    {
        Fault.WindowForgotten => true,
        Fault.WindowBeginsLate => !(now <= From) && !(now >= Until),
        Fault.WindowEndsLate => !(now < From) && !(now > Until),
        _ => !(now < From) && !(now >= Until),
    };
}

/// <summary>The answer about one pair: the code of a denial, or null and the open ways.</summary>
internal sealed record Verdict(string? Code, Way[] Ways);

/// <summary>
/// Who may use what, by brute force: for every question it walks over the bare list of stored events and looks for the last one that matters. It shares no code
/// with the product: no state, no fold, no table, no id type, and knows events by their stored names only.
/// </summary>
internal sealed class AccessOracle(RawEvent[] events, int count, Fault fault = Fault.None)
{
    public AccessOracle(RawEvent[] events, Fault fault = Fault.None) : this(events, events.Length, fault) { }

    public RawEvent[] Events => events;

    public int Count => count;

    /// <summary>The same up to a position.</summary>
    public AccessOracle UpTo(long position) => First(events.Count(e => e.Position <= position));

    /// <summary>The same with so many events only.</summary>
    public AccessOracle First(int number) => new(events, number, fault);

    public Verdict Of(Guid user, Guid license, DateTimeOffset now)
    {
        if (!UserExists(user))
            return new("USER_NOT_FOUND", []);
        if (!LicenseExists(license))
            return new("LICENSE_NOT_FOUND", []);

        var ways = Ways(user, license);
        return Denial(user, license, ways, now) is { } code ? new(code, []) : new(null, [.. ways.Where(way => way.IsOpen(now, fault))]);
    }

    /// <summary>The answer about a user for whom there is no licence.</summary>
    public string WithoutLicense(Guid user) => OfUser(user) ?? "NOT_ASSIGNED";

    public bool UserExists(Guid user) => Last("user_created_v1", user) >= 0 && (fault == Fault.DeletedUserCounts || Last("user_deleted_v1", user) < 0);

    public bool LicenseExists(Guid license) =>
        Last("license_created_v1", license) >= 0 && (fault == Fault.DeletedLicenseCounts || Last("license_deleted_v1", license) < 0);

    public bool OrganizationExists(Guid organization) =>
        Last("organization_created_v1", organization) >= 0 && (fault == Fault.OrganizationDeletionForgotten || Last("organization_deleted_v1", organization) < 0);

    public Guid? Home(Guid user) => At(Math.Max(Last("user_created_v1", user), Last("user_moved_v1", user)))?.Organization;

    public Guid? Owner(Guid license) => At(Math.Max(Last("license_created_v1", license), Last("license_transferred_v1", license)))?.Organization;

    public RawEvent Created(Guid license) => events[Last("license_created_v1", license)];

    public string? GroupName(Guid group) => At(Math.Max(Last("user_group_created_v1", group), Last("user_group_renamed_v1", group)))?.Name;

    /// <summary>Every way from the user to the licence, whatever else denies it, open now or not.</summary>
    public Way[] Ways(Guid user, Guid license)
    {
        var ways = new List<Way>();
        var owned = Last("license_primary_user_assigned_v1", license);
        var disowned = fault == Fault.FormerPrimaryUserKeepsAccess ? -1 : Last("license_primary_user_unassigned_v1", license);
        if (owned > disowned && events[owned].Subject == user)
            ways.Add(new("primary-user", null, [events[owned]], null, null));

        var transferred = fault == Fault.TransferKeepsAssignments ? -1 : Last("license_transferred_v1", license);
        var named = Last("license_user_assigned_v1", license, user);
        var unnamed = fault == Fault.UnassignedUserKeepsAccess ? -1 : Last("license_user_unassigned_v1", license, user);
        if (named > transferred && named > unnamed)
            ways.Add(new("additional-user", null, [events[named]], events[named].From, events[named].Until));

        var moved = fault == Fault.MoveKeepsMemberships ? -1 : Last("user_moved_v1", user);
        foreach (var group in GroupsOf(user))
        {
            var created = Last("user_group_created_v1", group);
            var deleted = fault == Fault.GroupDeletionForgotten ? -1 : Last("user_group_deleted_v1", group);
            var joined = Last("user_added_to_group_v1", user, group);
            var left = fault == Fault.LeavingGroupForgotten ? -1 : Last("user_removed_from_group_v1", user, group);
            var assigned = Last("license_group_assigned_v1", license, group);
            var unassigned = fault == Fault.UnassignedGroupOpens ? -1 : Last("license_group_unassigned_v1", license, group);
            if (created >= 0 && deleted < 0 && joined > left && joined > moved && assigned > unassigned && assigned > transferred)
                ways.Add(new("user-group", group, [events[joined], events[assigned]], events[assigned].From, events[assigned].Until));
        }

        return [.. ways];
    }

    /// <summary>The groups that the user was ever added to, in the order of their ids.</summary>
    private IEnumerable<Guid> GroupsOf(Guid user)
    {
        var groups = new SortedSet<Guid>();
        for (var i = 0; i < count; i++)
        {
            if (events[i].Stream == user && events[i].Type == "user_added_to_group_v1")
                groups.Add(events[i].Subject!.Value);
        }

        return groups;
    }

    private string? Denial(Guid user, Guid license, Way[] ways, DateTimeOffset now)
    {
        if (OfUser(user) is { } denial)
            return denial;
        var expired = End(license) is { } end && (fault == Fault.ExpiryInclusive ? end < now : end <= now);
        if (expired && fault == Fault.ExpiryBeforeRevocation)
            return "LICENSE_EXPIRED";
        if (fault != Fault.RevocationForgotten && Last("license_revoked_v1", license) > Last("license_revocation_lifted_v1", license))
            return "LICENSE_REVOKED";
        if (fault != Fault.LicenseSuspensionForgotten && Last("license_suspended_v1", license) > Last("license_reinstated_v1", license))
            return "LICENSE_SUSPENDED";
        var effective = Created(license).EffectiveDate;
        if (fault == Fault.EffectiveDateExclusive ? effective >= now : effective > now)
            return "LICENSE_NOT_YET_EFFECTIVE";
        if (expired)
            return "LICENSE_EXPIRED";
        if (fault != Fault.ForeignLicenseOpens && Owner(license) is { } owner && owner != Home(user))
            return "LICENSE_OF_ANOTHER_ORGANIZATION";
        if (ways.Any(way => way.IsOpen(now, fault)))
            return null;
        return ways.Any(way => now < way.From) ? "ASSIGNMENT_NOT_YET_STARTED" : ways.Length > 0 ? "ASSIGNMENT_ENDED" : "NOT_ASSIGNED";
    }

    private string? OfUser(Guid user)
    {
        var suspended = fault != Fault.UserSuspensionForgotten && Last("user_suspended_v1", user) > Last("user_reinstated_v1", user);
        if (suspended && fault == Fault.UserSuspensionBeforeOrganizations)
            return "USER_SUSPENDED";
        if (Home(user) is { } home && (!OrganizationExists(home)
            || (fault != Fault.OrganizationSuspensionForgotten && Last("organization_suspended_v1", home) > Last("organization_reinstated_v1", home))))
            return "ORGANIZATION_SUSPENDED";
        return suspended ? "USER_SUSPENDED" : null;
    }

    private DateTimeOffset? End(Guid license)
    {
        for (var i = count - 1; i >= 0; i--)
        {
            var decides = events[i].Type is "license_created_v1" or "license_expiry_changed_v1"
                || (events[i].Type is "license_renewed_v1" or "license_extended_v1" && fault != Fault.RenewalForgotten);
            if (events[i].Stream == license && decides)
                return events[i].ExpiresAt;
        }

        return null;
    }

    /// <summary>The place of the last such event of a stream; -1 if there is none.</summary>
    private int Last(string type, Guid stream, Guid? subject = null)
    {
        for (var i = count - 1; i >= 0; i--)
        {
            if (events[i].Stream == stream && events[i].Type == type && (subject is null || events[i].Subject == subject))
                return i;
        }

        return -1;
    }

    private RawEvent? At(int index) => index < 0 ? null : events[index];
}
