using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Bench.Data;
using Npgsql;

namespace EventSourcedOrgs.Bench;

/// <summary>One database with a vendor's history, and the Host on it while it is measured.</summary>
internal sealed class Installation : IAsyncDisposable
{
    public const string Email = "bench@vendor.example";
    private const string Password = "a bench of good wood";
    public static readonly byte[] MasterKey = new byte[32];

    private readonly string host;
    private Running? running;

    private Installation(string host, string connection, string proof, Vendor vendor, int postmaster)
    {
        (this.host, Connection, Proof, Vendor) = (host, connection, proof, vendor);
        Source = NpgsqlDataSource.Create(connection);
        Postmaster = postmaster;
    }

    public string Connection { get; }

    /// <summary>The folder of its checkpoints.</summary>
    public string Proof { get; }

    public NpgsqlDataSource Source { get; }

    public Vendor Vendor { get; }

    public int Postmaster { get; }

    public Uri Server { get; private set; } = null!;

    public string Token { get; private set; } = "";

    public int HostProcess => running!.Id;

    public Charged Charged => new(HostProcess, Postmaster);

    /// <summary>Creates the database and everything that the history is made of, but read models.</summary>
    public static async Task<Installation> LoadAsync(string administrator, string name, string host, string folder, int events, int postmaster)
    {
        await using (var source = NpgsqlDataSource.Create(administrator))
            await source.ExecuteAsync($"create database {name}");
        var connection = new NpgsqlConnectionStringBuilder(administrator) { Database = name }.ConnectionString;
        var installation = new Installation(host, connection, Path.Combine(folder, $"proof-{name}"), new(events), postmaster);
        await installation.CommandAsync("account", "init", "--email", Email, "--password", Password);
        await new Loader(installation.Source).LoadAsync(installation.Vendor);
        return installation;
    }

    /// <summary>Runs a command of the program on this database; answers what it said.</summary>
    public Task<string> CommandAsync(params string[] arguments) => Running.RunAsync(host, [.. arguments, "--connection", Connection], Environment());

    /// <summary>The same, with the time and the most memory that it took.</summary>
    public async Task<(double Seconds, double PeakMegabytes)> MeasureAsync(params string[] arguments)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await using var program = Running.Start(host, [.. arguments, "--connection", Connection], Environment());
        var peak = 0.0;
        while (!program.HasEnded)
        {
            peak = Math.Max(peak, program.PeakOrZero());
            await Task.Delay(10);
        }

        return program.ExitCode == 0 ? (watch.Elapsed.TotalSeconds, peak) : throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {program.ExitCode}:\n{program.Said()}");
    }

    /// <summary>Starts the Host and waits until it answers; answers how long that took, in milliseconds.</summary>
    public async Task<double> StartAsync()
    {
        Server = new($"http://127.0.0.1:{FreePort()}");
        var begin = System.Diagnostics.Stopwatch.GetTimestamp();
        running = Running.Start(host, ["serve", "--connection", Connection, "--urls", Server.ToString(), "--rate-limit", "off", "--proof", Proof], Environment());
        await running.AnswersAsync(Server, "/health/live");
        return System.Diagnostics.Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }

    /// <summary>Starts the Host if it does not run, and signs in.</summary>
    public async Task EnsureStartedAsync()
    {
        if (running is null)
            await StartAsync();
        if (Token.Length == 0)
            await SignInAsync();
    }

    public async Task SignInAsync()
    {
        var answer = await SendAsync("POST", "/v3/accounts/login", $$"""{"email":"{{Email}}","password":"{{Password}}"}""");
        Token = (string)JsonNode.Parse(answer.Body)!["accessToken"]!;
    }

    /// <summary>Waits until read models and the sealed log have everything that is stored.</summary>
    public async Task CatchUpAsync()
    {
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromMinutes(20); await Task.Delay(200))
        {
            var last = await Source.ScalarAsync<long>("select max(seq_id) from events.mt_events");
            var behind = await Source.ScalarAsync<long>($"select count(*) from events.mt_event_progression where name like '%:All' and last_seq_id < {last}");
            var sealedUpTo = await Source.ScalarAsync<long>("select coalesce(max(position), 0)::bigint from proof.checkpoint");
            if (behind == 0 && sealedUpTo >= last)
                return;
        }

        throw new TimeoutException("The Host does not catch up.");
    }

    public byte[] Request(string method, string path, string? json = null) => HttpConnection.Request(method, path, Token, json);

    /// <summary>One request on a connection of its own, which must succeed.</summary>
    public async Task<HttpAnswer> SendAsync(string method, string path, string? json = null)
    {
        using var connection = await HttpConnection.OpenAsync(Server);
        var answer = await connection.SendAsync(HttpConnection.Request(method, path, Token.Length == 0 ? null : Token, json), keep: true);
        return answer.Status < 300 ? answer : throw new InvalidOperationException($"{method} {path}: {answer.Status} {Encoding.UTF8.GetString(answer.Body)}");
    }

    public async Task StopAsync()
    {
        if (running is not null)
            await running.DisposeAsync();
        running = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Source.DisposeAsync();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Dictionary<string, string> Environment() => new() { ["EVENTSOURCEDORGS_MASTER_KEY"] = Convert.ToBase64String(MasterKey) };
}
