using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Host.Tests.BadInput;

namespace EventSourcedOrgs.Host.Tests.Security;

/// <summary>
/// Every address, asked by everybody, about what is their own, foreign, absent or deleted: the answer is the one of the table that stands beside, what is
/// foreign looks exactly like what is absent, and nothing is recorded.
/// </summary>
public class AuthorizationMatrixTests(AuthorizationWorld world) : IClassFixture<AuthorizationWorld>
{
    private const int AtOnce = 4;

    private static readonly string[] AtTheGate = ["FORBIDDEN", "AUTHENTICATION_REQUIRED", "USER_SUSPENDED", "ORGANIZATION_SUSPENDED"];

    /// <summary>Pages and probes that are for anybody and tell nothing of a customer.</summary>
    private static readonly string[] Public = ["/health/", "/docs/", "/openapi/", "/.well-known/"];

    /// <summary>Pages ask the API with the token of who looks at them, and so may what it may.</summary>
    private static readonly string[] Pages = ["/admin", "/portal", "/_framework/"];

    public static TheoryData<string> Rows => [.. AuthorizationRow.All.Select(row => row.Name)];

    [Fact]
    public void Every_address_has_a_row_and_every_row_an_address()
    {
        var answered = AuthorizationRow.Endpoints(world.Host).Where(name => !Public.Concat(Pages).Any(name.Split(' ')[1].StartsWith)).ToList();

        answered.Count.ShouldBeGreaterThan(90);
        answered.Except(AuthorizationRow.All.Select(row => row.Name)).ShouldBeEmpty("an address without a row in AuthorizationTable");
        AuthorizationRow.All.Select(row => row.Name).Except(answered).ShouldBeEmpty("a row without an address");
        Operation.All.Select(operation => $"{operation.Method} {operation.Path}").Order().ShouldBe(answered.Order());
    }

    [Theory, MemberData(nameof(Rows))]
    public async Task It_is_answered_as_the_table_says(string name)
    {
        var row = AuthorizationRow.All.Single(row => row.Name == name);
        var operation = Operation.All.Single(operation => operation.Path == row.Path && operation.Method.Method == row.Method);
        var (before, wrong, answers) = (await Recorded(), new ConcurrentBag<string>(), new ConcurrentDictionary<(string, Target), string>());

        await Parallel.ForEachAsync(Requests(row), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (request, cancellation) =>
        {
            var (asker, target) = request;
            var answer = await Ask(row, operation, asker, target);
            answers[(asker.Name, target)] = answer.Comparable;
            if (Wrong(row, asker, target, answer) is { } why)
                wrong.Add($"{asker.Name}, {target}: {why}; answered {answer.Comparable[..Math.Min(300, answer.Comparable.Length)]}");
            if (asker.Name == "super-admin" && !answer.Sent.Any(sent => PermissionTable.Permissions.Table.Keys.Any(type => type.Name == sent)))
                wrong.Add("it sent no request that is asked for a permission");
        });

        foreach (var customer in IsToldToAnybody(row) ? [] : (string[])["user", "reseller-admin", "organization-admin", "organization-token"])
        {
            foreach (var (foreign, absent) in ((Target, Target)[])[(Target.Foreign, Target.Absent), (Target.ForeignInOwn, Target.AbsentInOwn), (Target.Deleted, Target.Absent)])
            {
                if (answers.TryGetValue((customer, foreign), out var one) && answers.TryGetValue((customer, absent), out var other) && one != other)
                    wrong.Add($"{customer} can tell {foreign} from {absent}: {one} and {other}");
            }
        }

        wrong.Order().ShouldBeEmpty(string.Join('\n', wrong.Order()));
        (await Recorded()).ShouldBe(before, "something was recorded");
    }

    /// <summary>Whoever has the id of an organization is sent to where its people sign in.</summary>
    private static bool IsToldToAnybody(AuthorizationRow row) => row.Path.StartsWith("/v3/sign-in/", StringComparison.Ordinal);

    private IEnumerable<(Asker Asker, Target Target)> Requests(AuthorizationRow row) =>
        from asker in world.Askers
        from target in row.IsWithinOrganization ? Enum.GetValues<Target>().Where(target => row.Path.Split('{').Length > 2 || target is not (Target.AbsentInOwn or Target.ForeignInOwn))
            : row.HasIds ? [Target.Own, Target.Foreign, Target.Absent] : [Target.Own]
        select (asker, target);

