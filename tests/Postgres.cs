using System.Diagnostics;
using EventSourcedOrgs.Host.Setup;
using Npgsql;

namespace EventSourcedOrgs.Tests;

/// <summary>
/// Empty databases for tests, on one private server per test process that is fast because it gives up durability.
/// The environment variable EVENTSOURCEDORGS_TEST_POSTGRES names another server by the connection string of an administrator.
/// </summary>
internal static class TestPostgres
{
    private static readonly Lazy<Task<string>> Administrator = new(StartAsync);
    private static readonly string Run = Guid.NewGuid().ToString("N")[..8];
    private static readonly string Runtime = $"test_{Run}_runtime";
    private static int _databases;

    // Held, because its pipe must stay open as long as we live.
    private static Process? _cleaner;

    /// <summary>A fresh database, empty or a copy of a template (the name or the connection string of a database that nobody uses any more).</summary>
    public static async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var administrator = await Administrator.Value;
        var name = $"test_{Run}_{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(administrator);
        await connection.OpenAsync();
        if (template is null)
        {
            await ExecuteAsync(connection, $"create database {name}");
        }
        else
        {
            var source = template.Contains('=') ? new NpgsqlConnectionStringBuilder(template).Database : template;
            await ExecuteAsync(connection, $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{source}' and backend_type = 'client backend'");
            await ExecuteAsync(connection, $"""create database {name} template "{source}" """);
        }

        return new NpgsqlConnectionStringBuilder(administrator)
        {
            Database = name,
            MaxPoolSize = 50,
            ConnectionIdleLifetime = 10,
            ConnectionPruningInterval = 2,
            Timeout = 60,
            CommandTimeout = 120,
        }.ConnectionString;
    }

    /// <summary>The same database for the role that the service works as; what is in it by now is given to the role.</summary>
    public static async Task<string> RuntimeOf(string administrator, string schema = "events")
    {
        var runtime = RuntimeNameOf(administrator);
        await RuntimeRole.ProvideAsync(administrator, runtime, schema);
        return runtime;
    }

    /// <summary>The connection string alone.</summary>
    public static string RuntimeNameOf(string administrator) =>
        new NpgsqlConnectionStringBuilder(administrator) { Username = Runtime, Password = "runtime" }.ConnectionString;

    private static async Task<string> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("EVENTSOURCEDORGS_TEST_POSTGRES") is { Length: > 0 } administrator)
        {
            AppDomain.CurrentDomain.ProcessExit += (_, _) => DropDatabases(administrator);
            return administrator;
        }

        var folder = Path.Combine(Path.GetTempPath(), $"eventsourcedorgs-tests-{Run}");
        var server = await EmbeddedPostgres.StartAsync(new() { DataRoot = folder, Durable = false, MaxConnections = 500 }, CancellationToken.None);
        var postmaster = await File.ReadAllLinesAsync(Path.Combine(server.DataDirectory, "postmaster.pid"));
        _cleaner = CleanUpAfterUs(postmaster[0], folder);
        return server.ConnectionString;
    }

    /// <summary>A shell that reads from us until we are gone, in whatever way, then ends the server and removes its folder.</summary>
    private static Process CleanUpAfterUs(string server, string folder)
    {
        const string script = """
            exec >/dev/null 2>&1
            trap '' INT TERM HUP
            read -r _
            for second in 1 2 3 4 5 6 7 8 9 10; do kill -s QUIT "$1" && sleep 1 || break; done
            rm -rf "$2"
            """;
        var shell = new ProcessStartInfo("sh", ["-c", script, "sh", server, folder]) { RedirectStandardInput = true, WorkingDirectory = "/" };
        return Process.Start(shell)!;
    }

    private static void DropDatabases(string administrator)
    {
        using var connection = new NpgsqlConnection(administrator);
        connection.Open();
        for (var database = 1; database <= _databases; database++)
        {
            using var drop = new NpgsqlCommand($"drop database if exists test_{Run}_{database} with (force)", connection);
            drop.ExecuteNonQuery();
        }

        using var role = new NpgsqlCommand($"drop role if exists {Runtime}", connection);
        role.ExecuteNonQuery();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
