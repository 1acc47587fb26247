using System.Globalization;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Bench.Data;

namespace EventSourcedOrgs.Bench.Lines;

/// <summary>P1 and P2: commands that append one event, beside PostgreSQL alone and beside what many would write instead.</summary>
internal static class CommandLines
{
    private static readonly int[] ClientCounts = [32, 128, 8, 1];
    private static long member;

    public static async Task MeasureAsync(Installation installation, Peers peers, Report report, Sizes sizes)
    {
        var (pick, pickProcess, _) = await peers.StartAsync("pick");
        await FillPickAsync(pick, sizes.PickUsers);
        var users = Math.Min(10_000, installation.Vendor.ManyMembers);
        var picked = 0L;
        foreach (var clients in sizes.IsQuick ? ClientCounts[..1] : ClientCounts)
        {
            var (ours, theirs, inserts) = (new List<Round>(), new List<Round>(), new List<Round>());
            foreach (var _ in sizes.RoundsAfterWarmUp(() => Array.ForEach([ours, theirs, inserts], line => line.Clear())))
            {
                inserts.Add(await peers.InsertAsync(clients, sizes.Duration, installation.Postmaster));
                theirs.Add(await Load.ClosedAsync(pick, new(pickProcess, installation.Postmaster), clients, sizes.Duration, _ => NextPick(), 204));
                var before = await EventsAsync(installation);
                ours.Add(await Load.ClosedAsync(installation.Server, installation.Charged, clients, sizes.Duration, _ => NextMember(installation, users), 204));
                var appended = await EventsAsync(installation) - before;
                if (appended != ours[^1].Done)
                    throw new InvalidOperationException($"{ours[^1].Done} commands were acknowledged, {appended} events were appended.");
            }

            var name = string.Create(CultureInfo.InvariantCulture, $"c={clients}");
            var line = clients == 32 ? "P1" : $"P1/{clients}";
            var our = report.Add(Figure.Of(line, $"add a user to a group, {name}", ours));
            var their = report.Add(Figure.Of(line, $"PICK: the same without a pipeline, {name}", theirs));
            var insert = report.Add(Figure.Of(line, $"PGI: inserts of PostgreSQL alone, {name}", inserts));
            AddRatios(report, line, clients, our, their, insert);
        }

        await peers.StopAsync("pick");

        byte[] NextPick()
        {
            var n = Interlocked.Increment(ref picked) - 1;
            return HttpConnection.Request("POST", $"/pick/groups/{Vendor.BigGroup(n / sizes.PickUsers).Value}/users/{Vendor.BigUser(n % sizes.PickUsers).Value}");
        }
    }

    /// <summary>A user put into a group where the user is not in yet, each time another one; lines that begin with other groups do not meet.</summary>
    public static byte[] NextMember(Installation installation, int users, int firstGroup = 1)
    {
        var n = Interlocked.Increment(ref member) - 1;
        var user = n % users;
        // These users are in the first group only.
        var group = 1 + ((user + firstGroup + (n / users)) % 500);
        return installation.Request("POST", $"/v3/organizations/{Vendor.Big.Value}/user-groups/{Vendor.BigGroup(group).Value}/users", $$"""{"userIds":["{{Vendor.BigUser(user).Value}}"]}""");
    }

    /// <summary>Users leave one organization, from the last on: its seats are decided under one lock, two events each.</summary>
    public static async Task ContendAsync(Installation installation, Report report, Sizes sizes)
    {
        var (rounds, left) = (new List<Round>(), (long)installation.Vendor.BigUsers);
        foreach (var _ in sizes.RoundsAfterWarmUp(rounds.Clear))
        {
            rounds.Add(await Load.ClosedAsync(
                installation.Server, installation.Charged, 32, sizes.Duration, _ => installation.Request("DELETE", $"/v3/organizations/{Vendor.Big.Value}/users/{Vendor.BigUser(Interlocked.Decrement(ref left)).Value}"), 204));
        }

        var free = report.Figures.First(figure => figure.Line == "P1");
        var contended = report.Add(Figure.Of("P2", "remove a user from one organization: its seats are decided under one lock, c=32", rounds));
        var seats = JsonNode.Parse((await installation.SendAsync("GET", $"/v3/organizations/{Vendor.Big.Value}")).Body)!;
        if ((long)seats["usersCount"]! != left)
            throw new InvalidOperationException($"{left} users are left, but {seats["usersCount"]} seats are taken.");
        report.Add(new Ratio("P2", "contended to free commands (two events instead of one)", contended.Value / free.Value, 0.5));
    }

    private static void AddRatios(Report report, string line, int clients, Figure our, Figure their, Figure insert)
    {
        switch (clients)
        {
            case 32:
                report.Add(new Ratio(line, "commands to PGI", our.Value / insert.Value, 0.75));
                report.Add(new Ratio(line, "commands to PICK", our.Value / their.Value, 4));
                report.Add(new Ratio(line, "p99 to that of PICK", our.Latency!.Value.P99 / their.Latency!.Value.P99, 0.4, AtMost: true));
                break;
            case 128:
                report.Add(new Ratio(line, "commands to PGI", our.Value / insert.Value, 1.5));
                report.Add(new Ratio(line, "commands to PICK", our.Value / their.Value, 6));
                break;
            case 8:
                report.Add(new Ratio(line, "commands to PICK", our.Value / their.Value, 1.6));
                break;
            default:
                report.Add(new Ratio(line, "p50 to that of PICK", our.Latency!.Value.P50 / their.Latency!.Value.P50, 1, AtMost: true));
                break;
        }
    }

    private static Task<long> EventsAsync(Installation installation) => installation.Source.ScalarAsync<long>("select count(*) from events.mt_events where type = 'user_added_to_group_v1'");

    private static async Task FillPickAsync(Uri pick, int users)
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 8), async (client, _) =>
        {
            using var connection = await HttpConnection.OpenAsync(pick);
            for (var n = client; n < users; n += 8)
                await connection.SendAsync(HttpConnection.Request("POST", "/pick/users", null, $$"""{"user":"{{Vendor.BigUser(n).Value}}","name":"Ada {{n}}"}"""));
        });
    }
}
