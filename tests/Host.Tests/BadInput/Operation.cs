using System.Text.Json.Nodes;
using EventSourcedOrgs.Tests;
using Json.Schema;

namespace EventSourcedOrgs.Host.Tests.BadInput;

/// <summary>One operation of the committed description of the API.</summary>
internal sealed record Operation(string Id, HttpMethod Method, string Path, JsonNode Node)
{
    private static readonly Lazy<JsonNode> Document = new(() => JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(Approved.Root, OpenApiTests.Copy)))!);

    public static IReadOnlyList<Operation> All { get; } =
    [
        .. from path in Document.Value["paths"]!.AsObject()
           from operation in path.Value!.AsObject()
           select new Operation((string)operation.Value!["operationId"]!, new HttpMethod(operation.Key.ToUpperInvariant()), path.Key, operation.Value),
    ];

    public bool IsCommand => Method != HttpMethod.Get;

    public bool IsList => Parameters("query").Any(parameter => (string)parameter["name"]! == "sort");

    /// <summary>The schema of the JSON body, or null when there is none.</summary>
    public JsonNode? Body => Node["requestBody"]?["content"]?["application/json"]?["schema"] is { } schema ? Resolve(schema) : null;

    public JsonNode? Example => Node["requestBody"]?["content"]?["application/json"]?["example"];

    public bool TakesAnotherBody => Node["requestBody"] is not null && Body is null;

    public IEnumerable<JsonNode> Parameters(string where) => (Node["parameters"]?.AsArray() ?? []).Where(parameter => (string)parameter!["in"]! == where).Select(parameter => parameter!);

    /// <summary>The description of the answer with this status, past references; null when there is none.</summary>
    public JsonNode? Answer(int status) => Node["responses"]![$"{status}"] is not { } answer ? null
        : (string?)answer["$ref"] is { } reference ? Document.Value["components"]!["responses"]![reference.Split('/')[^1]]
        : answer;

    /// <summary>A schema of the description as one that stands for itself.</summary>
    public static JsonSchema SchemaOf(JsonNode schema)
    {
        var document = new JsonObject { ["allOf"] = new JsonArray(schema.DeepClone()), ["$defs"] = Document.Value["components"]!["schemas"]!.DeepClone() };
        var text = document.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal);

        // The library notes every schema in one dictionary of all, which knows nothing of threads.
        lock (Document)
            return JsonSchema.FromText(text);
    }

    /// <summary>The schema itself, past references and past "or null".</summary>
    public static JsonNode Resolve(JsonNode schema) =>
        (string?)schema["$ref"] is { } reference ? Resolve(Document.Value["components"]!["schemas"]![reference.Split('/')[^1]]!)
        : schema["oneOf"] is JsonArray choices ? Resolve(choices.First(choice => (string?)choice!["type"] != "null")!)
        : schema;

    /// <summary>The type of a schema other than null.</summary>
    public static string TypeOf(JsonNode schema) => schema["type"] switch
    {
        JsonArray types => types.Select(type => (string)type!).First(type => type != "null"),
        { } type => (string)type!,
        null => "",
    };

    public static bool IsNullable(JsonNode schema) =>
        schema["oneOf"] is not null || (schema["type"] is JsonArray types && types.Any(type => (string)type! == "null"));
}
