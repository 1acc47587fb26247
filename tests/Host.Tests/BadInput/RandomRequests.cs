using System.Globalization;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.BadInput;

/// <summary>Requests of one operation that are right, wrong or odd by chance, made from its description. One seed always gives the same ones, but for ids.</summary>
internal sealed class RandomRequests(Operation operation, World world, Random random)
{
    private static readonly string[] Words =
    [
        "", "a", "Acme", "user", "null", "true", "0", "-1", " ", "%", "_", "'", "\"", "\\", "' or 1=1 --", "<script>", "${x}", "{{x}}", "../..", "ĞÜŞİÖÇ", "ß", "İ", "日本語", "😀", "\u202e\u200f",
        "a\u0301", "\ufffd", "\u0000", "\n", "P1Y", "P-1Y", "2026-02-29", "1e309", "+createdAt", "-name|+id", "eq", "user:read", "organization-admin", "super-admin", "10.0.0.1", "CH",
        "^[A-Z]{3}$", "([a", "ada@acme.example", "@", "0192f0c1-2f5a-7cc0-9a53-6c1b8e1d2fff", "00000000-0000-0000-0000-000000000000",
    ];

    private static readonly string[] Operators = ["eq", "ne", "gt", "gte", "lt", "lte", "sw", "ew", "cn", "nc", "in", "nin", "x"];

    private static readonly long[] Numbers = [0, 1, -1, 2, 10, 100, 101, int.MaxValue, int.MinValue, (long)int.MaxValue + 1, long.MaxValue, long.MinValue];

    /// <summary>What would take the ground from under all other requests is only asked about.</summary>
    private bool OnlyAsks => operation.Method == HttpMethod.Delete || operation.Id is "logout";

    public BadRequest Next()
    {
        var real = !OnlyAsks || Chance(80);
        var path = world.PathOf(operation, [.. operation.Parameters("path").Select(p => (string)p["name"]!).Where(_ => !real || Chance(10)).Select(name => (name, Guid.CreateVersion7().ToString()))]);
        var query = operation.Parameters("query").Where(p => (string)p["name"]! is not ("dryRun" or "minPosition") && Chance(12)).SelectMany(Query).ToList();
        var dry = operation.Parameters("query").Any(p => (string)p["name"]! == "dryRun") && (OnlyAsks || Chance(40));
        if (dry)
            query.Add("dryRun=true");
        var body = operation.Body is null ? null : Body(operation.Body)?.ToJsonString();
        return new($"{(dry ? "dry run of " : "")}{operation.Id}", operation.Method, query.Count == 0 ? path : $"{path}?{string.Join('&', query)}")
        {
            Body = operation.TakesAnotherBody ? BadRequest.Bytes(Csv()) : body is null ? null : BadRequest.Bytes(body),
            ContentType = operation.TakesAnotherBody ? "text/csv" : "application/json",
            Header = Chance(10) ? ("If-Match", $"\"{random.Next(4)}\"") : Chance(10) ? ("Idempotency-Key", Word() is { Length: > 0 } word && word.All(char.IsAsciiLetterOrDigit) ? word : "k") : null,
        };
    }

    private bool Chance(int percent) => random.Next(100) < percent;

    private T Any<T>(IReadOnlyList<T> values) => values[random.Next(values.Count)];

    private string Word() => Any(Words);

    private IEnumerable<string> Query(JsonNode parameter)
    {
        var name = (string)parameter["name"]!;
        var text = parameter["schema"]!["$ref"] is not null ? Chance(50) ? Word() : $"{Any(Numbers)}" : Value(name, parameter["schema"]!, 0)?.ToString() ?? "";
        var key = parameter["schema"]!["$ref"] is not null && Chance(70) ? $"{name}[{Any(Operators)}]" : name;
        yield return $"{Uri.EscapeDataString(key)}={Uri.EscapeDataString(text)}";
    }

    private JsonNode? Body(JsonNode schema) => random.Next(10) switch
    {
        0 => Value("", schema, 0),
        < 6 => Changed(world.BodyOf(operation), schema),
        _ => Value("", schema, 0) is JsonObject some ? Merged(world.BodyOf(operation), some) : world.BodyOf(operation),
    };

    /// <summary>A body that is right, but for one field.</summary>
    private JsonObject Changed(JsonObject body, JsonNode schema)
    {
        var fields = schema["properties"]!.AsObject().ToList();
        if (fields.Count == 0)
            return body;

        var (name, field) = Any(fields);
        body[name] = Value(name, field!, 0);
        return body;
    }

    private static JsonObject Merged(JsonObject body, JsonObject changes)
    {
        foreach (var (name, value) in changes.ToList())
            body[name] = value?.DeepClone();
        return body;
    }

    private JsonNode? Value(string name, JsonNode declared, int depth)
    {
        if (Chance(3))
            return Any<Func<JsonNode?>>([() => null, () => 1, () => "x", () => true, () => new JsonObject(), () => new JsonArray(), () => new JsonArray((JsonNode?)null)])();
        if (Operation.IsNullable(declared) && Chance(15))
            return null;

        var schema = Operation.Resolve(declared);
        return Operation.TypeOf(schema) switch
        {
            "object" => Object(schema, depth),
            "array" => new JsonArray([.. Enumerable.Range(0, Chance(5) ? 60 : random.Next(4)).Select(_ => Value(name, schema["items"]!, depth + 1))]),
            "integer" or "number" => Number(schema),
            "boolean" => Chance(50),
            _ => Text(name, schema),
        };
    }

    private JsonObject Object(JsonNode schema, int depth)
    {
        var result = new JsonObject();
        foreach (var (name, field) in schema["properties"]?.AsObject().Where(_ => Chance(depth == 0 ? 25 : 80)) ?? [])
            result[name] = Value(name, field!, depth + 1);
        if (Chance(2))
            result[Word()] = Word();
        return result;
    }

    private JsonNode Number(JsonNode schema)
    {
        long[] edges = [(long?)schema["minimum"] ?? 0, (long?)schema["maximum"] ?? 1000];
        return Chance(40) ? JsonValue.Create(Any(Numbers)) : JsonValue.Create(Any(edges) + random.Next(-1, 2));
    }

    private JsonNode Text(string name, JsonNode schema)
    {
        if (schema["enum"] is JsonArray values && Chance(90))
            return (string)Any([.. values])!;
        if (Chance(40) && world.ValueOf(name, schema) is JsonValue right)
            return right.DeepClone();

        return (string?)schema["format"] switch
        {
            "uuid" => Chance(70) ? Guid.CreateVersion7().ToString() : Word(),
            "date-time" => DateTimeOffset.UnixEpoch.AddSeconds(random.NextInt64(-62135596800, 253402300799)).ToString("O", CultureInfo.InvariantCulture),
            "email" => Chance(70) ? Acme.NewEmail() : Word(),
            _ => string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => Word())) is var text && Chance(5) ? text.PadRight((int?)schema["maxLength"] + random.Next(-1, 2) ?? 300, 'x') : text,
        };
    }

    private string Csv() => string.Join('\n', Enumerable.Range(0, random.Next(5)).Select(_ => string.Join(',', Enumerable.Range(0, random.Next(1, 5)).Select(_ => Any(["kind", "name", "email", "organization", "user", "allowedUsers", Word()])))));
}
