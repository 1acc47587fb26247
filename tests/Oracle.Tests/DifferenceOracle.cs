namespace EventSourcedOrgs.Oracle.Tests;

/// <summary>Who gained and who lost what in an organization between two moments, found by answering every pair at both and by looking at every event in between.</summary>
internal sealed class DifferenceOracle(AccessOracle oracle, Story story, Guid organization, (long Position, DateTimeOffset At) from, (long Position, DateTimeOffset At) to)
{
    private readonly int start = oracle.UpTo(from.Position).Count, end = oracle.UpTo(to.Position).Count;

    /// <summary>The rows; null where the organization was not there at either moment nor between them.</summary>
    public string[]? Rows() => Enumerable.Range(start, end - start + 1).Any(count => oracle.First(count).OrganizationExists(organization))
        ? [.. from user in story.Users.Order() from license in story.Licenses.Order() let row = Row(user, license) where row is not null select row]
        : null;

    private string? Row(Guid user, Guid license)
    {
        var (before, after) = (Answer(start, user, license, from.At), Answer(end, user, license, to.At));
        if (before.Code is null == after.Code is null)
            return null;

        var byTime = Answer(start, user, license, to.At).Code is null == after.Code is null && Answer(end, user, license, from.At).Code is null == before.Code is null;
        return Told.Difference(user, license, (before.Code, Open(start, before)), (after.Code, Open(end, after)), byTime, byTime ? TurnedAt(user, license, after.Code) : null, Events(user, license).Select(index => Told.Event(oracle.Events[index])));
    }

    /// <summary>The full hour since which, with all the events, the clock gives the later answer.</summary>
    private DateTimeOffset TurnedAt(Guid user, Guid license, string? code)
    {
        var turned = to.At;
        while (turned.AddHours(-1) > from.At && Answer(end, user, license, turned.AddHours(-1)).Code is null == code is null)
            turned = turned.AddHours(-1);
        return turned;
    }

    private IEnumerable<string> Open(int count, Verdict verdict) => verdict.Ways.Select(way => Expected.Open(oracle.First(count), way));

    /// <summary>What is not the organization's is unknown to it.</summary>
    private Verdict Answer(int count, Guid user, Guid license, DateTimeOffset now) =>
        !IsUser(count, user) ? new("USER_NOT_FOUND", [])
        : !IsLicense(count, license) ? new("LICENSE_NOT_FOUND", [])
        : oracle.First(count).Of(user, license, now);

    private bool IsUser(int count, Guid user) => oracle.First(count) is var then && then.UserExists(user) && then.Home(user) == organization;

    private bool IsLicense(int count, Guid license) =>
        oracle.First(count) is var then && then.LicenseExists(license) && then.Owner(license) is var owner && (owner is null || owner == organization);

    /// <summary>The places of the events in between that opened or closed a way, or changed the user, the licence or the organization.</summary>
    private IEnumerable<int> Events(Guid user, Guid license)
    {
        var found = new SortedSet<int>();
        for (var count = start; count <= end; count++)
        {
            var ways = WaysAfter(count);
            found.UnionWith(ways.SelectMany(way => way));
            if (count < end && WaysAfter(count + 1) is var later && ways.Any(way => !later.Any(other => other.SequenceEqual(way))))
                found.Add(count);
            if (count > start && IsAbout(count - 1, user, license))
                found.Add(count - 1);
        }

        return found.Where(index => index >= start && index < end);

        List<int[]> WaysAfter(int count) => IsUser(count, user) && IsLicense(count, license)
            ? [.. oracle.First(count).Ways(user, license).Select(way => Places(way))]
            : [];
    }

    /// <summary>The events without which there was no such way: those it is made of, and the creation of its group.</summary>
    private int[] Places(Way way) =>
    [
        .. way.Made.Select(e => Array.IndexOf(oracle.Events, e)),
        .. way.Group is { } group ? (int[])[Array.FindIndex(oracle.Events, e => e.Type == "user_group_created_v1" && e.Stream == group)] : [],
    ];

    private bool IsAbout(int index, Guid user, Guid license)
    {
        var e = oracle.Events[index];
        return e.Type switch
        {
            "organization_created_v1" or "organization_suspended_v1" or "organization_reinstated_v1" or "organization_deleted_v1" => e.Stream == organization,
            "user_created_v1" or "user_moved_v1" or "user_suspended_v1" or "user_reinstated_v1" or "user_deleted_v1" =>
                e.Stream == user && (IsUser(index, user) || IsUser(index + 1, user)),
            "license_created_v1" or "license_expiry_changed_v1" or "license_renewed_v1" or "license_extended_v1" or "license_suspended_v1" or "license_reinstated_v1"
                or "license_revoked_v1" or "license_revocation_lifted_v1" or "license_transferred_v1" or "license_deleted_v1" =>
                e.Stream == license && (IsLicense(index, license) || IsLicense(index + 1, license)),
            _ => false,
        };
    }
}
