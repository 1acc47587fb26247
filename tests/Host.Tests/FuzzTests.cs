using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Host.Tests.BadInput;
using Json.Schema;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>
/// Chance against every operation of the description of the API: no failure of ours, and every answer is one that the description names, of the shape that it
/// gives. 200 requests each; FUZZ=5000 sends as many, FUZZ_SEED=n others.
/// </summary>
public class FuzzTests(World world) : IClassFixture<World>
{
    private const int AtOnce = 8;
    private static readonly int Requests = int.Parse(Environment.GetEnvironmentVariable("FUZZ") ?? "200", CultureInfo.InvariantCulture);
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);
    private static readonly HashSet<string> Codes = [.. ErrorCatalogue.All.Select(entry => entry.Code)];
    private static readonly EvaluationOptions Evaluation = new() { OutputFormat = OutputFormat.List };

    public static TheoryData<string> Operations => [.. Operation.All.Select(operation => operation.Id)];

    [Theory, MemberData(nameof(Operations))]
    public async Task Whatever_is_asked_the_answer_is_as_described(string id)
    {
        var operation = Operation.All.Single(operation => operation.Id == id);
        var requests = new RandomRequests(operation, world, new Random(id.Aggregate(Seed, (seed, letter) => unchecked((seed * 31) + letter))));
        var wrong = new ConcurrentBag<string>();

        await Parallel.ForEachAsync(Enumerable.Range(0, Requests).Select(_ => requests.Next()).ToList(), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (request, _) =>
        {
            using var answer = await request.SendAsync(world.Vendor);
            if (await Wrong(operation, request, answer) is { } why)
                wrong.Add($"{request.Method} {request.Address[..Math.Min(300, request.Address.Length)]} {request.Header} {(request.Body is { } body ? Short(System.Text.Encoding.UTF8.GetString(body)) : "")}: {why}");
        });

        wrong.ShouldBeEmpty($"FUZZ_SEED={Seed}\n{string.Join('\n', wrong.Take(5))}");
    }

    private static async Task<string?> Wrong(Operation operation, BadRequest request, HttpResponseMessage answer)
    {
        var (status, text) = ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        LeakWatch.Look(status, status < 400 ? "" : text);
        if (status >= 500)
            return $"{status} {Short(text)} {LeakWatch.Failure(text)}";

        var isDry = status == 200 && request.Address.Contains("dryRun=true", StringComparison.Ordinal) && !operation.Path.StartsWith("/v3/operations/", StringComparison.Ordinal);
        if (isDry)
            return JsonNode.Parse(text) is JsonObject preview && preview.ContainsKey("events") && preview.ContainsKey("access") ? null : $"no preview: {Short(text)}";
        if (operation.Answer(status) is not { } described)
            return $"{status} is not described: {Short(text)}";
        if (described["content"] is not JsonObject contents)
            return text.Length == 0 ? null : $"{status} with a body that is not described: {Short(text)}";

        var type = answer.Content.Headers.ContentType?.MediaType ?? "";
        if (contents[type] is not { } content)
            return $"{status} of type {type}: {Short(text)}";
        if (!type.EndsWith("/json", StringComparison.Ordinal) && !type.EndsWith("+json", StringComparison.Ordinal))
            return null;

        var result = Schemas.GetOrAdd($"{operation.Id} {status} {type}", _ => Operation.SchemaOf(content["schema"]!)).Evaluate(JsonDocument.Parse(text).RootElement, Evaluation);
        return !result.IsValid ? $"{status} {string.Join("; ", (result.Details ?? []).Where(detail => detail.Errors is not null).Select(detail => $"{detail.InstanceLocation}: {string.Join(", ", detail.Errors!.Values)}"))}: {Short(text)}"
            : type == Problems.ContentType && !Codes.Contains((string)JsonNode.Parse(text)!["code"]!) ? $"a code of no catalogue: {Short(text)}"
            : null;
    }

    private static readonly ConcurrentDictionary<string, JsonSchema> Schemas = new();

    private static string Short(string text) => text[..Math.Min(400, text.Length)];
}
