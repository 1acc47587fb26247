using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using EventSourcedOrgs.Host.Tests;

namespace EventSourcedOrgs.Oracle.Tests;

/// <summary>What the service answers over HTTP, page by page along the links and as streams, is what the oracle says; so are previews.</summary>
public sealed class HttpSampleTests(HttpSampleTests.Sample sample) : IClassFixture<HttpSampleTests.Sample>
{
    private const int Histories = 16;
    private static readonly int[] PageSizes = [1, 2, 7, 100];

    private readonly HttpClient vendor = sample.Vendor;
    private readonly Batch batch = sample.Batch;

    [Fact]
    public async Task Lists_in_pages_and_as_streams()
    {
        foreach (var (n, played) in batch.Played.Index())
        {
            var then = batch.Events.Last(e => e.Position <= played.Events[played.Events.Length * 2 / 3].Position);
            foreach (var (asOf, oracle, now) in new[]
                {
                    ("", played.Oracle(), batch.Now),
                    ($"asOf={then.Position}", played.Oracle().UpTo(then.Position), then.At),
                    ($"asOf={then.At.UtcDateTime:O}", played.Oracle().UpTo(batch.Before(then.At)), then.At),
                })
            {
                var (expected, size) = (new Expected(oracle, played.Story, now), PageSizes[n % 4]);
                foreach (var organization in played.Story.Organizations)
                    await ShouldListAsync($"/v3/organizations/{organization}/access", asOf, size, expected.Matrix(organization), RowOf);
                await ShouldListAsync($"/v3/users/{played.Story.Users[n % 2]}/access", asOf, size, expected.OfUser(played.Story.Users[n % 2]), RowOf);
                await ShouldListAsync($"/v3/licenses/{played.Story.Licenses[n % 4]}/access", asOf, size, expected.OfLicense(played.Story.Licenses[n % 4]), RowOf);
            }
        }
    }

    [Fact]
    public async Task Checks_one_by_one_and_in_bulk()
    {
        foreach (var played in batch.Played)
        {
            var then = played.Events[played.Events.Length / 2];
            var before = new Expected(played.Oracle().UpTo(then.Position), played.Story, batch.Events.Last(e => e.Position <= then.Position).At);
            var checks = played.Story.Pairs.Select(pair => new { userId = pair.User, licenseId = pair.License }).ToList();
            (await vendor.Post("/v3/access/check", new { checks }).Expect(200)).AsArray().Select(CheckOf)
                .ShouldBe(played.Story.Pairs.Select(pair => new Expected(played.Oracle(), played.Story, batch.Now).Check(pair.User, pair.License)));
            (await vendor.Post($"/v3/access/check?asOf={then.Position}", new { checks }).Expect(200)).AsArray().Select(CheckOf)
                .ShouldBe(played.Story.Pairs.Select(pair => before.Check(pair.User, pair.License)));
            CheckOf(await vendor.Post($"/v3/access/check?asOf={then.Position}", checks[0]).Expect(200)).ShouldBe(before.Check(checks[0].userId, checks[0].licenseId));
        }
    }

    [Fact]
    public async Task Comparisons_in_pages_and_as_streams()
    {
        foreach (var (n, played) in batch.Played.Index())
        {
            var (from, to) = (played.Events[played.Events.Length / 4], played.Events[played.Events.Length - 1 - (n % 3)]);
            foreach (var organization in played.Story.Organizations)
            {
                var expected = new DifferenceOracle(played.Oracle(), played.Story, organization, (from.Position, from.At), (to.Position, to.At)).Rows();
                await ShouldListAsync($"/v3/organizations/{organization}/access/diff?from={from.Position}&to={to.Position}", "", PageSizes[n % 4], expected, DifferenceOf);
            }
        }
    }

    [Fact]
    public async Task Previews()
    {
        var changes = 0;
        foreach (var (n, played) in batch.Played.Index())
        {
            var story = played.Story;
            (HttpMethod Method, string Address, object? Body)[] commands =
            [
                (HttpMethod.Post, $"/v3/organizations/{story.Organizations[0]}/suspend", null),
                (HttpMethod.Post, $"/v3/organizations/{story.Organizations[0]}/reinstate", null),
                (HttpMethod.Delete, $"/v3/users/{story.Users[0]}", null),
                (HttpMethod.Delete, $"/v3/organizations/{story.Organizations[0]}/user-groups/{story.Groups[n % 2]}", null),
                (HttpMethod.Delete, $"/v3/organizations/{story.Organizations[0]}/user-groups/{story.Groups[0]}/users/{story.Users[n % 2]}", null),
                (HttpMethod.Put, $"/v3/organizations/{story.Organizations[0]}/licenses/{story.Licenses[n % 2]}/user-groups/{story.Groups[0]}", null),
                (HttpMethod.Patch, $"/v3/licenses/{story.Licenses[0]}", new { revoked = true }),
            ];
            foreach (var (method, address, body) in commands)
                changes += await ShouldForeseeAsync(played, method, $"{address}?dryRun=true", body);
        }

        changes.ShouldBeGreaterThan(0);
    }

