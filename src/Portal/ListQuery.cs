using System.Globalization;
using EventSourcedOrgs.Portal.Api;

namespace EventSourcedOrgs.Portal;

/// <summary>What the address of a page says about its list: search, order, page, filters. Links change one of them and keep the others.</summary>
public sealed record ListQuery(string Path, IReadOnlyDictionary<string, string> Values)
{
    public const int Limit = 20;
    private const int MostPages = 1_000_000;

    public static ListQuery Of(HttpRequest request) => new(
        request.Path, request.Query.Where(value => value.Key is not "notice" && value.Value.ToString().Length > 0).ToDictionary(value => value.Key, value => value.Value.ToString()));

    /// <summary>The order of a list that nobody has sorted yet.</summary>
    public string? DefaultSort { get; init; }

    public string? Search => Values.GetValueOrDefault("search");

    public string? Sort => Values.GetValueOrDefault("sort") ?? DefaultSort;

    public int Page => int.TryParse(Values.GetValueOrDefault("page"), NumberStyles.None, CultureInfo.InvariantCulture, out var page) ? Math.Clamp(page, 1, MostPages) : 1;

    public string? this[string name] => Values.GetValueOrDefault(name);

    /// <summary>Whether something narrows the list.</summary>
    public bool IsNarrowed => Values.Keys.Any(name => name is not ("sort" or "page"));

    public string With(string name, string? value) => With((name, value));

    /// <summary>The same address with other values; another list starts at its first page.</summary>
    public string With(params (string Name, string? Value)[] changes)
    {
        var values = new Dictionary<string, string>(Values);
        if (changes.All(change => change.Name != "page"))
            values.Remove("page");
        foreach (var (name, value) in changes)
        {
            if (string.IsNullOrEmpty(value))
                values.Remove(name);
            else
                values[name] = value;
        }

        return Path + QueryString.Create(values!);
    }

    /// <summary>As a question to the service: whatever the list knows of it.</summary>
    public Query AsQuery(string known)
    {
        var query = new Query { ["limit"] = $"{Limit}", ["count"] = "true" };
        foreach (var (name, value) in Values.Where(value => value.Key is not "asOf" && known.Split(' ').Contains(value.Key.Split('[')[0])))
            query[name] = value;
        query["page"] = Page.ToString(CultureInfo.InvariantCulture);
        query["sort"] = Sort;
        return query;
    }
}
