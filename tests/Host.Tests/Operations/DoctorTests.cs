using System.Diagnostics;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Diagnosis;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace EventSourcedOrgs.Host.Tests.Operations;

/// <summary>Everything that the doctor looks at is broken on purpose, and the doctor says that and what to do.</summary>
public sealed class DoctorTests : IClassFixture<DoctorTests.Patient>
{
    private readonly Patient patient;

    public DoctorTests(Patient patient) => this.patient = patient;

    [Fact]
    public async Task What_is_well_is_told_to_be_well()
    {
        var found = await patient.Examined();
        found.Where(one => one.Level != Level.Ok).Select(one => one.Code).ShouldBe(["DURABILITY"], "tests give up durability");
        found.Select(one => one.Code).ShouldBe(
        [
            "DATABASE", "SCHEMA", "ROLE", "DURABILITY", "OPEN_TRANSACTIONS", "CLOCK", "MASTER_KEY", "DEAD_LETTERS", "OLD_TABLES",
            "READ_MODELS", "SEALING", "LOG_KEY", "CHECKPOINT_FOLDER", "CHECKPOINTS", "FILES", "DISK_SPACE", "PUBLIC_ADDRESS", "RATE_LIMIT", "DEMO_PASSWORD",
        ]);
        found.Single(one => one.Code == "CHECKPOINTS").Says.ShouldContain("is of this log");
        found.Single(one => one.Code == "MASTER_KEY").Says.ShouldContain("personal data");
    }

    [Theory]
    [InlineData("SCHEMA", Level.Error, "drop index read.access_user_v3_versions; comment on table read.access_user_v3 is 'other'")]
    [InlineData("SCHEMA", Level.Error, "drop table events.mt_doc_claim")]
    [InlineData("ROLE", Level.Warning, "grant delete on events.mt_events to public")]
    [InlineData("DEAD_LETTERS", Level.Warning, "insert into messages.wolverine_dead_letters select (jsonb_populate_record(null::messages.wolverine_dead_letters, jsonb_build_object('id', gen_random_uuid(), 'body', '\\x00', 'message_type', 'm', 'received_at', 'local://m'))).*")]
    [InlineData("OLD_TABLES", Level.Warning, "create table read.former_v1 (id int)")]
    [InlineData("READ_MODELS", Level.Warning, "insert into read.control (name, paused) values ('Directory', true) on conflict (name) do update set paused = true")]
    [InlineData("READ_MODELS", Level.Error, "insert into read.control (name, failure) values ('Directory', 'broken') on conflict (name) do update set failure = 'broken'")]
    [InlineData("READ_MODELS", Level.Warning, "update events.mt_event_progression set last_seq_id = 1 where name like 'Directory%'; update read.control set seen_at = null")]
    [InlineData("SEALING", Level.Warning, "update events.mt_events set timestamp = now() - interval '1 hour'; delete from proof.leaves; delete from proof.tile")]
    [InlineData("CHECKPOINTS", Level.Error, "delete from proof.leaves; delete from proof.tile")]
    [InlineData("CHECKPOINTS", Level.Error, "set session_replication_role = replica; update proof.tile set hashes = overlay(hashes placing '\\x0000'::bytea from 1)")]
    public async Task What_is_wrong_in_the_database_is_told(string code, Level level, string sql)
    {
        var ill = await patient.CopiedAsync();
        await using (var connection = new NpgsqlConnection(ill))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }

