using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Tests;
using Marten;
using Npgsql;
using NpgsqlTypes;
using Weasel.Core;

namespace EventSourcedOrgs.Bench.Data;

/// <summary>
/// Writes a history into a migrated database that has an account and nothing else, as commands would have written it: events, streams, the states beside them, claims and the keys of persons.
/// Read models are left to the rebuild.
/// </summary>
internal sealed class Loader(NpgsqlDataSource source)
{
    private static readonly Secrets Secrets = new(Installation.MasterKey);
    private readonly States<Organization, OrganizationEvent> organizations = new(nameof(Organization));
    private readonly States<User, UserEvent> users = new(nameof(User));
    private readonly States<UserGroup, UserGroupEvent> groups = new("user_group");
    private readonly States<License, LicenseEvent> licenses = new(nameof(License));
    private readonly States<Activation, ActivationEvent> activations = new(nameof(Activation));

    /// <summary>Answers the last position.</summary>
    public async Task<long> LoadAsync(Vendor vendor)
    {
        var last = await HistoryCopy.WriteAsync(
            source, Secrets, await source.ScalarAsync<long>("select max(seq_id) from events.mt_events"), vendor.Events(), Fold);
        await WriteStreamsAsync();
        using var store = DocumentStore.For(options =>
        {
            options.Connection(source);
            options.ConfigureWriteSide(new PersonKeys(Secrets, source));
            options.Serializer(new Marten.Services.SystemTextJsonSerializer(StoredJson.Options(HistoryCopy.KeyOf)) { Casing = Casing.CamelCase });
            options.AutoCreateSchemaObjects = JasperFx.AutoCreate.None;
        });
        await organizations.WriteAsync(store);
        await users.WriteAsync(store);
        await groups.WriteAsync(store);
        await licenses.WriteAsync(store);
        await activations.WriteAsync(store);
        await source.ExecuteAsync($"select setval('events.mt_events_sequence', {last}); insert into events.mt_event_progression (name, last_seq_id) values ('HighWaterMark', {last}) on conflict (name) do update set last_seq_id = {last}");
        await source.ExecuteAsync("vacuum analyze");
        return last;
    }

    private long Fold(Guid stream, object data, DateTimeOffset at) => data switch
    {
        OrganizationEvent e => organizations.Fold(stream, e, at),
        UserEvent e => users.Fold(stream, e, at),
        UserGroupEvent e => groups.Fold(stream, e, at),
        LicenseEvent e => licenses.Fold(stream, e, at),
        ActivationEvent e => activations.Fold(stream, e, at),
        _ => throw new ArgumentException($"{data.GetType()} belongs to no stream that is loaded."),
    };

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
            var claims = new ExpectedClaims(Secrets);
            await store.BulkInsertAsync([.. states.Values], BulkInsertMode.InsertsOnly, 5000);
            await store.BulkInsertAsync([.. states.Values.SelectMany(claims.Of).Select(claim => new Claim(claim.Id, claim.Holder))], BulkInsertMode.InsertsOnly, 5000);
            // A bulk insert writes the first version of each.
            await using (var session = store.LightweightSession())
            {
                session.QueueSqlCommand($"update {((IDocumentStore)store).Options.FindOrResolveDocumentType(typeof(TState)).TableName.QualifiedName} d set mt_version = s.version from events.mt_streams s where s.id = d.id");
                await session.SaveChangesAsync();
            }

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