    /// <summary>What is wrong with an answer, or null.</summary>
    private static string? Wrong(AuthorizationRow row, Asker asker, Target target, Answer answer)
    {
        if (row.Audience == "open")
            return answer.Status is 401 or 403 or >= 500 ? "it is for everybody" : null;
        if (asker.Denial is { } denial)
            return answer.Is(denial.Status, denial.Code) ? null : $"expected {denial.Status} {denial.Code}";
        if (!IsFor(row, asker))
            return answer.Is(403, "FORBIDDEN") ? null : "expected 403 FORBIDDEN";
        if (asker.Name is "organization-admin" or "organization-token" && row.IsWithinOrganization && target is Target.Foreign or Target.Absent or Target.Deleted && row.Audience == "organization")
            return answer.Is(404, "NOT_FOUND") ? null : "expected 404 of another's organization";
        if (answer.Status >= 500 || AtTheGate.Contains(answer.Code))
            return "expected to be let in";
        return row.Audience == "own" || asker.Name == "organization-admin" && !row.IsWithinOrganization ? null : OfResources(row, target, answer);
    }

    /// <summary>Whoever may use an address finds what is there, and nothing where nothing is; to take away what is not there is no error.</summary>
    private static string? OfResources(AuthorizationRow row, Target target, Answer answer) => target switch
    {
        Target.Own => row.Answer is { } given ? answer.Status == given ? null : $"expected {given}" : answer.Status is >= 200 and < 300 ? null : "expected success",
        Target.Deleted when row.MayBeGone => answer.Status == 200 ? null : "expected its past",
        Target.Foreign => answer.Status == 404 ? "expected to find it" : null,
        _ => answer.Status == 404 || (row.Method == "DELETE" && target is Target.AbsentInOwn or Target.ForeignInOwn && answer.Status is 200 or 204) ? null : "expected 404",
    };

    private static bool IsFor(AuthorizationRow row, Asker asker) => asker.Name switch
    {
        "super-admin" => true,
        "admin" => row.Audience != "super-admin",
        "auditor" or "operator" or "custom" => row.Team.Contains(asker.Name),
        "organization-token" => row.Audience == "organization" && row.Team.Contains("custom"),
        "organization-admin" => row.Audience is "own" or "organization",
        _ => row.Audience == "own",
    };

    /// <summary>Whoever may use an address only asks what it would do; the others really try.</summary>
    private async Task<Answer> Ask(AuthorizationRow row, Operation operation, Asker asker, Target target)
    {
        var asksOnly = operation.IsCommand && (row.Audience == "open" || (asker.Denial is null && IsFor(row, asker)));
        string[] query = [.. asksOnly ? ["dryRun=true"] : Array.Empty<string>(), .. world.QueryOf(row)];
        using var request = new HttpRequestMessage(operation.Method, $"{world.PathOf(operation, target)}{(query.Length > 0 ? "?" : "")}{string.Join('&', query)}");
        if (operation.TakesAnotherBody)
            request.Content = new StringContent("kind,name,email,allowedUsers\norganization,Never,never@made.example,1\n", Encoding.UTF8, "text/csv");
        else if (world.BodyOf(operation) is { } body)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await asker.Client.SendAsync(request);
        return await Answer.Of(response);
    }

    private Task<long> Recorded() => world.Host.Scalar<long>("select count(*) from events.mt_events where type <> 'user_signed_in_v1'");

    /// <summary>An answer, without the trace.</summary>
    private sealed record Answer(int Status, string? Code, string Comparable, string[] Sent)
    {
        public bool Is(int status, string code) => Status == status && Code == code;

        public static async Task<Answer> Of(HttpResponseMessage response)
        {
            var (status, text) = ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
            var problem = status >= 400 && text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : null;
            problem?.Remove("traceId");
            return new(
                status, (string?)problem?["code"], $"{status} {problem?.ToJsonString() ?? text}",
                response.Headers.TryGetValues(RequestWitness.Header, out var sent) ? [.. string.Join(',', sent).Split(',')] : []);
        }
    }
}
