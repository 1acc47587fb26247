using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.BadInput;

/// <summary>All the ways in which the body of one operation can be wrong, made from its schema.</summary>
internal sealed class BadBodies(Operation operation, World world)
{
    private const int Long = 100_000;
    private static readonly string[] Malformed = ["MALFORMED_BODY"];
    private static readonly string[] Invalid = ["VALIDATION_FAILED"];

    private readonly string address = world.PathOf(operation);

    public IEnumerable<BadRequest> All => Documents().Concat(Fields(operation.Body!, "", change => Changed(world.BodyOf(operation), change)));

    private IEnumerable<BadRequest> Documents()
    {
        var good = world.BodyOf(operation).ToJsonString();
        foreach (var (what, text) in new[]
        {
            ("empty", ""), ("a space", " "), ("cut off", good[..^1]), ("two documents", good + good), ("a comma too many", good[..^1] + ",}"), ("single quotes", "{'a':1}"),
            ("a comment", "/* */" + good),
        }.Where(document => IsRequired || document.Item1 is not "empty"))
        {
            yield return Request(what, text) with { Codes = Malformed };
        }

        foreach (var (what, text) in new[]
        {
            ("deep lists", new string('[', Long)), ("deep objects", string.Concat(Enumerable.Repeat("{\"a\":", 2000))), ("a deep field", $"{{\"{FirstField}\":{new string('[', Long)}"),
            ("not a number", $"{{\"{FirstField}\":NaN}}"), ("raw NUL", $"{{\"{FirstField}\":\"\0\"}}"), ("raw NUL in a name", "{\"a\0\":1}"),
        })
        {
            yield return Request(what, text) with { Codes = [.. Malformed, .. Invalid, "UNKNOWN_FIELD"] };
        }

        foreach (var (what, text) in new[] { ("null", "null"), ("a list", "[]"), ("a text", "\"text\""), ("a number", "1"), ("a list of the body", $"[{good}]") }.Where(document => IsRequired || document.Item1 is not "null"))
            yield return Request(what, text) with { Codes = [.. Malformed, .. Invalid] };

        yield return Request("no UTF-8", "") with { Body = [(byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'1', (byte)'}'], Codes = [.. Malformed, "UNKNOWN_FIELD"] };
        yield return Request("a field twice", $"{{\"{FirstField}\":null,\"{FirstField}\":null,{good[1..]}") with { Codes = [.. Malformed, .. Invalid] };
        yield return Request("an unknown field", $"{{\"surprise\":1,{good[1..]}".Replace(",}", "}", StringComparison.Ordinal)) with { Codes = ["UNKNOWN_FIELD"] };
        yield return Request("2 MiB", $"{{\"{FirstField}\":\"{new string('x', 2 * 1024 * 1024)}\"}}") with { Codes = ["BODY_TOO_LARGE"] };
        foreach (var type in new[] { "text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/octet-stream", null })
            yield return Request($"of type {type}", good) with { ContentType = type, Codes = ["UNSUPPORTED_MEDIA_TYPE"] };
    }

    private bool IsRequired => (bool?)operation.Node["requestBody"]!["required"] == true;

    private string FirstField => operation.Body!["properties"]!.AsObject().First().Key;

    /// <summary>Every field of an object, in a body that is right but for it.</summary>
    private IEnumerable<BadRequest> Fields(JsonNode schema, string pointer, Func<Action<JsonObject>, JsonObject> body)
    {
        foreach (var name in schema["required"]?.AsArray().Select(name => (string)name!) ?? [])
            yield return Request($"without {pointer}/{name}", body(o => o.Remove(name)).ToJsonString()) with { Codes = Invalid };

        yield return Request($"unknown {pointer}/surprise", body(o => o["surprise"] = 1).ToJsonString()) with { Codes = ["UNKNOWN_FIELD"] };
        foreach (var (name, field) in schema["properties"]!.AsObject())
        {
            foreach (var bad in Field(Operation.Resolve(field!), field!, $"{pointer}/{name}", name, value => body(o => o[name] = value)))
                yield return bad;
        }
    }

    private IEnumerable<BadRequest> Field(JsonNode schema, JsonNode declared, string pointer, string name, Func<JsonNode?, JsonObject> with)
    {
        var type = Operation.TypeOf(schema);
        if (!Operation.IsNullable(declared))
            yield return Request($"{pointer} null", with(null).ToJsonString()) with { Codes = Invalid };
        foreach (var wrong in WrongTypes(type))
            yield return Request($"{pointer} as {wrong}", Raw(with, wrong)) with { Codes = Invalid };
        foreach (var (what, value) in WrongValues(schema, type, name))
            yield return Request($"{pointer} {what}", Raw(with, value));

        if (type == "object")
        {
            foreach (var bad in Fields(schema, pointer, change => with(Changed(Object(name, schema), change))))
                yield return bad;
        }
        else if (type == "array" && Operation.Resolve(schema["items"]!) is { } items && Operation.TypeOf(items) == "object")
        {
            foreach (var bad in Fields(items, $"{pointer}/0", change => with(new JsonArray(Changed(Object(name, items), change)))))
                yield return bad;
        }
        else if (type == "array")
        {
            foreach (var wrong in WrongTypes(Operation.TypeOf(Operation.Resolve(schema["items"]!))))
                yield return Request($"{pointer}/0 as {wrong}", Raw(with, $"[{wrong}]")) with { Codes = Invalid };
            foreach (var (what, value) in WrongValues(Operation.Resolve(schema["items"]!), Operation.TypeOf(Operation.Resolve(schema["items"]!)), name))
                yield return Request($"{pointer}/0 {what}", Raw(with, $"[{value}]"));
            if ((string?)Operation.Resolve(schema["items"]!)["format"] == "uuid")
                yield return Request($"{pointer}/0 the id of nothing", Raw(with, $"[\"{Guid.Empty}\"]"));
        }
    }

    private static IEnumerable<string> WrongTypes(string type) => type switch
    {
        "string" => ["12345", "true", "{}", "[]", "[\"a\"]"],
        "integer" => ["\"seven\"", "\"\"", "\"1.5\"", "\"7 \"", "\"99999999999999999999\"", "1.5", "true", "{}", "[]", "1e400", "99999999999999999999", "-99999999999999999999"],
        "boolean" => ["\"true\"", "1", "{}", "[]"],
        "array" => ["\"a\"", "1", "true", "{}", "[null]", "[[]]"],
        "object" => ["\"a\"", "1", "true", "[]"],
        _ => [],
    };

    private IEnumerable<(string What, string Json)> WrongValues(JsonNode schema, string type, string name)
    {
        if (type == "string")
        {
            yield return ("too long", Quoted(new string('a', (int?)schema["maxLength"] + 1 ?? Long)));
            yield return ("with NUL", "\"aaaaaaaaaaaaaaaaaaaa\\u0000@a.example\"");
            yield return ("with half a character", "\"aaaaaaaaaaaaaaaaaaaa\\ud83d@a.example\"");
            if ((int?)schema["minLength"] is { } shortest)
                yield return ("too short", Quoted(new string('a', shortest - 1)));
            if ((string?)schema["format"] is "uuid" || (name.EndsWith("Id", StringComparison.Ordinal) && name != "clientId"))
                yield return ("no id", "\"not-an-id\"");
            if ((string?)schema["format"] is "uuid" or "date-time" or "email")
                yield return ($"no {schema["format"]}", "\"2026-13-45T99:00:00Z\"");
            if (schema["enum"] is not null)
                yield return ("none of the values", "\"nonsense\"");
        }

        if (type == "integer" && (string?)schema["format"] == "int32")
            yield return ("past 32 bits", "2147483648");
        if ((long?)schema["minimum"] is { } least)
            yield return ("too small", $"{least - 1}");
        if (type == "array" && (int?)schema["maxItems"] is { } most)
            yield return ("too many", new JsonArray([.. Enumerable.Range(0, most + 1).Select(i => Element(name, schema["items"]!, i))]).ToJsonString());
        if (type == "array" && (int?)schema["minItems"] > 0)
            yield return ("too few", "[]");
    }

    /// <summary>Elements that differ, as far as what they name exists.</summary>
    private JsonNode Element(string name, JsonNode items, int i)
    {
        var element = world.ValueOf(name, items);
        if (element is JsonObject o)
        {
            foreach (var key in o.Select(member => member.Key).Where(key => key is "key" or "name").ToList())
                o[key] = $"{key}{i}";
        }

        return name is "userIds" or "userGroupIds" or "additionalUserIds" ? Guid.CreateVersion7().ToString() : element is JsonValue text ? $"{text}{i}" : element;
    }

    private JsonObject Object(string name, JsonNode schema) => (JsonObject)world.ValueOf(name, schema);

    private static JsonObject Changed(JsonObject target, Action<JsonObject> change)
    {
        change(target);
        return target;
    }

    /// <summary>JSON with a value that no writer would write.</summary>
    private static string Raw(Func<JsonNode?, JsonObject> with, string json)
    {
        const string mark = "b7f1-mark";
        return with(mark).ToJsonString().Replace($"\"{mark}\"", json, StringComparison.Ordinal);
    }

    private static string Quoted(string text) => $"\"{text}\"";

    private BadRequest Request(string what, string body) => new(what, operation.Method, address) { Body = BadRequest.Bytes(body) };
}
