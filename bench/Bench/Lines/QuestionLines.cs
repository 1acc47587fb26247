using System.Text.Json.Nodes;
using EventSourcedOrgs.Bench.Data;

namespace EventSourcedOrgs.Bench.Lines;

/// <summary>P3, P3b and P4: access checks, grants and reads, beside one prepared statement behind Kestrel.</summary>
internal static class QuestionLines
{
    private const int Clients = 32;
    private const int Page = 20;

    public static async Task MeasureAsync(Installation installation, Peers peers, Report report, Sizes sizes)
    {
        var users = Math.Min(installation.Vendor.BigUsers, Peers.LookupUsers);
        var body = (await installation.SendAsync("GET", $"/v3/users/{Vendor.BigUser(1).Value}")).Body;
        await peers.CopyUsersAsync(Enumerable.Range(0, users).Select(n => (Vendor.BigUser(n).Value, body)));
        await ProveChecksAsync(installation);
        var (lookup, process, _) = await peers.StartAsync("lookup");
        var charged = new Charged(process, installation.Postmaster);
        var rounds = Enumerable.Range(0, 9).Select(_ => new List<Round>()).ToArray();
        var checks = Bulk(installation, 1000);
        var token = (string)JsonNode.Parse((await installation.SendAsync("POST", "/v3/personal-access-tokens", """{"name":"Bench","scopes":["user:read"]}""")).Body)!["accessToken"]!;
        foreach (var _ in sizes.RoundsAfterWarmUp(() => Array.ForEach(rounds, line => line.Clear())))
        {
            rounds[0].Add(await Load.ClosedAsync(lookup, charged, Clients, sizes.Duration, n => HttpConnection.Request("GET", $"/lookup/{Vendor.BigUser(Spread(n, users)).Value}"), 200));
            rounds[1].Add(await Load.ClosedAsync(lookup, charged, Clients, sizes.Duration, _ => HttpConnection.Request("GET", "/plaintext"), 200));
            rounds[2].Add(await Load.ClosedAsync(installation.Server, installation.Charged, Clients, sizes.Duration, n => installation.Request("POST", "/v3/access/check?explain=false", Pair(n, users)), 200));
            rounds[3].Add(await Load.ClosedAsync(installation.Server, installation.Charged, 4, sizes.Duration, _ => checks, 200));
            rounds[4].Add(await Load.ClosedAsync(installation.Server, installation.Charged, Clients, sizes.Duration, n => installation.Request("GET", $"/v3/users/{Vendor.BigUser(Spread(n, users)).Value}"), 200));
            rounds[5].Add(await Load.ClosedAsync(lookup, charged, 8, sizes.Duration, n => HttpConnection.Request("GET", $"/page/{Vendor.BigUser(Spread(n, users - Page - 1)).Value}"), 200));
            rounds[6].Add(await Load.ClosedAsync(installation.Server, installation.Charged, 8, sizes.Duration, n => installation.Request("GET", $"/v3/organizations/{Vendor.Big.Value}/users?page=1&limit={Page}"), 200));
            rounds[7].Add(await Load.ClosedAsync(installation.Server, installation.Charged, 8, sizes.Duration, n => installation.Request("GET", $"/v3/organizations/{Vendor.Big.Value}/users?page={1 + (Spread(n, users) / Page)}&limit={Page}"), 200));
            rounds[8].Add(await Load.ClosedAsync(installation.Server, installation.Charged, Clients, sizes.Duration, n => HttpConnection.Request("GET", $"/v3/users/{Vendor.BigUser(Spread(n, users)).Value}", token), 200));
        }

        var lookups = report.Add(Figure.Of("P3", "LOOKUP: Kestrel and one prepared statement by primary key, c=32", rounds[0]));
        var plain = report.Add(Figure.Of("P3", "plaintext: Kestrel alone, c=32", rounds[1]));
        var check = report.Add(Figure.Of("P3", "access check of a random pair, half of them denied, c=32", rounds[2]));
        report.Add(new Ratio("P3", "checks to LOOKUP", check.Value / lookups.Value, 0.9));
        report.Add(new Ratio("P3", "checks to plaintext", check.Value / plain.Value, 0.5));
        var bulk = report.Add(Figure.Of("P3", "bulk check, requests of 1,000 pairs, c=4", rounds[3]));
        report.Add(new Ratio("P3", "checks a second in bulk, in 100,000", bulk.Value * 1000 / 100_000, 1));
        await GrantAsync(installation, report, sizes);
        var get = report.Add(Figure.Of("P4", "GET one user, c=32", rounds[4]));
        report.Add(new Ratio("P4", "GET to LOOKUP", get.Value / lookups.Value, 0.95));
        report.Add(Figure.Of("P4", "the same with an access token instead of a sign-in, c=32", rounds[8]));
        var bare = report.Add(Figure.Of("P4", "the bare page: 20 rows by key, as they are, c=8", rounds[5]));
        var first = report.Add(Figure.Of("P4", "list of the users of an organization, first page of 20, c=8", rounds[6]));
        report.Add(Figure.Of("P4", "the same, a random page by number, c=8", rounds[7]));
        report.Add(new Ratio("P4", "list page to the bare page", first.Value / bare.Value, 0.8));
        await peers.StopAsync("lookup");
    }

