using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.BadInput;

/// <summary>All the ways in which the address and the headers of one operation can be wrong.</summary>
internal sealed class BadAddresses(Operation operation, World world)
{
    private static readonly string[] Parameter = ["INVALID_QUERY_PARAMETER", "INVALID_PARAMETER", "UNKNOWN_FILTER", "INVALID_SORT", "INVALID_CURSOR", "VALIDATION_FAILED"];

    public IEnumerable<BadRequest> All => Paths().Concat(Queries()).Concat(operation.Parameters("header").Any() ? Headers() : []);

    private IEnumerable<BadRequest> Paths()
    {
        foreach (var name in operation.Parameters("path").Select(parameter => (string)parameter["name"]!))
        {
            foreach (var bad in name == "fileName" ? ["%00", "..%2f..%2fetc", "..%5c..", "a%0Ab", new string('a', 3000)] : new[]
            {
                "not-an-id", "0", "%00", "null", "undefined", "00000000-0000-0000-0000-000000000000", "0192f0c1-2f5a-7cc0-9a53-6c1b8e1d2fff", "%7B0192f0c1-2f5a-7cc0-9a53-6c1b8e1d2fff%7D",
                "0192f0c12f5a7cc09a536c1b8e1d2fff", "'%20or%201=1--", "..%2f..%2fetc", "%F0%9F%98%80", "%C3%28", new string('a', 3000),
            })
            {
                yield return Request($"{name} = {bad[..Math.Min(40, bad.Length)]}", world.PathOf(operation, (name, bad))) with
                {
                    MayBeRefusedUnread = bad == "%00",
                    MayChangeNothing = operation.Method == HttpMethod.Delete && Guid.TryParseExact(bad, "D", out _),
                };
            }
        }
    }

    private IEnumerable<BadRequest> Queries()
    {
        var path = world.PathOf(operation);
        foreach (var parameter in operation.Parameters("query"))
        {
            var name = (string)parameter["name"]!;
            var schema = parameter["schema"]!;
            foreach (var value in schema["$ref"] is { } filter ? [] : Junk(name, schema))
                yield return Query(path, $"{name}={value}");
            foreach (var query in schema["$ref"] is { } kind ? Filters(name, ((string)kind!).Split('/')[^1]) : [])
                yield return Query(path, query);
        }

        if (!operation.IsList)
            yield break;
        foreach (var query in new[]
        {
            "limit=1&limit=2", "page=1&page=2", "sort=%2Bid&sort=-id", "count=true&count=false", "minPosition=1&minPosition=2", "nonsense=1", "%00=1", "[eq]=1", "id[]=1", "id[eq][eq]=1",
            "id[nonsense]=1", "id=x&id=y", "limit=1&Limit=2", "__proto__=1", "page=1;drop", string.Join('&', Enumerable.Range(0, 31).Select(i => $"id[ne]=0192f0c1-2f5a-7cc0-9a53-6c1b8e1d2f{i:00}")),
        })
        {
            yield return Query(path, query);
        }
    }

    private static IEnumerable<string> Junk(string name, JsonNode schema) => (Operation.TypeOf(Operation.Resolve(schema)), name) switch
    {
        (_, "sort") => ["nonsense", "-", "%2B", "||", "-nonsense", "id;drop%20table", "%00", "-createdAt,name", new string('a', 3000)],
        (_, "search") => [new string('a', 257), "%00"],
        (_, "cursor") => ["x", "%00", "AAAA", "eyJhIjoxfQ", new string('A', 3000)],
        (_, "asOf") => ["yesterday", "-5", "1.5", "99999999999999999999999", "2026-13-45", "%00", "9999-01-01T00:00:00Z", "9000000000000000000"],
        (_, "format") => ["xml", "%00"],
        (_, "mode") => ["nonsense", "%00"],
        (_, "code" or "state" or "error" or "iss") => ["%00"],
        (_, "key") => [],
        (_, "metadataKey" or "metadataValue" or "email" or "userEmail" or "userCompany" or "activationAppVersion") => ["%00", new string('a', 1025)],
        ("integer", _) => ["x", "-1", "1.5", "99999999999999999999", "0x10", "%00", "1e3", .. name is "page" or "limit" ? ["0", "1000001"] : (string[])[]],
        ("boolean", _) => ["perhaps", "2", "%00"],
        _ => ["not-an-id", "%00", "1.5"],
    };

    private static IEnumerable<string> Filters(string name, string kind)
    {
        string[] common = [$"{name}[nonsense]=1", $"{name}[]=1", $"{name}[eq]=1&{name}[eq]=2", $"{name}[eq]={new string('a', 1025)}", $"{name}[eq]=%00", $"{name}.nonsense=1", $"{name}[eq=1"];
        return kind switch
        {
            "IdFilter" or "IdSetFilter" => [.. common, $"{name}=x", $"{name}[gt]=1", $"{name}[in]=x,y", $"{name}[in]={string.Join(',', Enumerable.Repeat(Guid.Empty, 101))}"],
            "NumberFilter" => [.. common, $"{name}=x", $"{name}[gt]=x", $"{name}[sw]=1", $"{name}=1.5", $"{name}=99999999999999999999", $"{name}=NaN"],
            "InstantFilter" => [.. common, $"{name}=x", $"{name}[gt]=yesterday", $"{name}[lt]=2026-13-45", $"{name}[cn]=2026"],
            "FlagFilter" => [.. common, $"{name}=perhaps", $"{name}[gt]=true", $"{name}[in]=true"],
            _ => [.. common, $"{name}[gt]=a"],
        };
    }

    private IEnumerable<BadRequest> Headers()
    {
        var path = world.PathOf(operation);
        var body = operation.Body is null ? null : BadRequest.Bytes(world.BodyOf(operation).ToJsonString());
        if (operation.TakesAnotherBody)
            yield break;

        foreach (var header in operation.Parameters("header").Select(parameter => (string)parameter["name"]!))
        {
            foreach (var value in header == "If-Match" ? ["abc", "W/\"1\"", "\"x\"", "\"99999999999999999999\"", "\"-1\"", "\"1\", \"2\""] : (string[])[new string('k', 257)])
                yield return Request($"{header}: {value[..Math.Min(40, value.Length)]}", path) with { Header = (header, value), Body = body };
        }
    }

    private BadRequest Query(string path, string query) => Request($"?{query[..Math.Min(60, query.Length)]}", $"{path}?{query}") with { Codes = Parameter };

    private BadRequest Request(string what, string address) => new(what, operation.Method, address)
    {
        Body = operation.TakesAnotherBody ? BadRequest.Bytes("kind,name\n") : operation.Body is null ? null : BadRequest.Bytes(world.BodyOf(operation).ToJsonString()),
        ContentType = operation.TakesAnotherBody ? "text/csv" : "application/json",
    };
}
