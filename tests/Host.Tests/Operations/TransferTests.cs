using System.Diagnostics;
using System.Text.RegularExpressions;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Host.Cli;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Host.Transfer;
using EventSourcedOrgs.Proof;
using EventSourcedOrgs.Tests;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EventSourcedOrgs.Host.Tests.Operations;

/// <summary>An installation moves as one file: the other side is the same, or nothing is there.</summary>
public sealed class TransferTests : IClassFixture<Origin>
{
    private readonly Origin origin;
    private readonly Xunit.Abstractions.ITestOutputHelper output;

    public TransferTests(Origin origin, Xunit.Abstractions.ITestOutputHelper output) => (this.origin, this.output) = (origin, output);

    [Fact]
    public async Task An_empty_installation_becomes_the_one_that_was_written()
    {
        var owner = await EmptyAsync();
        await ImportAsync(owner, origin.File);
        await using var host = await Installed.Publishing(origin.CopiedProof(), owner);
        (await Installed.Events(host)).ShouldBe(origin.Events);
        (await host.Scalar<string>(Origin.Streams)).ShouldBe(origin.StreamsThen);
        await Installed.Settled(host);
        (await Installed.Digests(host)).ShouldBe(origin.Digests);
        (await Installed.Rebuilt(host)).ShouldBe(0);
        (await Installed.Verified(host, origin.CopiedProof())).ShouldSatisfyAllConditions(check => check.Count.ShouldBe(0), check => check.Root.ShouldBe(origin.Root));

        using var admin = await host.SignIn(origin.Email, Acme.Password);
        await admin.Post($"{origin.Path}/user-groups", new { name = "After the move" }).Expect(201);
        await admin.Post($"{origin.Path}/user-groups", new { name = "Group 1" }).ExpectProblem(409, "DUPLICATE_FIELD_VALUE");
    }

    [Fact]
    public async Task Checkpoints_are_written_and_taken_in_some_at_a_time()
    {
        var owner = await EmptyAsync();
        await using var app = Over(owner);
        await using var source = NpgsqlDataSource.Create(owner);
        var secrets = app.Services.GetRequiredService<Secrets>();
        await using (var file = File.OpenRead(origin.File))
            await new EventImport(source, secrets, EventsCommand.TypesOf(app.Services)) { MostTogether = 1 }.Read(file, null, CancellationToken.None);
        await using (var file = new FileStream($"{origin.File}.again", FileMode.Create))
            await new EventExport(source, secrets) { CheckpointsAtOnce = 1 }.Write(file, null, null, CancellationToken.None);

        var history = await HistoryOf(origin.File);
        history.ShouldContain(line => line.StartsWith("{\"checkpoint\"", StringComparison.Ordinal));
        (await HistoryOf($"{origin.File}.again")).ShouldBe(history);

        static async Task<string[]> HistoryOf(string file) =>
            [.. (await File.ReadAllLinesAsync(file)).Where(line => line.StartsWith("{\"index\"", StringComparison.Ordinal) || line.StartsWith("{\"checkpoint\"", StringComparison.Ordinal))];
    }