    /// <summary>One pair as a question.</summary>
    public static string Pair(long n, int users)
    {
        var (user, license) = PairOf(n, users);
        return $$"""{"userId":"{{Vendor.BigUser(user).Value}}","licenseId":"{{Vendor.BigLicense(license).Value}}"}""";
    }

    /// <summary>Every second pair is opened by the user's group.</summary>
    private static (long User, long License) PairOf(long n, int users)
    {
        var user = Spread(n, users);
        return (user, n % 2 == 0 ? user % 504 : Spread(n * 7, 504));
    }

    private static long Spread(long n, int most) => (long)((ulong)(n + 1) * 0x9E3779B97F4A7C15UL % (ulong)most);

    private static byte[] Bulk(Installation installation, int pairs)
    {
        var questions = Enumerable.Range(0, pairs).Select(n => Pair(n, installation.Vendor.BigUsers));
        return installation.Request("POST", "/v3/access/check?explain=false", $$"""{"checks":[{{string.Join(',', questions)}}]}""");
    }

    /// <summary>The answers are those that the history gives.</summary>
    private static async Task ProveChecksAsync(Installation installation)
    {
        var pairs = Enumerable.Range(0, 1000).Select(n => PairOf(n, installation.Vendor.BigUsers)).ToList();
        var questions = pairs.Select(pair => $$"""{"userId":"{{Vendor.BigUser(pair.User).Value}}","licenseId":"{{Vendor.BigLicense(pair.License).Value}}"}""");
        var answer = JsonNode.Parse((await installation.SendAsync("POST", "/v3/access/check", $$"""{"checks":[{{string.Join(',', questions)}}]}""")).Body)!;
        var results = (answer as JsonArray ?? answer["results"] ?? answer["checks"])!.AsArray();
        var wrong = pairs.Zip(results, (pair, result) => installation.Vendor.Opens(pair.License, pair.User) == (bool)result!["allowed"]!).Count(right => !right);
        if (wrong > 0 || results.Count != pairs.Count)
            throw new InvalidOperationException($"{wrong} of {results.Count} access checks are answered wrongly: {answer.ToJsonString()[..500]}");
    }

    /// <summary>Assigns a group of very many users to a licence and takes it back, beside the same for one user.</summary>
    private static async Task GrantAsync(Installation installation, Report report, Sizes sizes)
    {
        var (many, one, wal) = (new List<double>(), new List<double>(), new List<double>());
        var path = $"/v3/organizations/{Vendor.Big.Value}/licenses/{Vendor.BigLicense(3).Value}";
        for (var round = 0; round < (sizes.IsQuick ? 1 : 3 * sizes.Rounds); round++)
        {
            await installation.CatchUpAsync();
            var before = await installation.Source.ScalarAsync<decimal>("select pg_current_wal_lsn() - '0/0'");
            many.Add(await TimeAsync(installation, "PUT", $"{path}/user-groups/{Vendor.BigGroup(0).Value}"));
            await installation.CatchUpAsync();
            wal.Add((double)(await installation.Source.ScalarAsync<decimal>("select pg_current_wal_lsn() - '0/0'") - before) / 1024);
            await installation.SendAsync("DELETE", $"{path}/user-groups/{Vendor.BigGroup(0).Value}");
            one.Add(await TimeAsync(installation, "PUT", $"{path}/users/{Vendor.BigUser(7 + round).Value}"));
        }

        var granted = report.Add(Figure.Of("P3b", $"assign a group of {installation.Vendor.ManyMembers:N0} users to a licence", "ms", many));
        var single = report.Add(Figure.Of("P3b", "assign one user to a licence", "ms", one));
        report.Add(Figure.Of("P3b", "write-ahead log of the assignment of the group, read models and sealing included", "KiB", wal));
        report.Add(new Ratio("P3b", "group to user", granted.Value / single.Value, 1.5, AtMost: true));
    }

    private static async Task<double> TimeAsync(Installation installation, string method, string path)
    {
        var begin = System.Diagnostics.Stopwatch.GetTimestamp();
        await installation.SendAsync(method, path);
        return System.Diagnostics.Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }
}