    /// <summary>The preview tells who gains and who loses what, unless the command is refused; answers how many do.</summary>
    private async Task<int> ShouldForeseeAsync(Played played, HttpMethod method, string address, object? body)
    {
        using var request = new HttpRequestMessage(method, address) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await vendor.SendAsync(request);
        if ((int)answer.StatusCode is 404 or 400 or 409)
            return 0;

        var preview = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        answer.IsSuccessStatusCode.ShouldBeTrue(preview.ToJsonString());
        var position = played.Events[^1].Position;
        var after = new AccessOracle([.. played.Events, .. preview["events"]!.AsArray().Select(e =>
            new RawEvent(++position, Guid.Empty, e!["streamId"]!.GetValue<Guid>(), e.Text("type"), batch.Now, null).With(JsonSerializer.SerializeToElement(e["data"])))]);
        var pairs = played.Story.Pairs.OrderBy(pair => pair.User).ThenBy(pair => pair.License)
            .Select(pair => (pair.User, pair.License, Before: Open(played.Oracle(), pair), After: Open(after, pair))).Where(pair => pair.Before != pair.After).ToList();
        Told(preview["access"]!["gained"]!).ShouldBe(pairs.Where(pair => pair.After).Select(pair => $"{pair.User}/{pair.License}"), $"{played.Story}{method} {address}");
        Told(preview["access"]!["lost"]!).ShouldBe(pairs.Where(pair => pair.Before).Select(pair => $"{pair.User}/{pair.License}"), $"{played.Story}{method} {address}");
        return pairs.Count;

        bool Open(AccessOracle oracle, (Guid User, Guid License) pair) => oracle.Of(pair.User, pair.License, batch.Now).Code is null;
        static IEnumerable<string> Told(JsonNode changed) => changed.AsArray().Select(pair => $"{pair!.Text("userId")}/{pair!.Text("licenseId")}");
    }

    /// <summary>The pages along their links, and the stream of all rows, are what is expected; 404 where nothing is.</summary>
    private async Task ShouldListAsync(string address, string asOf, int size, string[]? expected, Func<JsonNode, string> row)
    {
        var (mark, past) = (address.Contains('?', StringComparison.Ordinal) ? '&' : '?', asOf.Length > 0 ? $"{asOf}&" : "");
        if (expected is null)
        {
            await vendor.Get($"{address}{mark}{past}limit={size}").Expect(404);
            return;
        }

        var rows = new List<string>();
        for (var next = $"{address}{mark}{past}limit={size}"; next is not null;)
        {
            using var answer = await vendor.GetAsync(new Uri(next, UriKind.Relative));
            var text = await answer.Content.ReadAsStringAsync();
            ((int)answer.StatusCode).ShouldBe(200, $"{next}: {text}");
            rows.AddRange(JsonNode.Parse(text)!.AsArray().Select(one => row(one!)));
            next = answer.Headers.TryGetValues("Link", out var links) ? links.Single()[1..links.Single().IndexOf('>', StringComparison.Ordinal)] : null;
        }

        rows.ToArray().ShouldBe(expected, $"{address} {asOf} in pages of {size}");
        using var stream = await vendor.GetAsync(new Uri($"{address}{mark}{past}format=ndjson", UriKind.Relative));
        (await stream.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => row(JsonNode.Parse(line)!)).ShouldBe(expected, $"{address} {asOf} as a stream");
    }

    private static string RowOf(JsonNode row)
    {
        var license = row["license"];
        return Told.Row(
            row["user"]!["id"]!.GetValue<Guid>(), license?["id"]!.GetValue<Guid>(), license?.Text("key"), license?["productId"]!.GetValue<Guid>(), (string?)row["code"], WaysOf(row));
    }

    private static string DifferenceOf(JsonNode row) => Told.Difference(
        row["user"]!["id"]!.GetValue<Guid>(), row["license"]!["id"]!.GetValue<Guid>(), ((string?)row["before"]!["code"], WaysOf(row["before"]!)), ((string?)row["after"]!["code"], WaysOf(row["after"]!)),
        row["byTime"]!.GetValue<bool>(), Time(row["turnedAt"]), row["events"]!.AsArray().Select(EventOf));

    private static string CheckOf(JsonNode? check) => Told.Check(
        check!["userId"]!.GetValue<Guid>(), check["licenseId"]!.GetValue<Guid>(), check.Text("code") is "ALLOWED" ? null : check.Text("code"),
        check["reasons"]!.AsArray().Select(reason => (
            reason!.Text("kind"), reason!["path"]!.AsArray().Where(step => step!.Text("type") == "user-group").Select(step => (Guid?)step!["id"]!.GetValue<Guid>()).FirstOrDefault(),
            Time(reason["from"]), Time(reason["until"]), reason["events"]!.AsArray().Select(EventOf))));

    private static IEnumerable<string> WaysOf(JsonNode row) => row["paths"]!.AsArray().Select(path => Told.Open(
        path!.Text("kind"), path!["userGroupId"]?.GetValue<Guid>(), (string?)path["userGroupName"], path["since"]!.GetValue<long>(), path.Text("event"), Time(path["at"])!.Value, (string?)path["actor"],
        Time(path["from"]), Time(path["until"])));

    private static string EventOf(JsonNode? e) => Told.Event(e!.Text("type"), e!["id"]!.GetValue<Guid>(), e["position"]!.GetValue<long>(), Time(e["at"])!.Value, (string?)e["actor"]);

    private static DateTimeOffset? Time(JsonNode? text) => text is null ? null : DateTimeOffset.Parse(text.GetValue<string>(), CultureInfo.InvariantCulture);

    /// <summary>One service, in which some histories happened.</summary>
    public sealed class Sample : IAsyncLifetime
    {
        private Stage? stage;

        internal HttpClient Vendor { get; private set; } = null!;

        internal Batch Batch { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            stage = await Stage.StartAsync();
            Batch = await stage.PlayAsync(Proof.Generate(new PCG(7, 20260302).ToString(), Histories));
            Vendor = await stage.Host.Vendor();
        }

        public async Task DisposeAsync()
        {
            Vendor.Dispose();
            await stage!.DisposeAsync();
        }
    }
}