    [Fact]
    public async Task The_file_is_proved_by_the_public_key_and_names_nobody()
    {
        var check = await new ExportVerifier(LogPublicKey.Parse(await File.ReadAllTextAsync(Path.Combine(origin.Proof, "log.pub")))).Verify(File.OpenRead(origin.File));
        (check.IsProved, check.Events > 40).ShouldBe((true, true));
        var text = await File.ReadAllTextAsync(origin.File);
        text.ShouldNotContain("Lovelace");
        text.ShouldNotContain(origin.Email);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(origin.File).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task A_store_that_holds_something_takes_nothing_in()
    {
        var owner = await EmptyAsync();
        await ImportAsync(owner, origin.File);
        await Refused(owner, origin.File, "STORE_NOT_EMPTY");
    }

    [Fact]
    public async Task The_role_that_the_service_works_as_takes_nothing_in()
    {
        var runtime = TestPostgres.RuntimeNameOf(await EmptyAsync());
        await using var app = HostApplication.Build(new() { Connection = runtime, MasterKey = new byte[32], Alone = false });
        (await Should.ThrowAsync<TransferException>(() => EventsCommand.ImportAsync(app.Services, runtime, origin.File, null, CancellationToken.None))).Code.ShouldBe("OWNER_NEEDED");
    }

    [Fact]
    public async Task Another_master_key_takes_nothing_in() =>
        await Refused(await EmptyAsync(), origin.File, "EXPORT_KEY", key: [.. Enumerable.Repeat((byte)9, 32)]);

    [Theory]
    [InlineData("EXPORT_ALTERED", "\"version\":2\\}", "\"version\":3}")]
    [InlineData("EXPORT_ALTERED", "\"name\":\"Acme\"", "\"name\":\"Acmf\"")]
    [InlineData("EXPORT_ALTERED", "(?m)^\\{\"row\":\\{\"table\":\"events.mt_doc_claim\".*\\n", "")]
    [InlineData("EXPORT_ALTERED", "(?m)^\\{\"index\":7,.*\\n", "")]
    [InlineData("EXPORT_ALTERED", "(?m)^(\\{\"index\":7,.*\\n)(\\{\"index\":8,.*\\n)", "$2$1")]
    [InlineData("EXPORT_ALTERED", "(?s)\\{\"end\".*", "")]
    [InlineData("EXPORT_ALTERED", "\\z", "{\"row\":{}}\n")]
    [InlineData("EXPORT_ALTERED", "(?s)\\A(.{20000}).*", "$1")]
    [InlineData("EXPORT_ALTERED", "events.mt_doc_claim", "pg_catalog.pg_authid")]
    [InlineData("EXPORT_VERSION", "\"format\":1", "\"format\":2")]
    [InlineData("EXPORT_VERSION", "\"schema\":\"....", "\"schema\":\"0000")]
    [InlineData("EXPORT_EVENT_UNKNOWN", "organization_created_v1", "organization_created_v9")]
    [InlineData("NO_EXPORT", "\\A.*\\n", "")]
    [InlineData("EXPORT_ALTERED", "(?s).*", "")]
    [InlineData("EXPORT_ALTERED", "\"id\": \"[0-9a-f]{8}", "\"id\": \"no guid ")]
    [InlineData("EXPORT_ALTERED", "(?m)^(\\{\"row\":\\{\"table\":\"events.mt_doc_claim\".*\\n)", "$1$1")]
    public async Task An_altered_file_or_one_of_another_version_takes_nothing_in(string code, string pattern, string with)
    {
        var text = await File.ReadAllTextAsync(origin.File);
        var altered = new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(10)).Replace(text, with, 1);
        (altered == text).ShouldBeFalse();
        var file = $"{origin.File}.{Guid.NewGuid():N}";
        await File.WriteAllTextAsync(file, altered);
        await Refused(await EmptyAsync(), file, code);
    }

    [Fact]
    public async Task An_import_that_is_killed_leaves_nothing_and_can_begin_again()
    {
        var owner = await EmptyAsync();
        await using var slow = new Slow(File.OpenRead(origin.File));
        await using (var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(owner) { Pooling = false }.ConnectionString))
        {
            await using var app = Over(owner);
            var reading = new EventImport(source, new Secrets(new byte[32]), new Dictionary<string, string>()).Read(slow, null, CancellationToken.None);
            await slow.Reached.Task;
            await TerminateAsync(owner);
            slow.GoOn.SetResult();
            await Should.ThrowAsync<NpgsqlException>(reading);
        }

