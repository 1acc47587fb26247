using System.Net;
using System.Reflection;
using System.Text;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>One code of a problem: the statuses it comes with, what kind of "no" it is, and what it says; <c>{...}</c> stands for what differs.</summary>
internal sealed record ErrorEntry(string Code, string Status, string Kind, string Meaning)
{
    public const char Between = '\n';
}

/// <summary>
/// Every code that a problem can carry, gathered from where they are defined: the refusals of the domain, the errors of lists, the refusals of the protocol.
/// <c>docs/errors.md</c> and the page that problems point to say what stands here.
/// </summary>
internal static class ErrorCatalogue
{
    public const string Address = "/docs/errors";

    private const int FirstSample = 918_273_001;
    private const BindingFlags Statics = BindingFlags.Static | BindingFlags.Public;

    /// <summary>Codes whose message is another each time, so that it says nothing by itself.</summary>
    private static readonly Dictionary<string, string> Explained = new()
    {
        [Refusal.Validation("", "").Code] = "A field has a value it cannot have, or is missing. 'errors' names each by its JSON pointer and says what is wrong.",
        [ListError.InvalidQueryParameter] = "A parameter of the address has a value it cannot have. 'errors' names each and says what is wrong.",
        [Refusal.MalformedImport("").Code] = "The file is not what it says it is. The message names the line and what is wrong with it.",
        [ListError.InvalidSort] = "The list cannot be sorted this way. The message says what it can be sorted by.",
    };

    public static IReadOnlyList<ErrorEntry> All { get; } =
    [
        .. Of(typeof(Refusal)).Concat(Of(typeof(Problems))).Concat(OfLists()).Concat(OfStatuses())
            .GroupBy(entry => entry.Code, (code, entries) => Merge(code, [.. entries]))
            .OrderBy(entry => entry.Code, StringComparer.Ordinal),
    ];

    public static void MapErrorCatalogue(this IEndpointRouteBuilder routes) =>
        routes.MapGet(Address, () => Results.Text(ToHtml(), "text/html; charset=utf-8")).ExcludeFromDescription();

    public static string ToMarkdown()
    {
        var text = new StringBuilder("""
            # Errors

            Every error is a problem (`application/problem+json`, RFC 9457). Its `code` is one of these and never changes its meaning; `message` is for people and
            may. A field in braces stands for what differs from case to case. Generated from the code; a test compares the two.

            | code | status | kind | what it says |
            |---|---|---|---|

            """);
        foreach (var (code, status, kind, meaning) in All)
            text.Append($"| <a id=\"{code}\"></a>`{code}` | {status} | {kind} | {meaning.Replace("|", "\\|", StringComparison.Ordinal).Replace($"{ErrorEntry.Between}", "<br>", StringComparison.Ordinal)} |\n");

        text.Append("""

            ## Denials

            The answer of an access check is no error. Its `code` is `ALLOWED` or, in the order in which the rules are asked, one of these.

            | code | detail | nearest fix |
            |---|---|---|

            """);
        foreach (var denial in Denials)
            text.Append($"| `{denial.Code}` | {denial.Detail} | {denial.NearestFix} |\n");
        return text.ToString();
    }

    private static string ToHtml()
    {
        var page = new StringBuilder("""
            <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Errors - EventSourcedOrgs</title>
            <style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}table{border-collapse:collapse}
            td,th{border-bottom:1px solid #ddd;padding:.4rem .8rem;text-align:left;vertical-align:top}:target{background:#fff3bf}</style></head>
            <body><h1>Errors</h1><table><thead><tr><th>Code</th><th>Status</th><th>Kind</th><th>What it says</th></tr></thead><tbody>

            """);
        foreach (var (code, status, kind, meaning) in All)
        {
            var lines = string.Join("<br>", meaning.Split(ErrorEntry.Between).Select(WebUtility.HtmlEncode));
            page.Append($"<tr id=\"{code}\"><td><code>{code}</code></td><td>{status}</td><td>{kind}</td><td>{lines}</td></tr>\n");
        }

        return page.Append("</tbody></table></body></html>\n").ToString();
    }

    private static IEnumerable<Denial> Denials => Access.Denials.Concat([Access.ProductUnknown, Access.NoLicenseAssigned]).DistinctBy(denial => denial.Code);

    /// <summary>The refusals that a type names, and those it makes of what differs from case to case.</summary>
    private static IEnumerable<ErrorEntry> Of(Type type) =>
        Made<Refusal>(type).Select(refusal => new ErrorEntry(refusal.Value.Code, $"{Problems.StatusOf(refusal.Value.Kind)}", $"{refusal.Value.Kind}", refusal.Text(refusal.Value.Message)));

    private static IEnumerable<ErrorEntry> OfLists() =>
        Made<ListError>(typeof(ListError)).Select(error => new ErrorEntry(error.Value.Code, "400", $"{RefusalKind.Invalid}", error.Text(error.Value.Message)));

    private static IEnumerable<ErrorEntry> OfStatuses() =>
        Problems.OfStatus.Select(known => new ErrorEntry(known.Value.Code, $"{known.Key}", "Protocol", known.Value.Message));

    private static IEnumerable<(T Value, Func<string, string> Text)> Made<T>(Type type)
    {
        foreach (var property in type.GetProperties(Statics).Where(property => property.PropertyType == typeof(T)))
            yield return ((T)property.GetValue(null)!, text => text);

        foreach (var method in type.GetMethods(Statics).Where(method => method.ReturnType == typeof(T) && !method.IsSpecialName))
        {
            var parameters = method.GetParameters();
            if (parameters.All(parameter => SampleOf(parameter) is not null))
                yield return ((T)method.Invoke(null, [.. parameters.Select(SampleOf)])!, text => Named(text, parameters));
        }
    }

    private static object? SampleOf(ParameterInfo parameter) => parameter.ParameterType switch
    {
        var type when type == typeof(string) => $"{{{parameter.Name}}}",
        var type when type == typeof(int) => FirstSample + parameter.Position,
        var type when type == typeof(long) => (long)FirstSample + parameter.Position,
        var type when type == typeof(IEnumerable<string>) => (string[])[$"{{{parameter.Name}}}"],
        var type when type == typeof(ValueList<FieldError>) => new ValueList<FieldError>([new("{field}", "{what is wrong}")]),
        _ => null,
    };

    private static string Named(string text, ParameterInfo[] parameters) =>
        parameters.Aggregate(text, (named, parameter) => named.Replace($"{FirstSample + parameter.Position}", $"{{{parameter.Name}}}", StringComparison.Ordinal));

    /// <summary>What is said with a blank to fill stands for the cases that fill it.</summary>
    private static ErrorEntry Merge(string code, ErrorEntry[] entries)
    {
        if (Explained.TryGetValue(code, out var explained))
            return entries[0] with { Meaning = explained };

        var general = entries.Where(entry => entry.Meaning.Contains('{', StringComparison.Ordinal)).ToArray();
        var said = (general.Length > 0 ? general : entries).Select(entry => entry.Meaning).Distinct();
        return new(code, string.Join(", ", entries.Select(entry => entry.Status).Distinct().Order()), entries[0].Kind, string.Join(ErrorEntry.Between, said));
    }
}
