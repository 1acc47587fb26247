namespace EventSourcedOrgs.Oracle.Tests;

/// <summary>What the questions of the product have to answer, written as text, from an oracle.</summary>
internal sealed class Expected(AccessOracle oracle, Story story, DateTimeOffset now)
{
    public string Check(Guid user, Guid license)
    {
        var verdict = oracle.Of(user, license, now);
        return Told.Check(user, license, verdict.Code, verdict.Ways.Select(way => (way.Kind, way.Group, way.From, way.Until, way.Made.Select(Told.Event))));
    }

    /// <summary>Every licence of the user's organization, and those to which there is a way; null for a user who is not there.</summary>
    public string[]? OfUser(Guid user) =>
        oracle.UserExists(user) ? [.. story.Licenses.Order().Where(license => IsRow(user, license)).Select(license => Row(user, license))] : null;

    /// <summary>Every user of the licence's organization, and those from whom there is a way; null for a licence that is not there.</summary>
    public string[]? OfLicense(Guid license) =>
        oracle.LicenseExists(license) ? [.. story.Users.Order().Where(user => IsRow(user, license)).Select(user => Row(user, license))] : null;

    /// <summary>Every user of the organization with every licence of it or of nobody, as far as there is a way to that one; null for an organization that is not there.</summary>
    public string[]? Matrix(Guid organization)
    {
        if (!oracle.OrganizationExists(organization))
            return null;

        var rows = new List<string>();
        foreach (var user in story.Users.Order().Where(user => oracle.UserExists(user) && oracle.Home(user) == organization))
        {
            var licenses = story.Licenses.Order().Where(license => IsRow(user, license) && oracle.Owner(license) is var owner && (owner is null || owner == organization)).ToList();
            rows.AddRange(licenses.Select(license => Row(user, license)));
            if (licenses.Count == 0)
                rows.Add(Told.Row(user, null, null, null, oracle.WithoutLicense(user), []));
        }

        return [.. rows];
    }

    private bool IsRow(Guid user, Guid license) => oracle.UserExists(user) && oracle.LicenseExists(license)
        && ((oracle.Home(user) is { } home && home == oracle.Owner(license)) || oracle.Ways(user, license).Length > 0);

    private string Row(Guid user, Guid license)
    {
        var (verdict, created) = (oracle.Of(user, license, now), oracle.Created(license));
        return Told.Row(user, license, created.Name, created.Product, verdict.Code, verdict.Ways.Select(way => Open(oracle, way)));
    }

    public static string Open(AccessOracle oracle, Way way) =>
        Told.Open(way.Kind, way.Group, way.Group is { } group ? oracle.GroupName(group) : null, way.Completed.Position, way.Completed.Type, way.Completed.At, way.Completed.Actor, way.From, way.Until);
}

/// <summary>Answers as text, the same words for what is expected and for what is answered.</summary>
internal static class Told
{
    public static string Check(Guid user, Guid? license, string? code, IEnumerable<(string Kind, Guid? Group, DateTimeOffset? From, DateTimeOffset? Until, IEnumerable<string> Events)> reasons) =>
        $"{user} {license} {code ?? "open"} {string.Join("; ", reasons.Select(reason => $"{reason.Kind} {reason.Group} from {reason.From:u} until {reason.Until:u} made by {string.Join(", ", reason.Events)}"))}";

    public static string Row(Guid user, Guid? license, string? key, Guid? product, string? code, IEnumerable<string> ways) =>
        $"{user} {license} {key} {product} {code ?? "open"} {string.Join("; ", ways)}";

    public static string Open(string kind, Guid? group, string? name, long since, string type, DateTimeOffset at, string? actor, DateTimeOffset? from, DateTimeOffset? until) =>
        $"{kind} {group} {name} since {since} by {type} at {at:u} of {actor} from {from:u} until {until:u}";

    public static string Event(RawEvent e) => Event(e.Type, e.Id, e.Position, e.At, e.Actor);

    public static string Event(string type, Guid id, long position, DateTimeOffset at, string? actor) => $"{type} {id} {position} {at:u} {actor}";

    public static string Difference(Guid user, Guid license, (string? Code, IEnumerable<string> Ways) before, (string? Code, IEnumerable<string> Ways) after, bool byTime, DateTimeOffset? turnedAt, IEnumerable<string> events) =>
        $"{user} {license} {before.Code ?? "open"} {string.Join("; ", before.Ways)} -> {after.Code ?? "open"} {string.Join("; ", after.Ways)}{(byTime ? " by time" : "")} {turnedAt:u} by {string.Join(", ", events)}";
}