        (await ScalarAsync(owner, "select count(*) from events.mt_streams")).ShouldBe(0L);
        await ImportAsync(owner, origin.File);
        (await ScalarAsync(owner, "select count(*) from events.mt_events")).ShouldBe(long.Parse(origin.Events.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>The figures of docs/performance.md; run with RELIABILITY=long.</summary>
    [Fact]
    public async Task A_hundred_thousand_events_are_written_and_taken_in_within_a_minute()
    {
        if (Environment.GetEnvironmentVariable("RELIABILITY") != "long")
            return;

        var (many, empty, file) = (await TestPostgres.CreateDatabaseAsync(origin.Host.Owner), await EmptyAsync(), $"{origin.File}.many");
        await ScalarAsync(many, """
            with s as (insert into events.mt_streams (id, type, version) select gen_random_uuid(), 'organization', 1 from generate_series(1, 100000) returning id)
            insert into events.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, headers, user_name, correlation_id, causation_id, is_archived)
            select nextval('events.mt_events_sequence'), gen_random_uuid(), s.id, 1, e.data, e.type, now(), e.tenant_id, e.mt_dotnet_type, e.headers, e.user_name, e.correlation_id, e.causation_id, false
            from s cross join (select * from events.mt_events where type = 'organization_created_v1' limit 1) e
            """);
        await using var app = Over(many);
        var watch = Stopwatch.StartNew();
        var written = await EventsCommand.ExportAsync(app.Services, file, null, CancellationToken.None);
        var export = watch.Elapsed;
        watch.Restart();
        await ImportAsync(empty, file);
        output.WriteLine(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{written.Events} events: written in {export.TotalSeconds:0.0} s, taken in and sealed in {watch.Elapsed.TotalSeconds:0.0} s, {new FileInfo(file).Length / 1e6:0} MB"));
        export.ShouldBeLessThan(TimeSpan.FromMinutes(1));
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task The_commands_write_and_take_in()
    {
        var (owner, file) = (await TestPostgres.CreateDatabaseAsync(), $"{origin.File}.cli");
        (await RunAsync("events", "export", "--out", file, "--connection", origin.Host.Connection)).ShouldBe(0);
        (await RunAsync("events", "import", file, "--connection", TestPostgres.RuntimeNameOf(owner), "--owner", owner)).ShouldBe(0);
        (await RunAsync("events", "import", file, "--connection", TestPostgres.RuntimeNameOf(owner), "--owner", owner)).ShouldBe(1);
        (await ScalarAsync(owner, "select count(*) > 40 from events.mt_events")).ShouldBe(true);
    }

    [Fact]
    public async Task A_history_that_is_taken_out_is_readable_by_its_owner_only()
    {
        var file = $"{origin.File}.history";
        (await RunAsync("history", "export", file, "--connection", origin.Host.Connection)).ShouldBe(0);
        (await File.ReadAllLinesAsync(file)).ShouldNotBeEmpty();
        File.Exists($"{file}.part").ShouldBeFalse();
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static Microsoft.AspNetCore.Builder.WebApplication Over(string owner, byte[]? key = null) =>
        HostApplication.Build(new() { Connection = TestPostgres.RuntimeNameOf(owner), MasterKey = key ?? new byte[32], Alone = false });

    private static async Task ImportAsync(string owner, string file, byte[]? key = null)
    {
        await using var app = Over(owner, key);
        await EventsCommand.ImportAsync(app.Services, owner, file, null, CancellationToken.None);
    }

    private static async Task Refused(string owner, string file, string code, byte[]? key = null)
    {
        (await Should.ThrowAsync<TransferException>(() => ImportAsync(owner, file, key))).Code.ShouldBe(code);
        if (code != "STORE_NOT_EMPTY")
            (await ScalarAsync(owner, "select (select count(*) from events.mt_events) + (select count(*) from events.mt_streams) + (select count(*) from events.mt_doc_claim)")).ShouldBe(0L);
    }

    private static readonly Lazy<Task<string>> Migrated = new(async () =>
    {
        var owner = await TestPostgres.CreateDatabaseAsync();
        await (await HostApplication.OpenAsync(new() { Connection = TestPostgres.RuntimeNameOf(owner), Owner = owner, MasterKey = new byte[32] })).DisposeAsync();
        return owner;
    });

    private static readonly SemaphoreSlim Copying = new(1);

    private static async Task<string> EmptyAsync()
    {
        await Copying.WaitAsync();
        try
        {
            return await TestPostgres.CreateDatabaseAsync(await Migrated.Value);
        }
        finally
        {
            Copying.Release();
        }
    }

    private static async Task<object?> ScalarAsync(string owner, string sql)
    {
        await using var connection = new NpgsqlConnection(owner);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private static Task<object?> TerminateAsync(string owner) => ScalarAsync(owner, "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()");

    private static async Task<int> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(HostApplication).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["EVENTSOURCEDORGS_MASTER_KEY"] = Convert.ToBase64String(new byte[32]) },
        };
        using var process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
