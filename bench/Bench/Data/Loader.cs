using System.Security.Cryptography;
using System.Text.Json;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using Marten;
using Npgsql;
using NpgsqlTypes;
using Weasel.Core;

namespace EventSourcedOrgs.Bench.Data;

/// <summary>
/// Writes a history into a migrated database that has an account and nothing else, as commands would have written it: events, streams, the states beside them and the keys of persons.
/// Read models are left to the rebuild.
/// </summary>
internal sealed class Loader(NpgsqlDataSource source)
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private const string Actor = "user:0198c5a2-0000-7000-8000-000000000000";

    private readonly States<Organization, OrganizationEvent> organizations = new(nameof(Organization));
    private readonly States<User, UserEvent> users = new(nameof(User));
    private readonly States<UserGroup, UserGroupEvent> groups = new("user_group");
    private readonly States<License, LicenseEvent> licenses = new(nameof(License));
    private readonly States<Activation, ActivationEvent> activations = new(nameof(Activation));
    private readonly List<Guid> persons = [];

    /// <summary>Answers the last position.</summary>
    public async Task<long> LoadAsync(Vendor vendor)
    {
        var last = await WriteEventsAsync(vendor);
        await WriteStreamsAsync();
        await WriteKeysAsync();
        using var store = DocumentStore.For(options =>
        {
            options.Connection(source);
            options.ConfigureWriteSide(new PersonKeys(new Secrets(Installation.MasterKey), source));
            options.Serializer(new Marten.Services.SystemTextJsonSerializer(StoredJson.Options(KeyOf)) { Casing = Casing.CamelCase });
            options.AutoCreateSchemaObjects = JasperFx.AutoCreate.None;
        });
        await organizations.WriteAsync(store);
        await users.WriteAsync(store);
        await groups.WriteAsync(store);
        await licenses.WriteAsync(store);
        await activations.WriteAsync(store);
        await source.ExecuteAsync($"select setval('events.mt_events_sequence', {last}); update events.mt_event_progression set last_seq_id = {last} where name = 'HighWaterMark'");
        await source.ExecuteAsync("vacuum analyze");
        return last;
    }

    private async Task<long> WriteEventsAsync(Vendor vendor)
    {
        var json = StoredJson.Options(KeyOf);
        var position = await source.ScalarAsync<long>("select max(seq_id) from events.mt_events");
        await using var connection = await source.OpenConnectionAsync();
        await using (var streamsLater = new NpgsqlCommand("set session_replication_role = replica", connection))
            await streamsLater.ExecuteNonQueryAsync();
        await using (var copy = await connection.BeginBinaryImportAsync(
            "copy events.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, user_name, correlation_id, causation_id, is_archived) from stdin (format binary)"))
        {
            foreach (var (stream, data) in vendor.Events())
            {
                var (at, version) = (Start.AddSeconds(++position), Fold(stream, data, Start.AddSeconds(position)));
                await copy.StartRowAsync();
                await copy.WriteAsync(position, NpgsqlDbType.Bigint);
                await copy.WriteAsync(Guid.CreateVersion7(), NpgsqlDbType.Uuid);
                await copy.WriteAsync(stream, NpgsqlDbType.Uuid);
                await copy.WriteAsync(version, NpgsqlDbType.Bigint);
                await copy.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(data, data.GetType(), json), NpgsqlDbType.Jsonb);
                await copy.WriteAsync(EventNames.All[data.GetType()], NpgsqlDbType.Varchar);
                await copy.WriteAsync(at.UtcDateTime, NpgsqlDbType.TimestampTz);
                await copy.WriteAsync("*DEFAULT*", NpgsqlDbType.Varchar);
                await copy.WriteAsync($"{data.GetType().FullName}, EventSourcedOrgs.Domain", NpgsqlDbType.Varchar);
                await copy.WriteAsync(Actor, NpgsqlDbType.Varchar);
                await copy.WriteAsync($"{position:x32}", NpgsqlDbType.Varchar);
                await copy.WriteAsync($"{position:x32}", NpgsqlDbType.Varchar);
                await copy.WriteAsync(false, NpgsqlDbType.Boolean);
            }

            await copy.CompleteAsync();
        }

        await using var again = new NpgsqlCommand("set session_replication_role = origin", connection);
        await again.ExecuteNonQueryAsync();
        return position;
    }

    private long Fold(Guid stream, object data, DateTimeOffset at)
    {
        if (data is UserCreated or ActivationCreated)
            persons.Add(stream);
        return data switch
        {
            OrganizationEvent e => organizations.Fold(stream, e, at),
            UserEvent e => users.Fold(stream, e, at),
            UserGroupEvent e => groups.Fold(stream, e, at),
            LicenseEvent e => licenses.Fold(stream, e, at),
            ActivationEvent e => activations.Fold(stream, e, at),
            _ => throw new ArgumentException($"{data.GetType()} belongs to no stream that is loaded."),
        };
    }

    private async Task WriteStreamsAsync()
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var copy = await connection.BeginBinaryImportAsync("copy events.mt_streams (id, type, version, timestamp, created, tenant_id, is_archived) from stdin (format binary)");
        foreach (var (id, type, recorded) in organizations.Streams().Concat(users.Streams()).Concat(groups.Streams()).Concat(licenses.Streams()).Concat(activations.Streams()))
        {
            await copy.StartRowAsync();
            await copy.WriteAsync(id, NpgsqlDbType.Uuid);
            await copy.WriteAsync(type, NpgsqlDbType.Varchar);
            await copy.WriteAsync(recorded.Version, NpgsqlDbType.Bigint);
            await copy.WriteAsync(recorded.UpdatedAt.UtcDateTime, NpgsqlDbType.TimestampTz);
            await copy.WriteAsync(recorded.CreatedAt.UtcDateTime, NpgsqlDbType.TimestampTz);
            await copy.WriteAsync("*DEFAULT*", NpgsqlDbType.Varchar);
            await copy.WriteAsync(false, NpgsqlDbType.Boolean);
        }

        await copy.CompleteAsync();
    }

    private async Task WriteKeysAsync()
    {
        var secrets = new Secrets(Installation.MasterKey);
        await using var connection = await source.OpenConnectionAsync();
        await using var copy = await connection.BeginBinaryImportAsync("copy events.mt_doc_personkey (id, data) from stdin (format binary)");
        foreach (var person in persons)
        {
            await copy.StartRowAsync();
            await copy.WriteAsync(person, NpgsqlDbType.Uuid);
            await copy.WriteAsync(JsonSerializer.Serialize(new { id = person, @sealed = secrets.Seal(KeyOf(person)) }), NpgsqlDbType.Jsonb);
        }

        await copy.CompleteAsync();
    }

    private static byte[] KeyOf(Guid person) => SHA256.HashData(person.ToByteArray());

    /// <summary>The states of one kind of aggregate, folded as the events come.</summary>
    private sealed class States<TState, TEvent>(string name) where TState : class, IAggregate<TState, TEvent>
    {
        private readonly Dictionary<Guid, TState> states = [];

        public long Fold(Guid stream, TEvent e, DateTimeOffset at)
        {
            var state = states[stream] = Aggregate.Fold(states.GetValueOrDefault(stream) ?? TState.Initial, e, at);
            return state.Recorded.Version;
        }

        public IEnumerable<(Guid Id, string Type, Recorded Recorded)> Streams() => states.Select(state => (state.Key, name.ToLowerInvariant(), state.Value.Recorded));

        public async Task WriteAsync(DocumentStore store)
        {
            await store.BulkInsertAsync([.. states.Values], BulkInsertMode.InsertsOnly, 5000);
            states.Clear();
        }
    }
}

/// <summary>Statements of one line.</summary>
internal static class Statements
{
    public static async Task ExecuteAsync(this NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<T> ScalarAsync<T>(this NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
