using System.CommandLine;
using System.Globalization;
using EventSourcedOrgs.Bench;
using EventSourcedOrgs.Bench.Data;
using EventSourcedOrgs.Bench.Lines;
using EventSourcedOrgs.Host.Setup;

var quick = new Option<bool>("--quick") { Description = "A small installation and one short round: shows that everything can be measured, and measures nothing." };
var host = new Option<string>("--host") { Description = "The program that is measured. Default: as it was built.", DefaultValueFactory = _ => Path.Combine(AppContext.BaseDirectory, "EventSourcedOrgs.Host") };
var peers = new Option<string>("--peers") { Description = "The program that it is measured against. Default: as it was built.", DefaultValueFactory = _ => Path.Combine(AppContext.BaseDirectory, "EventSourcedOrgs.Peers") };
var folder = new Option<string>("--out") { Description = "Where the table is written, as Markdown and JSON.", DefaultValueFactory = _ => ".artifacts/bench" };
var only = new Option<string[]>("--only") { Description = "Some of the lines: P1, P3, P5, P5L, P6, P7, P8, P9, P10, P11.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
var events = new Option<int?>("--events") { Description = "How many events the installation has." };
var hold = new Option<bool>("--hold") { Description = "Measures nothing: loads, starts the service, says where everything is and waits for Ctrl-C, so that somebody can look closer." };
var rounds = new Option<int?>("--rounds") { Description = "How often each line is measured." };
var seconds = new Option<double?>("--seconds") { Description = "How long each round of a line takes." };
var program = new RootCommand("Measures EventSourcedOrgs side by side with the limits of this machine.") { quick, host, peers, folder, only, events, rounds, seconds, hold };
program.SetAction(async parsed =>
{
    var sizes = parsed.GetValue(quick) ? Sizes.Quick : Sizes.Full;
    sizes = sizes with
    {
        Events = parsed.GetValue(events) ?? sizes.Events,
        Rounds = parsed.GetValue(rounds) ?? sizes.Rounds,
        Duration = parsed.GetValue(seconds) is { } given ? TimeSpan.FromSeconds(given) : sizes.Duration,
    };
    await new Benchmark(sizes, parsed.GetValue(host)!, parsed.GetValue(peers)!, parsed.GetValue(folder)!, parsed.GetValue(only)!, parsed.GetValue(hold)).RunAsync();
    return 0;
});
return await program.Parse(args).InvokeAsync();

namespace EventSourcedOrgs.Bench
{
    /// <summary>One run: its own PostgreSQL with durability on, two installations, all lines.</summary>
    internal sealed class Benchmark(Sizes sizes, string host, string peerProgram, string folder, IReadOnlyCollection<string> only, bool hold)
    {
        public async Task RunAsync()
        {
            var data = Directory.CreateTempSubdirectory("eventsourcedorgs-bench-").FullName;
            var report = new Report();
            try
            {
                await using var postgres = await EmbeddedPostgres.StartAsync(new() { DataRoot = data, MaxConnections = 500 }, CancellationToken.None);
                report.Note($"{DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, {Machine.Description()}, load average at the start {Machine.LoadAverage().ToString("0.00", CultureInfo.InvariantCulture)}; PostgreSQL, service and load share the machine.");
                await MeasureAsync(postgres, data, report);
            }
            finally
            {
                Directory.CreateDirectory(folder);
                await File.WriteAllTextAsync(Path.Combine(folder, "bench.md"), report.Markdown("Benchmark"));
                await File.WriteAllTextAsync(Path.Combine(folder, "bench.json"), report.Json());
                Directory.Delete(data, recursive: true);
            }

            Console.WriteLine($"Written to {Path.GetFullPath(folder)}/bench.md and bench.json.");
        }

        private async Task MeasureAsync(EmbeddedPostgres postgres, string data, Report report)
        {
            var postmaster = int.Parse((await File.ReadAllLinesAsync(Path.Combine(postgres.DataDirectory, "postmaster.pid")))[0], CultureInfo.InvariantCulture);
            await using var peers = await Peers.CreateAsync(postgres.ConnectionString, peerProgram, postgres.BinDirectory);
            report.Note(await peers.Source.ScalarAsync<string>("select 'PostgreSQL ' || current_setting('server_version') || ', fsync ' || current_setting('fsync') || ', synchronous_commit ' || current_setting('synchronous_commit') || ', full_page_writes ' || current_setting('full_page_writes') || ', shared_buffers ' || current_setting('shared_buffers')"));
            await using var big = await Installation.LoadAsync(postgres.ConnectionString, "big", host, data, sizes.Events, postmaster);
            report.Note(string.Create(CultureInfo.InvariantCulture, $"{sizes.Events:N0} events: 100 organizations, one with {big.Vendor.BigUsers:N0} users, 1,000 groups (one of {big.Vendor.ManyMembers:N0} users), 1,000 licences; {sizes.Rounds} rounds of {sizes.Duration.TotalSeconds:0.#} s, interleaved."));
            if (Wants("P5"))
                await ReadModelLines.RebuildAsync(big, report, sizes);
            else
                await big.CommandAsync("projections", "rebuild", "--all", "--fast");
            if (Wants("P9"))
                await ProgramLines.StartAsync(big, peers, report, sizes);
            await big.EnsureStartedAsync();
            await big.CatchUpAsync();
            if (hold)
            {
                Console.WriteLine($"PostgreSQL: {big.Connection}\nService:    {big.Server}\nToken:      {big.Token}");
                await Task.Delay(Timeout.Infinite);
            }

            if (Wants("P7"))
                await ReadModelLines.VerifyAsync(big, report, sizes);
            if (Wants("P3"))
                await QuestionLines.MeasureAsync(big, peers, report, sizes);
            if (Wants("P6"))
                await ReadModelLines.LagAsync(big, report, sizes);
            if (Wants("P5L"))
                await RebuildUnderLoad.MeasureAsync(big, report, sizes);
            if (Wants("P10"))
                await GrowAsync(postgres, data, report, big, postmaster);
            if (Wants("P1"))
                await CommandLines.MeasureAsync(big, peers, report, sizes);
            await big.CatchUpAsync();
            report.Add(Figure.Of("P9", "Host: memory after the load", "MB", [Machine.Memory(big.HostProcess).Now]));
            if (Wants("P1"))
                await CommandLines.ContendAsync(big, report, sizes);
            if (Wants("P11"))
                await ActivationLines.MeasureAsync(big, report, sizes);
            await big.StopAsync();
            if (Wants("P8"))
                await ProgramLines.ImportAsync(big, report, sizes);
        }

        private async Task GrowAsync(EmbeddedPostgres postgres, string data, Report report, Installation big, int postmaster)
        {
            await using var small = await Installation.LoadAsync(postgres.ConnectionString, "small", host, data, sizes.Events / 10, postmaster);
            await ReadModelLines.RebuildAsync(small, report, sizes, "P10");
            await small.EnsureStartedAsync();
            await small.CatchUpAsync();
            await GrowthLines.MeasureAsync(small, big, report, sizes);
        }

        private bool Wants(string line) => only.Count == 0 || only.Contains(line, StringComparer.OrdinalIgnoreCase);
    }
}
