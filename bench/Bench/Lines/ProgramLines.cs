using System.Diagnostics;
using System.Globalization;
using EventSourcedOrgs.Bench.Data;

namespace EventSourcedOrgs.Bench.Lines;

/// <summary>P8 and P9: an import through the command line, the start of the program, its memory.</summary>
internal static class ProgramLines
{
    public static async Task ImportAsync(Installation installation, Report report, Sizes sizes)
    {
        var file = Path.Combine(Path.GetTempPath(), $"bench-{Guid.NewGuid():N}.csv");
        var run = Guid.NewGuid().ToString("N")[..8];
        await using (var text = new StreamWriter(file))
        {
            await text.WriteLineAsync("kind,organization,externalId,name,email,allowedUsers,firstName,lastName,group");
            await text.WriteLineAsync($"organization,,{run},Imported {run},it@{run}.example,{sizes.ImportRows},,,");
            for (var group = 0; group < 100; group++)
                await text.WriteLineAsync($"userGroup,Imported {run},,Group {group},,,,,");
            for (var n = 0; n < sizes.ImportRows / 2; n++)
            {
                await text.WriteLineAsync($"user,Imported {run},,,user{n}@{run}.example,,Ada,Lovelace {n},");
                await text.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"membership,Imported {run},,,user{n}@{run}.example,,,,Group {n % 100}"));
            }
        }

        try
        {
            var watch = Stopwatch.StartNew();
            await installation.CommandAsync("import", file);
            report.Add(Figure.Of("P8", $"import of {sizes.ImportRows:N0} rows: users and memberships", "rows/s", [sizes.ImportRows / watch.Elapsed.TotalSeconds]));
            report.Add(new Ratio("P8", "rows a second, in 10,000", sizes.ImportRows / watch.Elapsed.TotalSeconds / 10_000, 1));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Starts on the database as it is; answers with the Host running.</summary>
    public static async Task StartAsync(Installation installation, Peers peers, Report report, Sizes sizes)
    {
        var (bare, bareMemory, starts, firsts, idle) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < (sizes.IsQuick ? 1 : 5); round++)
        {
            var (_, process, milliseconds) = await peers.StartAsync("bare");
            await Task.Delay(sizes.Duration);
            bare.Add(milliseconds);
            bareMemory.Add(Machine.Memory(process).Now);
            await peers.StopAsync("bare");

            await installation.StopAsync();
            starts.Add(await installation.StartAsync());
            if (installation.Token.Length == 0)
                await installation.SignInAsync();
            var begin = Stopwatch.GetTimestamp();
            await installation.SendAsync("PATCH", $"/v3/organizations/{Vendor.Big.Value}", $$"""{"description":"Start {{round}}, {{Stopwatch.GetTimestamp()}}"}""");
            firsts.Add(starts[^1] + Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            await Task.Delay(sizes.Duration);
            idle.Add(Machine.Memory(installation.HostProcess).Now);
        }

        var kestrel = report.Add(Figure.Of("P9", "bare Kestrel: process start to first 200", "ms", bare));
        var start = report.Add(Figure.Of("P9", "Host: process start to first 200 on an existing database", "ms", starts));
        var first = report.Add(Figure.Of("P9", "Host: process start to the answer of the first command", "ms", firsts));
        var little = report.Add(Figure.Of("P9", "bare Kestrel: memory at idle", "MB", bareMemory));
        var memory = report.Add(Figure.Of("P9", "Host: memory at idle, after its first command", "MB", idle));
        report.Add(new Ratio("P9", "start to bare Kestrel", start.Value / kestrel.Value, 3, AtMost: true));
        report.Add(new Ratio("P9", "first command to bare Kestrel", first.Value / kestrel.Value, 3.5, AtMost: true));
        report.Add(new Ratio("P9", "memory to bare Kestrel", memory.Value / little.Value, 2, AtMost: true));
    }
}
