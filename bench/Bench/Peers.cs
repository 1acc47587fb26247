using EventSourcedOrgs.Bench.Data;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedOrgs.Bench;

/// <summary>The programs and databases that the service is measured against, on the same PostgreSQL.</summary>
internal sealed class Peers : IAsyncDisposable
{
    public const int PickUsers = 10_000;
    public const int LookupUsers = 100_000;

    private readonly string program;
    private readonly string? pgbench;
    private readonly NpgsqlConnectionStringBuilder database;
    private readonly Dictionary<string, (Running Program, Uri Server)> running = [];

    private Peers(string program, string? pgbench, NpgsqlConnectionStringBuilder database)
    {
        (this.program, this.pgbench, this.database) = (program, pgbench, database);
        Source = NpgsqlDataSource.Create(database.ConnectionString);
    }

    public NpgsqlDataSource Source { get; }

    public static async Task<Peers> CreateAsync(string administrator, string program, string binaries)
    {
        await using (var source = NpgsqlDataSource.Create(administrator))
            await source.ExecuteAsync("create database peers");
        var database = new NpgsqlConnectionStringBuilder(administrator) { Database = "peers" };
        var peers = new Peers(program, Path.Combine(binaries, "pgbench") is var tool && File.Exists(tool) ? tool : null, database);
        await peers.Source.ExecuteAsync("create table inserted (id bigint generated always as identity primary key, stream uuid not null, data jsonb not null); create schema lookup; create table lookup.users (id uuid primary key, data bytea not null)");
        return peers;
    }

    /// <summary>The users of the measured installation, as bytes that can be sent as they are.</summary>
    public async Task CopyUsersAsync(IEnumerable<(Guid Id, byte[] Json)> users)
    {
        await using var connection = await Source.OpenConnectionAsync();
        await using (var copy = await connection.BeginBinaryImportAsync("copy lookup.users (id, data) from stdin (format binary)"))
        {
            foreach (var (id, json) in users)
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(id, NpgsqlDbType.Uuid);
                await copy.WriteAsync(json, NpgsqlDbType.Bytea);
            }

            await copy.CompleteAsync();
        }

        await Source.ExecuteAsync("vacuum analyze lookup.users");
    }

    /// <summary>Starts one of the programs: bare, lookup, pick. Answers where it is and the milliseconds that it took to answer.</summary>
    public async Task<(Uri Server, int Process, double Milliseconds)> StartAsync(string kind)
    {
        var server = new Uri($"http://127.0.0.1:{Installation.FreePort()}");
        var begin = System.Diagnostics.Stopwatch.GetTimestamp();
        var started = Running.Start(program, kind == "bare" ? [kind, server.ToString()] : [kind, server.ToString(), database.ConnectionString]);
        running[kind] = (started, server);
        await started.AnswersAsync(server, "/plaintext");
        return (server, started.Id, System.Diagnostics.Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
    }

    public async Task StopAsync(string kind)
    {
        await running[kind].Program.DisposeAsync();
        running.Remove(kind);
    }

    /// <summary>
    /// How many rows a second PostgreSQL takes, one insert for each commit: by pgbench where it is installed (median latency is then an average), otherwise by as many connections of Npgsql.
    /// </summary>
    public async Task<Round> InsertAsync(int clients, TimeSpan duration, int postmaster)
    {
        if (pgbench is null)
            return await InsertByNpgsqlAsync(clients, duration, postmaster);

        var script = Path.GetTempFileName();
        var password = new Dictionary<string, string> { ["PGPASSWORD"] = database.Password ?? "" };
        await File.WriteAllTextAsync(script, """insert into inserted (stream, data) values (gen_random_uuid(), '{"user":"0198c5a2-0000-7000-8000-000000000000","userGroup":"0198c5a2-0000-7000-8000-000000000001"}');""");
        try
        {
            var cpu = Machine.CpuSeconds(postmaster);
            var said = await Running.RunAsync(
                pgbench,
                ["-n", "-M", "prepared", "-f", script, "-c", $"{clients}", "-j", $"{Math.Min(clients, 2)}", "-T", $"{Math.Max(1, (int)duration.TotalSeconds)}", "-h", database.Host!, "-p", $"{database.Port}", "-U", database.Username!, "peers"],
                password);
            // Where its clients did not come to work in the time, it has no figures, and there is no limit to compare with.
            if (!said.Contains("tps = ", StringComparison.Ordinal) || !said.Contains("latency average = ", StringComparison.Ordinal))
                return new(double.NaN, double.NaN, double.NaN, 0, double.NaN, 0, new Dictionary<int, long>());
            var (done, perSecond, latency) = ((long)Number("number of transactions actually processed: "), Number("tps = "), Number("latency average = "));
            return new(perSecond, latency, double.NaN, 0, (Machine.CpuSeconds(postmaster) - cpu) * 1e6 / done, done, new Dictionary<int, long>());

            double Number(string name)
            {
                var rest = said[(said.IndexOf(name, StringComparison.Ordinal) + name.Length)..];
                return double.Parse(rest[..rest.IndexOfAny([' ', '\n', '/'])], System.Globalization.CultureInfo.InvariantCulture);
            }
        }
        finally
        {
            File.Delete(script);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var kind in running.Keys.ToList())
            await StopAsync(kind);
        await Source.DisposeAsync();
    }

    private async Task<Round> InsertByNpgsqlAsync(int clients, TimeSpan duration, int postmaster)
    {
        var times = new List<double>[clients];
        var cpu = Machine.CpuSeconds(postmaster);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            await using var connection = await Source.OpenConnectionAsync();
            await using var command = new NpgsqlCommand("insert into inserted (stream, data) values (gen_random_uuid(), '{}')", connection);
            await command.PrepareAsync();
            var mine = times[client] = [];
            while (watch.Elapsed < duration)
            {
                var begin = System.Diagnostics.Stopwatch.GetTimestamp();
                await command.ExecuteNonQueryAsync();
                mine.Add(System.Diagnostics.Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }
        })));
        var sorted = times.SelectMany(mine => mine).Order().ToList();
        return new(sorted.Count / watch.Elapsed.TotalSeconds, Load.Percentile(sorted, 0.5), Load.Percentile(sorted, 0.99), 0, (Machine.CpuSeconds(postmaster) - cpu) * 1e6 / sorted.Count, sorted.Count, new Dictionary<int, long>());
    }
}
