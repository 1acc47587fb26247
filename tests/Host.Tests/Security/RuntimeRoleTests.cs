using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Tests;
using Npgsql;

namespace EventSourcedOrgs.Host.Tests.Security;

/// <summary>The role that the service works as can add to the history, and whatever it tries, it can neither alter nor remove what is there.</summary>
public sealed class RuntimeRoleTests
{
    private static readonly Lazy<Task<string>> Migrated = new(async () =>
    {
        var owner = await TestPostgres.CreateDatabaseAsync();
        await (await HostApplication.OpenAsync(new() { Connection = TestPostgres.RuntimeNameOf(owner), Owner = owner, MasterKey = new byte[32] })).DisposeAsync();
        return owner;
    });

    public static TheoryData<string> Attempts =>
    [
        "update events.mt_events set data = '{}'",
        "update events.mt_events set seq_id = seq_id + 1",
        "update events.mt_events set is_archived = true",
        "delete from events.mt_events",
        "delete from events.mt_events where false",
        "truncate events.mt_events",
        "truncate events.mt_streams cascade",
        "select * from events.mt_events for update",
        "lock table events.mt_events in exclusive mode",
        "merge into events.mt_events e using (select 1::bigint as n) s on e.seq_id = s.n when matched then delete",
        "insert into events.mt_events select * from events.mt_events limit 1 on conflict (seq_id) do update set data = '{}'",
        "copy events.mt_events from program 'echo'",
        "drop table events.mt_events",
        "drop schema events cascade",
        "alter table events.mt_events rename to gone",
        "alter table events.mt_events add column x int",
        "alter table events.mt_events alter column data set default '{}'",
        "alter table events.mt_events disable trigger all",
        "alter table events.mt_events enable row level security",
        "alter table events.mt_events set schema read",
        "alter table events.mt_events owner to current_user",
        "alter table events.mt_events drop constraint pk_mt_events_stream_and_version",
        "create rule gone as on insert to events.mt_events do instead nothing",
        "create trigger altered before insert on events.mt_events for each row execute function suppress_redundant_updates_trigger()",
        "create policy p on events.mt_events using (false)",
        "create index on events.mt_events (id)",
        "cluster events.mt_events using pkey_mt_events_seq_id",
        "create function events.mine() returns int language sql as 'select 1'",
        "create or replace function events.mt_archive_stream(streamid uuid) returns void language sql as 'select 1'",
        "alter function events.mt_archive_stream(uuid) owner to current_user",
        "select events.mt_archive_stream((select id from events.mt_streams limit 1)) from events.mt_streams limit 1",
        "delete from events.mt_streams",
        "update events.mt_streams set id = gen_random_uuid()",
        "update events.mt_streams set tenant_id = 'other'",
        "alter sequence events.mt_events_sequence restart",
        "select setval('events.mt_events_sequence', 1)",
        "update proof.checkpoint set note = ''",
        "delete from proof.checkpoint",
        "delete from proof.leaves",
        "delete from proof.tile",
        "truncate proof.checkpoint",
        "drop table proof.tile",
        "update proof.tile set number = number + 1000",
        "update proof.tile set hashes = overlay(hashes placing '\\x00000000'::bytea from 1)",
        "update proof.tile set hashes = ''",
        "update proof.leaves set positions = overlay(positions placing '\\x0000000000000009'::bytea from 1)",
        "alter table proof.tile disable trigger only_grow",
        "drop trigger only_grow on proof.tile",
        "create or replace function proof.only_grow() returns trigger language plpgsql as 'begin return new; end'",
        "set session_replication_role = replica",
        "set role {owner}",
        "set session authorization {owner}",
        "reset role; delete from events.mt_events",
        "grant {owner} to {me}",
        "grant delete on events.mt_events to {me}; delete from events.mt_events",
        "alter role {me} superuser",
        "alter role {owner} password 'known'",
        "create role other superuser",
        "create schema other",
        "create extension file_fdw",
        "drop database {database}",
        "alter database {database} owner to {me}",
        "select pg_read_file('postgresql.conf')",
        "select lo_export(lo_from_bytea(0, 'x'), '/tmp/never-written')",
        "create function read.f() returns void language sql security definer as 'delete from events.mt_events'; select read.f()",
        "create function pg_temp.f() returns void language plpgsql security definer as 'begin execute ''set role {owner}''; delete from events.mt_events; end'; select pg_temp.f()",
        "create table read.own (stream uuid references events.mt_streams on delete cascade)",
        "create view read.v as select * from events.mt_events; delete from read.v",
        "reassign owned by {owner} to {me}",
    ];

