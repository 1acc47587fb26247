using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>
/// A PostgreSQL server of our own: found on this machine or fetched by npm, kept in one folder, reachable from this machine only, and stopped with us.
/// The first program on a folder starts the server and stops it; others that come to the same folder meanwhile share it.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const string Name = "eventsourcedorgs";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Seen while a killed predecessor is not quite gone, or when another program was quicker on the free port: the next attempt succeeds.
    private static readonly string[] Passing = ["already exists", "still in use", "could not bind", "could not create any TCP/IP sockets"];

    private readonly PostgresServer? _server;
    private Task _released = Task.CompletedTask;
    private volatile bool _stopping;

    private EmbeddedPostgres(string connectionString, string data, PostgresServer? server)
    {
        ConnectionString = connectionString;
        DataDirectory = data;
        BinDirectory = Path.GetDirectoryName(File.ReadAllText(Path.Combine(data, "postmaster.opts")).Split(" \"")[0])!;
        Port = new NpgsqlConnectionStringBuilder(connectionString).Port;
        _server = server;
    }

    /// <summary>For the superuser of this server, on the database 'eventsourcedorgs'.</summary>
    public string ConnectionString { get; }

    /// <summary>Where the PostgreSQL programs are that run.</summary>
    public string BinDirectory { get; }

    /// <summary>Where the cluster is.</summary>
    public string DataDirectory { get; }

    /// <summary>The port on 127.0.0.1, another at each start.</summary>
    public int Port { get; }

    /// <summary>Starts the server of the folder, or joins the one that runs there already. Answers when it takes connections.</summary>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, CancellationToken cancellation)
    {
        var folder = await PostgresFolder.OpenAsync(options.DataRoot, options.Log, cancellation);
        for (var waiting = Stopwatch.StartNew(); waiting.Elapsed < Patience + Patience; await Task.Delay(50, cancellation))
        {
            if (await OwnAsync(folder, options, cancellation) is { } own)
                return own;
            if (folder.Running() is { IsReady: true } server && await AnswersAsync(Connection(folder, server.Port), cancellation) == Answer.Yes)
            {
                options.Log($"PostgreSQL of {folder.Path} runs already, on port {server.Port}.");
                return new(await WithDatabaseAsync(Connection(folder, server.Port), cancellation), folder.Data, server: null);
            }
        }

        throw new EmbeddedPostgresException($"Another program holds {folder.LockFile}, but its PostgreSQL does not answer. See {folder.LogFile}.");
    }

    /// <summary>Stops the server when we started it, after everything is written.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_server is null)
            return;
        _stopping = true;
        await _server.StopAsync();
        await _released;
    }

    /// <summary>Starts the server, or answers null when another program holds the folder.</summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "The lock lives as long as the server; ReleaseAsync ends it.")]
    private static async Task<EmbeddedPostgres?> OwnAsync(PostgresFolder folder, EmbeddedPostgresOptions options, CancellationToken cancellation)
    {
        var ours = folder.TryLock();
        if (ours is null)
            return null;

        PostgresServer? server = null;
        try
        {
            (server, var connection) = await AdoptAsync(folder, options, cancellation) ?? await LaunchAsync(folder, options, cancellation);
            var started = new EmbeddedPostgres(await WithDatabaseAsync(connection, cancellation), folder.Data, server);
            started._released = started.ReleaseAsync(server, ours, () => options.Log($"PostgreSQL has ended unexpectedly: see {folder.LogFile}."));
            return started;
        }
        catch
        {
            if (server is not null)
                await server.StopAsync();
            await ours.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets others have the folder as soon as the server is gone, also when it was killed.</summary>
    private async Task ReleaseAsync(PostgresServer server, FileStream ours, Action unexpected)
    {
        await Task.WhenAny(server.Ended);
        await ours.DisposeAsync();
        if (!_stopping)
            unexpected();
    }

    /// <summary>The server that a killed predecessor left behind becomes ours, unless it is about to stop.</summary>
    private static async Task<(PostgresServer, string)?> AdoptAsync(PostgresFolder folder, EmbeddedPostgresOptions options, CancellationToken cancellation)
    {
        if (folder.Running() is not { IsReady: true } left)
            return null;
        await Task.Delay(250, cancellation);
        var connection = Connection(folder, left.Port);
        if (folder.Running() != left || await AnswersAsync(connection, cancellation) != Answer.Yes)
            return null;

        options.Log($"PostgreSQL of {folder.Path} still runs, on port {left.Port}.");
        return (PostgresServer.Adopt(left.Pid, () => folder.Running()?.Pid == left.Pid), connection);
    }

    private static async Task<(PostgresServer, string)> LaunchAsync(PostgresFolder folder, EmbeddedPostgresOptions options, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var binaries = await PostgresBinaries.FindAsync(options.BinDirectory, folder.MajorOfData, folder.Data, cancellation);
        binaries = await binaries.ReachableAsync(folder.Account, folder.Copies, options.Log, cancellation);
        await folder.SettleAsync(cancellation);
        await InitialiseAsync(folder, binaries, options, cancellation);

        while (true)
        {
            var position = folder.OpenLog();
            await folder.OwnAsync(cancellation);
            var port = FreePort();
            var connection = Connection(folder, port);
            string[] settings = [.. options.Settings().Prepend($"port={port}").SelectMany(setting => (string[])["-c", setting])];
            var server = PostgresServer.Start(folder.Account.AsServer(folder.LogFile, [binaries.Postgres, "-D", folder.Data, .. settings]), folder.Path);
            if (await IsUpAsync(server, connection, folder, cancellation))
            {
                var seconds = watch.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
                options.Log($"PostgreSQL {binaries.Version} on port {port}, data in {folder.Data}, ready after {seconds} s.");
                return (server, connection);
            }

            await server.Ended;
            var log = folder.LogSince(position);
            if (watch.Elapsed > Patience || !Passing.Any(log.Contains))
                throw new EmbeddedPostgresException($"PostgreSQL did not start. Its log, {folder.LogFile}, ends with:{Environment.NewLine}{log}");
            await Task.Delay(200, cancellation);
        }
    }

    /// <summary>Makes the cluster under another name first, so that one half made is never taken for a whole one.</summary>
    private static async Task InitialiseAsync(PostgresFolder folder, PostgresBinaries binaries, EmbeddedPostgresOptions options, CancellationToken cancellation)
    {
        if (folder.MajorOfData is not null)
            return;
        if (Directory.Exists(folder.Data))
            throw new EmbeddedPostgresException($"{folder.Data} exists, but is no PostgreSQL cluster. Move it away, or name another folder with --data.");

        options.Log($"Setting up PostgreSQL {binaries.Version} in {folder.Data}.");
        var unfinished = folder.In("data.new");
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        File.Delete(folder.PasswordFile);
        await using (var file = new FileStream(folder.PasswordFile, OwnerOnly()))
            await file.WriteAsync(Convert.ToHexString(RandomNumberGenerator.GetBytes(16)).Select(character => (byte)character).ToArray(), cancellation);
        await folder.OwnAsync(cancellation);

        string[] locale = OperatingSystem.IsMacOS() ? ["--locale=en_US.UTF-8", "--lc-collate=C"] : ["--locale=C.UTF-8"];
        string[] sync = options.Durable ? [] : ["--no-sync"];
        string[] access = ["-U", Name, "-A", "scram-sha-256", $"--pwfile={folder.PasswordFile}"];
        string[] initdb = [binaries.InitDb, "-D", unfinished, .. access, "-E", "UTF8", .. locale, .. sync, "--data-checksums", "--no-instructions"];
        var made = await PostgresAccount.RunAsync(folder.Account.As(initdb), cancellation, folder.Path);
        if (!made.Ok)
            throw new EmbeddedPostgresException($"The PostgreSQL cluster cannot be made in {folder.Data}: {made.Output}");
        Directory.Move(unfinished, folder.Data);
    }

    /// <summary>Waits for the first answer; a server that recovers from a crash may take its time. False when the process ends before.</summary>
    private static async Task<bool> IsUpAsync(PostgresServer server, string connection, PostgresFolder folder, CancellationToken cancellation)
    {
        try
        {
            for (var silence = Stopwatch.StartNew(); !server.Ended.IsCompleted; await Task.Delay(30, cancellation))
            {
                var answer = await AnswersAsync(connection, cancellation);
                if (answer == Answer.Yes)
                    return true;
                if (answer == Answer.Later)
                    silence.Restart();
                if (silence.Elapsed > Patience)
                    throw new EmbeddedPostgresException($"PostgreSQL was started but does not answer. See {folder.LogFile}.");
            }

            return false;
        }
        catch
        {
            await server.StopAsync();
            throw;
        }
    }

    private static async Task<Answer> AnswersAsync(string connectionString, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await OpenAsync(connectionString, cancellation);
            return Answer.Yes;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.CannotConnectNow)
        {
            return Answer.Later;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidPassword)
        {
            throw new EmbeddedPostgresException("The password file does not fit the PostgreSQL cluster beside it.", e);
        }
        catch (NpgsqlException)
        {
            return Answer.No;
        }
    }

    private static async Task<string> WithDatabaseAsync(string connectionString, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(connectionString, cancellation);
        await using var find = new NpgsqlCommand($"select 1 from pg_database where datname = '{Name}'", connection);
        if (await find.ExecuteScalarAsync(cancellation) is null)
        {
            await using var create = new NpgsqlCommand($"create database {Name}", connection);
            try
            {
                await create.ExecuteNonQueryAsync(cancellation);
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
            {
                // Another program on the same server was quicker.
            }
        }

        return new NpgsqlConnectionStringBuilder(connectionString) { Database = Name, Pooling = true }.ConnectionString;
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        return connection;
    }

    private static string Connection(PostgresFolder folder, int port) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Username = Name,
        Password = folder.Password,
        Database = "postgres",
        Pooling = false,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    private static FileStreamOptions OwnerOnly()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.WriteThrough };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private enum Answer
    {
        No,
        Later,
        Yes,
    }
}
