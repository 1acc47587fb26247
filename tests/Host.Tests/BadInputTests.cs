using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Host.Tests.BadInput;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>
/// Whatever is wrong with a request, of any operation that the description of the API names: it is the caller's fault and said as a problem with a code, and
/// nothing is recorded.
/// </summary>
public class BadInputTests(World world) : IClassFixture<World>
{
    private static readonly HashSet<string> Codes = [.. ErrorCatalogue.All.Select(entry => entry.Code)];

    public static TheoryData<string> Operations => [.. Operation.All.Select(operation => operation.Id)];

    public static TheoryData<string> OperationsWithBody => [.. Operation.All.Where(operation => operation.Body is not null).Select(operation => operation.Id)];

    [Theory, MemberData(nameof(OperationsWithBody))]
    public Task A_body_that_is_wrong_is_refused_with_a_code(string id) => AllAreRefused(new BadBodies(Named(id), world).All);

    [Theory, MemberData(nameof(Operations))]
    public Task An_address_that_is_wrong_is_refused_with_a_code(string id) => AllAreRefused(new BadAddresses(Named(id), world).All);

    [Theory]
    [InlineData("text/csv", "")]
    [InlineData("text/csv", "nonsense,columns\n1,2\n")]
    [InlineData("text/csv", "kind,na\0me\n")]
    [InlineData("application/json", "{}")]
    [InlineData("multipart/form-data; boundary=x", "--x--")]
    public Task An_import_that_is_none_is_refused_with_a_code(string type, string body) =>
        AllAreRefused([new BadRequest(type, HttpMethod.Post, "/v3/imports") { ContentType = type, Body = BadRequest.Bytes(body) }]);

    [Theory]
    [InlineData("GET", "/v3/nowhere", 404)]
    [InlineData("PUT", "/v3/organizations", 405)]
    [InlineData("TRACE", "/v3/organizations", 405)]
    [InlineData("POST", "/v3/organizations/0192f0c1-2f5a-7cc0-9a53-6c1b8e1d2fff", 405)]
    public async Task What_is_no_operation_is_a_problem(string method, string path, int status)
    {
        using var answer = await new BadRequest(path, new HttpMethod(method), path).SendAsync(world.Vendor);

        ((int)answer.StatusCode).ShouldBe(status);
        (await Wrong(new(path, new HttpMethod(method), path), answer)).ShouldBeNull();
    }

    private static Operation Named(string id) => Operation.All.Single(operation => operation.Id == id);

    private async Task AllAreRefused(IEnumerable<BadRequest> requests)
    {
        var before = await LastPosition();
        var wrong = new List<string>();
        foreach (var request in requests)
        {
            using var answer = await request.SendAsync(world.Vendor);
            if (await Wrong(request, answer) is { } why)
                wrong.Add($"{request.Method} {request.Address[..Math.Min(150, request.Address.Length)]} {request.What}: {why}");
        }

        wrong.ShouldBeEmpty(string.Join('\n', wrong));
        (await LastPosition()).ShouldBe(before, "something was recorded");
    }

    private Task<long> LastPosition() => world.Host.Scalar<long>("select coalesce(max(seq_id), 0) from events.mt_events");

    private static async Task<string?> Wrong(BadRequest request, HttpResponseMessage answer)
    {
        var (status, text) = ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        LeakWatch.Look(status, status < 400 ? "" : text);
        if ((request.MayBeRefusedUnread && status == 400 && text.Length == 0) || (request.MayChangeNothing && status == 204))
            return null;
        if (status is < 400 or >= 500 || answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
            return $"{status} {Short(text)}";

        var problem = JsonNode.Parse(text)!;
        var code = (string?)problem["code"];
        return code is null || !Codes.Contains(code) ? $"{code} is in no catalogue"
            : request.Codes.Count > 0 && !request.Codes.Contains(code) ? $"{code} instead of {string.Join(" or ", request.Codes)}: {Short(text)}"
            : string.IsNullOrEmpty((string?)problem["traceId"]) || string.IsNullOrEmpty((string?)problem["message"]) || (int?)problem["status"] != status ? $"incomplete: {Short(text)}"
            : text.Contains("Exception", StringComparison.Ordinal) || text.Contains("System.", StringComparison.Ordinal) || text.Contains("   at ", StringComparison.Ordinal) ? $"speaks of the code: {Short(text)}"
            : null;
    }

    private static string Short(string text) => text[..Math.Min(300, text.Length)];
}