    [Theory]
    [MemberData(nameof(Attempts))]
    public async Task It_is_denied(string attempt)
    {
        var host = await TestHost.Shared;
        var (owner, database) = (new NpgsqlConnectionStringBuilder(host.Owner).Username!, new NpgsqlConnectionStringBuilder(host.Owner).Database!);
        await using var connection = new NpgsqlConnection(host.Connection);
        await connection.OpenAsync();
        await using var transaction = attempt.StartsWith("drop database", StringComparison.Ordinal) ? null : await connection.BeginTransactionAsync();
        await SealedAsync(host);
        var sql = attempt.Replace("{owner}", owner, StringComparison.Ordinal).Replace("{me}", new NpgsqlConnectionStringBuilder(host.Connection).Username, StringComparison.Ordinal)
            .Replace("{database}", $"\"{database}\"", StringComparison.Ordinal);
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        var denied = await Should.ThrowAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
        denied.SqlState.ShouldBeOneOf([PostgresErrorCodes.InsufficientPrivilege, PostgresErrorCodes.InvalidAuthorizationSpecification], denied.Message);
    }

    [Fact]
    public async Task It_is_told_by_no_right_to_be_able_to()
    {
        await using var source = NpgsqlDataSource.Create((await TestHost.Shared).Connection);
        (await RewriteRights.OfAsync(source, CancellationToken.None)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("grant update on events.mt_events to {me}", "may update events.mt_events.data")]
    [InlineData("grant update (data) on events.mt_events to {me}", "may update events.mt_events.data")]
    [InlineData("grant delete on events.mt_events to {me}", "may delete from events.mt_events")]
    [InlineData("grant truncate on events.mt_events to {me}", "may truncate events.mt_events")]
    [InlineData("grant trigger on events.mt_events to {me}", "may put triggers on events.mt_events")]
    [InlineData("grant delete on events.mt_streams to {me}", "may delete from events.mt_streams")]
    [InlineData("grant update on proof.checkpoint to {me}", "may update proof.checkpoint.note")]
    [InlineData("grant delete on events.mt_events to public", "may delete from events.mt_events")]
    [InlineData("alter table events.mt_events owner to {me}", "owns events.mt_events")]
    [InlineData("grant create on schema events to {me}", "may create in the schema events")]
    [InlineData("alter schema proof owner to {me}", "owns the schema proof")]
    [InlineData("alter function events.mt_archive_stream(uuid) owner to {me}", "owns the function events.mt_archive_stream(uuid)")]
    [InlineData("alter table proof.tile disable trigger only_grow", "finds proof.tile without the trigger that lets it only grow")]
    [InlineData("create function read.help() returns void language sql security definer as 'delete from events.mt_events'", "may call read.help(), which works with the rights of {owner}")]
    [InlineData("create role {me}_up; grant delete on events.mt_events to {me}_up; grant {me}_up to {me}", "may delete from events.mt_events")]
    [InlineData("grant {owner} to {me}", "can become the superuser {owner}")]
    [InlineData("grant pg_write_all_data to {me}", "may update events.mt_events.data")]
    [InlineData("grant pg_execute_server_program to {me}", "has the rights of pg_execute_server_program")]
    [InlineData("alter role {me} createrole", "can give itself other roles (createrole)")]
    [InlineData("alter role {me} superuser", "is a superuser")]
    [InlineData("grant set on parameter session_replication_role to {me}", "may switch triggers off (session_replication_role)")]
    public async Task A_role_that_could_is_told_by_which_right(string grant, string right)
    {
        var address = await Migrated.Value;
        var (owner, me) = (new NpgsqlConnectionStringBuilder(address).Username!, new NpgsqlConnectionStringBuilder(TestPostgres.RuntimeNameOf(address)).Username!);
        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync();
        await using var undone = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand($"{Filled(grant)}; set local session authorization {me}", connection, undone))
            await command.ExecuteNonQueryAsync();
        await using var asked = new NpgsqlCommand(RewriteRights.Question, connection, undone) { Parameters = { new() { Value = "events" } } };
        await using var reader = await asked.ExecuteReaderAsync();
        var told = new List<string>();
        while (await reader.ReadAsync())
            told.Add(reader.GetString(0));
        told.ShouldContain(Filled(right));

        string Filled(string text) => text.Replace("{owner}", owner, StringComparison.Ordinal).Replace("{me}", me, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_does_not_start_with_a_role_that_could()
    {
        var owner = await TestPostgres.CreateDatabaseAsync();
        var refused = await Should.ThrowAsync<RuntimeRoleException>(() => HostApplication.OpenAsync(new() { Connection = owner, Owner = owner, MasterKey = new byte[32] }));
        refused.Message.ShouldContain("is a superuser");
    }

    [Fact]
    public async Task A_host_without_the_owner_does_not_start_over_a_database_that_was_not_migrated()
    {
        var refused = await Should.ThrowAsync<RuntimeRoleException>(async () =>
            await HostApplication.OpenAsync(new() { Connection = await TestPostgres.RuntimeOf(await TestPostgres.CreateDatabaseAsync()), MasterKey = new byte[32] }));
        refused.Message.ShouldContain("--owner");
    }

    [Fact]
    public async Task A_database_that_had_one_owner_for_all_is_handed_over()
    {
        var owner = await TestPostgres.CreateDatabaseAsync();
        await (await HostApplication.OpenAsync(new() { Connection = owner, MasterKey = new byte[32] })).DisposeAsync();
        await (await HostApplication.OpenAsync(new() { Connection = TestPostgres.RuntimeNameOf(owner), Owner = owner, MasterKey = new byte[32] })).DisposeAsync();
        await using var source = NpgsqlDataSource.Create(owner);
        await using var command = source.CreateCommand("select count(*) from pg_tables where schemaname = 'read' and tableowner not like 'test_%_runtime'");
        (await command.ExecuteScalarAsync()).ShouldBe(0L);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_owner_needs_to_be_no_superuser_to_migrate_and_to_back_up_everything(bool workedAlone)
    {
        var administrator = await TestPostgres.CreateDatabaseAsync();
        var (database, name) = (new NpgsqlConnectionStringBuilder(administrator).Database!, $"owner_{Guid.NewGuid():N}");
        await using var source = NpgsqlDataSource.Create(administrator);
        await using (var create = source.CreateCommand($"create role {name} login createrole password 'owner'; alter database {database} owner to {name}"))
            await create.ExecuteNonQueryAsync();
        var owner = new NpgsqlConnectionStringBuilder(administrator) { Username = name, Password = "owner", Pooling = false }.ConnectionString;
        var runtime = new NpgsqlConnectionStringBuilder(administrator) { Username = $"{name}_service", Password = "service", Pooling = false }.ConnectionString;

        if (workedAlone)
            await (await HostApplication.OpenAsync(new() { Connection = owner, MasterKey = new byte[32] })).DisposeAsync();
        await (await HostApplication.OpenAsync(new() { Connection = runtime, Owner = owner, MasterKey = new byte[32] })).DisposeAsync();
        await (await HostApplication.OpenAsync(new() { Connection = runtime, MasterKey = new byte[32] })).DisposeAsync();
        await using (var dump = new NpgsqlConnection(owner))
        {
            await dump.OpenAsync();
            await using var tables = new NpgsqlCommand(
                "do $$ declare t record; begin for t in select schemaname, tablename from pg_tables where schemaname in ('read', 'events', 'proof', 'imports', 'messages') loop execute format('lock table %I.%I in access share mode', t.schemaname, t.tablename); end loop; end $$",
                dump);
            await tables.ExecuteNonQueryAsync();
        }

        await using var gone = source.CreateCommand($"reassign owned by {name}, {name}_service to current_user; drop owned by {name}, {name}_service; drop role {name}_service; drop role {name}");
        await gone.ExecuteNonQueryAsync();
    }

    [Theory]
    [InlineData("update events.mt_streams set timestamp = now()", false)]
    [InlineData("grant delete on events.mt_events to {runtime}", true)]
    [InlineData("alter table events.mt_doc_claim add column stranger int", true)]
    [InlineData("drop trigger only_grow on proof.tile", true)]
    [InlineData("drop table proof.checkpoint", true)]
    public async Task A_start_migrates_again_when_anything_was_changed_since_the_last_one(string change, bool changes)
    {
        var owner = await TestPostgres.CreateDatabaseAsync(await Migrated.Value);
        var settings = new HostSettings { Connection = TestPostgres.RuntimeNameOf(owner), Owner = owner, MasterKey = new byte[32] };
        (await SchemaStamp.IsCurrentAsync(settings, CancellationToken.None)).ShouldBeTrue("nothing was changed");
        (await SchemaStamp.IsCurrentAsync(settings with { Connection = owner }, CancellationToken.None)).ShouldBeFalse("it was for another role");
        await using var source = NpgsqlDataSource.Create(owner);
        await using var alter = source.CreateCommand(change.Replace("{runtime}", new NpgsqlConnectionStringBuilder(settings.Connection).Username, StringComparison.Ordinal));
        await alter.ExecuteNonQueryAsync();
        (await SchemaStamp.IsCurrentAsync(settings, CancellationToken.None)).ShouldBe(!changes);

        await (await HostApplication.OpenAsync(settings)).DisposeAsync();
        await using var back = source.CreateCommand("select has_table_privilege($1, 'events.mt_events', 'delete') or to_regclass('proof.checkpoint') is null or not exists (select from pg_trigger where tgname = 'only_grow' and tgrelid = 'proof.tile'::regclass)");
        back.Parameters.Add(new NpgsqlParameter { Value = new NpgsqlConnectionStringBuilder(settings.Connection).Username! });
        ((bool)(await back.ExecuteScalarAsync())!).ShouldBeFalse();
        (await SchemaStamp.IsCurrentAsync(settings, CancellationToken.None)).ShouldBeTrue();
    }

    /// <summary>Something has been sealed, so that there is something to alter.</summary>
    private static async Task SealedAsync(TestHost host)
    {
        while (await host.Scalar<long>("select count(*) from proof.checkpoint") == 0)
            await Task.Delay(50);
    }
}
