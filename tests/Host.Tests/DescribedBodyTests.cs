using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Tests.BadInput;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>What the description of the API shows and allows is taken. That one more is refused, the tests of bad input say.</summary>
public class DescribedBodyTests(World world) : IClassFixture<World>
{
    public static TheoryData<string> Examples => [.. Operation.All.Where(operation => operation.Example is not null).Select(operation => operation.Id)];

    public static TheoryData<string> Bodies => [.. Operation.All.Where(operation => operation.Body is not null).Select(operation => operation.Id)];

    [Theory, MemberData(nameof(Examples))]
    public async Task An_example_is_taken(string id)
    {
        var operation = Named(id);

        using var answer = await Send(operation, world.BodyOf(operation), "");

        ((int)answer.StatusCode).ShouldBeInRange(200, 299, await answer.Content.ReadAsStringAsync());
    }

    [Theory, MemberData(nameof(Bodies))]
    public async Task What_just_keeps_a_limit_is_taken(string id)
    {
        var operation = Named(id);
        var wrong = new List<string>();
        foreach (var (name, declared) in operation.Body!["properties"]!.AsObject())
        {
            if (Most(name, Operation.Resolve(declared!)) is not { } most)
                continue;

            var body = world.BodyOf(operation);
            body[name] = most;
            using var answer = await Send(operation, body, "?dryRun=true");
            var text = await answer.Content.ReadAsStringAsync();
            if ((int)answer.StatusCode == 400 && JsonNode.Parse(text) is { } problem && (string?)problem["code"] == "VALIDATION_FAILED" && problem["errors"] is JsonObject errors && errors.Any(error => error.Key.Split('/').ElementAtOrDefault(1) == name))
                wrong.Add($"{name}: {text}");
        }

        wrong.ShouldBeEmpty();
    }

    private static Operation Named(string id) => Operation.All.Single(operation => operation.Id == id);

    /// <summary>The longest text or the longest list that a schema allows, where any text and any element will do.</summary>
    private JsonNode? Most(string name, JsonNode schema) => Operation.TypeOf(schema) switch
    {
        "string" when (int?)schema["maxLength"] is { } length && schema["format"] is null && name is not ("keyPattern" or "defaultRole") && !name.EndsWith("Id", StringComparison.Ordinal) => new string('a', length),
        "array" when (int?)schema["maxItems"] is { } count && name is "tags" or "metadata" or "requiredMetadataKeys" or "requiredMeterAttributes" =>
            new JsonArray([.. Enumerable.Range(0, (int)schema["maxItems"]!).Select(i => Element(name, schema["items"]!, i))]),
        "integer" when (int?)schema["minimum"] is { } least => least,
        _ => null,
    };

    private JsonNode Element(string name, JsonNode items, int i)
    {
        if (world.ValueOf(name, items) is not JsonObject entry)
            return $"tag {i}";

        entry["key"] = $"key {i}";
        return entry;
    }

    private Task<HttpResponseMessage> Send(Operation operation, JsonObject body, string query) =>
        new BadRequest(operation.Id, operation.Method, world.PathOf(operation) + query) { Body = BadRequest.Bytes(body.ToJsonString()) }.SendAsync(world.Vendor);
}
