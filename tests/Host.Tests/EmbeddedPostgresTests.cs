using System.Diagnostics;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Tests;
using Npgsql;

namespace EventSourcedOrgs.Host.Tests;

public sealed class EmbeddedPostgresTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"eventsourcedorgs-embedded-{Guid.NewGuid():N}");
    private readonly List<string> _log = [];

    [Fact]
    public async Task What_was_written_is_there_after_the_next_start()
    {
        await using (var first = await Start())
            await Write(first, "kept");

        await using var second = await Start();
        (await Read(second)).ShouldBe("kept");
        _log.ShouldContain(line => line.StartsWith("Setting up PostgreSQL"), 1);
    }

    [Fact]
    public async Task The_server_is_durable_and_closed_to_others()
    {
        await using var server = await Start();
        foreach (var setting in (string[])["fsync", "synchronous_commit", "full_page_writes", "data_checksums"])
            (await Scalar(server, $"show {setting}")).ShouldBe("on", setting);
        (await Scalar(server, "show listen_addresses")).ShouldBe("127.0.0.1");
        (await Scalar(server, "show unix_socket_directories")).ShouldBe("");
        (await Scalar(server, "show idle_in_transaction_session_timeout")).ShouldBe("1min");
        (await Scalar(server, "show max_connections")).ShouldBe("200");
        (await Scalar(server, "show is_superuser")).ShouldBe("on");
        server.ConnectionString.ShouldContain("Database=eventsourcedorgs");
        File.Exists(Path.Combine(server.BinDirectory, "postgres")).ShouldBeTrue();
        (await File.ReadAllTextAsync(Path.Combine(_folder, "postgres", "postgres.log"))).ShouldContain("ready to accept connections");

        var guess = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "guess", Pooling = false };
        await using var connection = new NpgsqlConnection(guess.ConnectionString);
        (await Should.ThrowAsync<PostgresException>(connection.OpenAsync())).SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(Path.Combine(_folder, "postgres", "password")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Two_starts_at_once_on_one_folder_are_one_server()
    {
        var both = await Task.WhenAll(Start(durable: false), Start(durable: false));
        both[0].Port.ShouldBe(both[1].Port);
        both[0].BinDirectory.ShouldBe(both[1].BinDirectory);
        await Write(both[0], "shared");
        (await Read(both[1])).ShouldBe("shared");

        foreach (var server in both)
            await server.DisposeAsync();
        await using var next = await Start(durable: false);
        (await Read(next)).ShouldBe("shared");
    }

    [Fact]
    public async Task A_killed_server_loses_nothing_and_starts_again()
    {
        await using var killed = await Start();
        await Write(killed, "confirmed");
        Kill(killed);

        await using var next = await Start();
        (await Read(next)).ShouldBe("confirmed");
        _log.ShouldContain(line => line.StartsWith("PostgreSQL has ended unexpectedly"), 1);
    }

    [Fact]
    public async Task Durability_can_be_given_up_for_tests_but_data_of_another_version_is_refused_and_left_alone()
    {
        await using (var server = await Start(durable: false))
        {
            foreach (var setting in (string[])["fsync", "synchronous_commit", "full_page_writes"])
                (await Scalar(server, $"show {setting}")).ShouldBe("off", setting);
            await Write(server, "old");
        }

        var version = Path.Combine(_folder, "postgres", "data", "PG_VERSION");
        var ours = await File.ReadAllTextAsync(version);
        await File.WriteAllTextAsync(version, "11\n");

        var refusal = await Should.ThrowAsync<EmbeddedPostgresException>(Start());
        refusal.Message.ShouldContain("was written by PostgreSQL 11");
        refusal.Message.ShouldContain("EVENTSOURCEDORGS_POSTGRES_BIN");

        await File.WriteAllTextAsync(version, ours);
        await using var again = await Start(durable: false);
        (await Read(again)).ShouldBe("old");
    }

    [Fact]
    public async Task Without_binaries_the_message_has_the_two_commands_that_fix_it()
    {
        var missing = await Should.ThrowAsync<EmbeddedPostgresException>(
            EmbeddedPostgres.StartAsync(new() { DataRoot = _folder, BinDirectory = Path.Combine(_folder, "nowhere") }, CancellationToken.None));

        missing.Message.ShouldContain("apt-get install postgresql");
        missing.Message.ShouldContain("npm ci --prefix tools/postgres");
    }

    [Fact]
    public async Task Test_databases_are_fresh_each_or_copies_of_a_template()
    {
        var databases = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => TestPostgres.CreateDatabaseAsync()));
        databases.Distinct().Count().ShouldBe(5);

        await Execute(databases[0], "create table note (text text); insert into note values ('template')");
        var copy = await TestPostgres.CreateDatabaseAsync(databases[0]);
        (await Scalar(copy, "select text from note")).ShouldBe("template");
        (await Scalar(databases[1], "select count(*)::text from pg_tables where tablename = 'note'")).ShouldBe("0");
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private Task<EmbeddedPostgres> Start(bool durable = true) => EmbeddedPostgres.StartAsync(
        new()
        {
            DataRoot = _folder,
            Durable = durable,
            Log = line =>
            {
                lock (_log)
                    _log.Add(line);
            },
        },
        CancellationToken.None);

    private static void Kill(EmbeddedPostgres server)
    {
        var pid = int.Parse(File.ReadLines(Path.Combine(server.DataDirectory, "postmaster.pid")).First());
        using var process = Process.GetProcessById(pid);
        process.Kill();
    }

    private static Task Write(EmbeddedPostgres server, string text) =>
        Execute(server.ConnectionString, $"create table note (text text); insert into note values ('{text}')");

    private static Task<string> Read(EmbeddedPostgres server) => Scalar(server, "select text from note");

    private static Task<string> Scalar(EmbeddedPostgres server, string sql) => Scalar(server.ConnectionString, sql);

    private static async Task Execute(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<string> Scalar(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