        Shows(await patient.Examined(database: ill), code, level);
    }

    [Fact]
    public async Task An_open_transaction_that_nothing_ends_is_told() =>
        Shows(await patient.Examined(options: "-c idle_in_transaction_session_timeout=0"), "OPEN_TRANSACTIONS", Level.Warning);

    [Fact]
    public async Task Who_holds_read_models_back_is_named()
    {
        var ill = await patient.CopiedAsync();
        await using var connection = new NpgsqlConnection(ill);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var write = new NpgsqlCommand("update events.mt_streams set timestamp = now()", connection, transaction))
            await write.ExecuteNonQueryAsync();
        var told = (await patient.Examined(database: ill)).Single(one => one.Code == "OPEN_TRANSACTIONS");
        (told.Level, told.Says.Contains($"session {connection.ProcessID} ", StringComparison.Ordinal)).ShouldBe((Level.Warning, true), told.Says);
    }

    [Theory]
    [InlineData(5, Level.Warning)]
    [InlineData(3600, Level.Error)]
    public async Task Clocks_that_are_apart_are_told(int seconds, Level level) =>
        Shows(await patient.Examined(replace: services => services.AddSingleton<TimeProvider>(new FakeTimeProvider(DateTimeOffset.UtcNow.AddSeconds(seconds)))), "CLOCK", level);

    [Fact]
    public async Task Another_master_key_is_told() =>
        Shows(await patient.Examined(key: [.. Enumerable.Repeat((byte)7, 32)]), "MASTER_KEY", Level.Error);

    [Fact]
    public async Task A_database_that_does_not_answer_is_told_and_the_rest_still_looked_at()
    {
        var found = await patient.Examined(options: "-c no_such_setting=1");
        Shows(found, "DATABASE", Level.Error);
        found.Select(one => one.Code).ShouldBe(["DATABASE", "FILES", "DISK_SPACE", "PUBLIC_ADDRESS", "RATE_LIMIT"]);
    }

    [Fact]
    public async Task A_folder_of_another_log_or_one_that_cannot_be_written_is_told()
    {
        var other = Directory.CreateTempSubdirectory("eventsourcedorgs-").FullName;
        await File.WriteAllTextAsync(Path.Combine(other, "log.pub"), Proof.LogKey.From("other", new byte[32]).Public.ToString());
        Shows(await patient.Examined(proof: other), "LOG_KEY", Level.Error);
        await File.WriteAllTextAsync(Path.Combine(other, "log.pub"), "nonsense");
        Shows(await patient.Examined(proof: other), "CHECKPOINTS", Level.Error);
        Shows(await patient.Examined(proof: Path.Combine(other, "log.pub", "below a file")), "CHECKPOINT_FOLDER", Level.Error);
        Shows(await patient.Examined(data: Path.Combine(other, "log.pub")), "FILES", Level.Error);
        Directory.Delete(other, recursive: true);
    }

    [Fact]
    public async Task What_others_must_not_reach_is_told()
    {
        var open = await patient.Examined(surroundings: now => now with { IsPublic = true, RateLimit = null, PublicAddress = "http://licenses.vendor.example" });
        Shows(open, "RATE_LIMIT", Level.Error);
        Shows(open, "PUBLIC_ADDRESS", Level.Error);
        Shows(await patient.Examined(surroundings: now => now with { IsPublic = true }), "PUBLIC_ADDRESS", Level.Warning);
        (await patient.Examined(surroundings: now => now with { IsPublic = true, PublicAddress = "https://licenses.vendor.example", RateLimit = RateLimit.Usual }))
            .Where(one => one.Level != Level.Ok).Select(one => one.Code).ShouldBe(["DURABILITY"]);
    }

    [Theory]
    [InlineData(false, Level.Warning)]
    [InlineData(true, Level.Error)]
    public async Task The_password_of_the_demo_is_told(bool isPublic, Level level)
    {
        var ill = await patient.CopiedAsync();
        await using (var connection = new NpgsqlConnection(ill))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("update events.mt_doc_credentials set data = jsonb_set(data, '{passwordHash}', to_jsonb($1::text))", connection);
            command.Parameters.Add(new() { Value = new Passwords().Hash(Cli.FirstStart.DemoPassword) });
            await command.ExecuteNonQueryAsync();
        }

        Shows(await patient.Examined(database: ill, surroundings: now => now with { IsPublic = isPublic }), "DEMO_PASSWORD", level);
    }

    [Fact]
    public void Little_room_is_told()
    {
        PlaceChecks.SpaceOf("/", 1L << 40).Level.ShouldBe(Level.Ok);
        PlaceChecks.SpaceOf("/", 500L << 20).Level.ShouldBe(Level.Warning);
        PlaceChecks.SpaceOf("/", 10L << 20).Level.ShouldBe(Level.Error);
    }

    [Fact]
    public async Task The_command_says_it_as_json_and_with_its_exit_code()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(HostApplication).Assembly.Location, "doctor", "--connection", patient.Connection, "--proof", patient.Proof, "--json"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["EVENTSOURCEDORGS_MASTER_KEY"] = Convert.ToBase64String(new byte[32]) },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var told = JsonNode.Parse(await output)!;
        ((bool)told["well"]!).ShouldBeFalse("durability is given up");
        process.ExitCode.ShouldBe(1);
        var durability = told["checks"]!.AsArray().Single(check => check!.Text("code") == "DURABILITY")!;
        durability.Text("level").ShouldBe("error");
        durability.Text("do").ShouldNotBeEmpty();
    }

    private static void Shows(IReadOnlyList<Condition> found, string code, Level level)
    {
        var one = found.Single(one => one.Code == code);
        one.Level.ShouldBe(level, one.Says);
        one.Do.ShouldNotBeNullOrEmpty();
    }

    /// <summary>An installation with some history, sealed; nobody serves it any more.</summary>
    public sealed class Patient : IAsyncLifetime
    {
        private readonly string data = Directory.CreateTempSubdirectory("eventsourcedorgs-").FullName;
        private string owner = "";

        public string Connection => TestPostgres.RuntimeNameOf(owner);

        public string Proof => Path.Combine(data, "proof");

        public async Task InitializeAsync()
        {
            await using var host = await TestHost.StartAsync(services => services.AddSingleton(new SealingOptions(Proof) { BetweenCheckpoints = TimeSpan.Zero }));
            var acme = await Acme.With(seats: -1, host);
            await acme.Vendor.Post($"{acme.Path}/users", Acme.Person("user@acme.example")).Expect(201);
            await Installed.Settled(host);
            owner = host.Owner;
        }

        public Task DisposeAsync()
        {
            Directory.Delete(data, recursive: true);
            return Task.CompletedTask;
        }

        public Task<string> CopiedAsync() => TestPostgres.CreateDatabaseAsync(owner);

        internal async Task<IReadOnlyList<Condition>> Examined(
            string? database = null, byte[]? key = null, string? proof = null, string? data = null, string options = "", Action<IServiceCollection>? replace = null,
            Func<Surroundings, Surroundings>? surroundings = null)
        {
            var connection = new NpgsqlConnectionStringBuilder(TestPostgres.RuntimeNameOf(database ?? owner)) { Options = options };
            await using var app = HostApplication.Build(new() { Connection = connection.ConnectionString, MasterKey = key ?? new byte[32], Data = data ?? this.data, Replace = replace });
            var now = new Surroundings(data ?? this.data, proof ?? Proof, IsPublic: false, null, RateLimit.Usual);
            return await new Doctor(app.Services, surroundings?.Invoke(now) ?? now).ExamineAsync(CancellationToken.None);
        }
    }
}
