using System.Diagnostics;
using EventSourcedOrgs.Host.Setup;
using Npgsql;

namespace EventSourcedOrgs.Host.Tests.Operations;

/// <summary>The programs that back up a PostgreSQL. The small one of npm has none; then what needs them is left out, and says so.</summary>
internal static class PostgresTools
{
    private static readonly string[] Folders = [.. Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(folder => Path.Combine(folder, "bin")) : [], .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')];

    public static string? Find(string program) => Folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>Runs one as somebody who knows the connection string; it has to succeed.</summary>
    public static async Task RunAsync(string program, string connection, params string[] arguments)
    {
        var to = new NpgsqlConnectionStringBuilder(connection);
        var start = new ProcessStartInfo(Find(program)!, ["--host", to.Host!, "--port", $"{to.Port}", "--username", to.Username!, .. arguments])
        {
            RedirectStandardError = true, WorkingDirectory = "/", Environment = { ["PGPASSWORD"] = to.Password },
        };
        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, errors);
    }

    /// <summary>An empty cluster of its own, or the one that is in the folder.</summary>
    public static Task<EmbeddedPostgres> ClusterAsync(string folder) =>
        EmbeddedPostgres.StartAsync(new() { DataRoot = folder, BinDirectory = Path.GetDirectoryName(Find("initdb")), Durable = false }, CancellationToken.None);
}

/// <summary>A test that backs up and restores; left out where PostgreSQL's programs for it are not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BackupFactAttribute : FactAttribute
{
    /// <summary>Only with RELIABILITY=long.</summary>
    public bool Long
    {
        get;
        init
        {
            field = value;
            if (value && Environment.GetEnvironmentVariable("RELIABILITY") != "long")
                Skip = "It takes long: RELIABILITY=long.";
        }
    }

    public BackupFactAttribute() =>
        Skip = new[] { "pg_dump", "pg_restore", "pg_basebackup", "initdb" }.All(program => PostgresTools.Find(program) is not null) ? null! : "pg_dump, pg_restore and pg_basebackup are not installed.";
}
