using System.Security.Cryptography;
using System.Text.Json;
using EventSourcedOrgs.Domain;
using JasperFx.Events;
using Marten;
using Marten.Events;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>One state as it is kept: its text, the version beside it; and what its stream is recorded to be.</summary>
internal sealed record KeptState(Guid Id, string? Data, long? Version, string? StreamType, long? StreamVersion, bool IsArchived);

/// <summary>One state as its events make it, and how many they are.</summary>
internal sealed record MadeState(Guid Id, object State, long Events, long LastVersion);

/// <summary>The states of one kind of aggregate as they are kept beside their streams, and the events that they follow from.</summary>
internal sealed class StateTable
{
    private readonly EventGraph events;
    private readonly ISerializer serializer;
    private readonly Dictionary<string, Type> types;

    public StateTable(IDocumentStore store, Resource resource)
    {
        (Resource, events, serializer) = (resource, (EventGraph)store.Options.Events, store.Options.Serializer());
        Name = store.Options.FindOrResolveDocumentType(resource.State).TableName.QualifiedName;
        StreamType = events.AggregateAliasFor(resource.State);
        types = resource.Family.Assembly.GetTypes().Where(type => type.IsAssignableTo(resource.Family) && !type.IsAbstract).ToDictionary(type => events.EventMappingFor(type).EventTypeName);
    }

    public Resource Resource { get; }

    /// <summary>The table of the states.</summary>
    public string Name { get; }

    /// <summary>What the streams are recorded as.</summary>
    public string StreamType { get; }

    public string Streams => $"{events.DatabaseSchemaName}.mt_streams";

    private string Events => $"{events.DatabaseSchemaName}.mt_events";

    /// <summary>How many states there are, about.</summary>
    public async Task<long> CountAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"select count(*) from {Name}");
        command.CommandTimeout = 0;
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>The next states after an id, and streams of this kind that have none, in the order of their ids.</summary>
    public Task<List<KeptState>> NextAsync(NpgsqlConnection connection, Guid? after, int most, CancellationToken cancellation)
    {
        var later = after is null ? "true" : "id > $2";
        return KeptAsync(connection,
            $"""
             select id from ((select id from {Name} where {later} order by id limit {most}) union (select id from {Streams} where {later} and type = $1 order by id limit {most})) both_of_them
             order by id limit {most}
             """, after is null ? [StreamType] : [StreamType, after.Value], cancellation);
    }

    /// <summary>Streams of which nothing is left but the events: no state, and no row that says of which kind they are.</summary>
    public async Task<Guid[]> StraysAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var command = Command(connection,
            $"""
             select coalesce(array_agg(e.stream_id), array[]::uuid[]) from {Events} e where e.version = 1 and e.type = any($1)
             and not exists (select from {Name} d where d.id = e.stream_id) and not exists (select from {Streams} s where s.id = e.stream_id and s.type = $2)
             """, types.Keys.ToArray(), StreamType);
        return (Guid[])(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>The states of these ids.</summary>
    public Task<List<KeptState>> KeptOfAsync(NpgsqlConnection connection, Guid[] ids, CancellationToken cancellation) =>
        KeptAsync(connection, "select id from unnest($1) as given(id)", [ids], cancellation);

    /// <summary>Locks these streams against everybody who appends, until the transaction ends.</summary>
    public async Task LockAsync(NpgsqlConnection connection, Guid[] ids, CancellationToken cancellation)
    {
        await using var locks = Command(connection, $"select id from {Streams} where id = any($1) order by id for update", ids);
        await locks.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<List<KeptState>> KeptAsync(NpgsqlConnection connection, string ids, object[] values, CancellationToken cancellation)
    {
        await using var command = Command(connection,
            $"""
             select i.id, d.data::text, d.mt_version::bigint, s.type::text, s.version::bigint, coalesce(s.is_archived, false)
             from ({ids}) i left join {Name} d on d.id = i.id left join {Streams} s on s.id = i.id order by i.id
             """, values);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var kept = new List<KeptState>();
        while (await reader.ReadAsync(cancellation))
            kept.Add(Row(reader));
        return kept;
    }

    private static KeptState Row(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetInt64(2),
        reader.IsDBNull(3) ? null : reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetInt64(4), reader.GetBoolean(5));

    private static (Guid Stream, long Version, long Position, string Name, DateTimeOffset Time, byte[] Data) Event(NpgsqlDataReader reader) => (
        reader.GetGuid(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<byte[]>(5));

    /// <summary>What the events of these streams make, one stream after the other.</summary>
    public async IAsyncEnumerable<MadeState> MakeAsync(
        NpgsqlConnection connection, Guid[] ids, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = Command(connection, $"select stream_id, version, seq_id, type, timestamp, data from {Events} where stream_id = any($1) order by stream_id, version", ids);
        await using var reader = await command.ExecuteReaderAsync(System.Data.CommandBehavior.SequentialAccess, cancellation);
        MadeState? made = null;
        while (await reader.ReadAsync(cancellation))
        {
            var (stream, version, position, name, time, data) = Event(reader);
            if (made is not null && made.Id != stream)
            {
                yield return made;
                made = null;
            }

            made ??= new(stream, Resource.Initial, 0, 0);
            made = made with { State = After(made.State, position, name, time, data), Events = made.Events + 1, LastVersion = version };
        }

        if (made is not null)
            yield return made;
    }

    private object After(object state, long position, string name, DateTimeOffset time, byte[] data)
    {
        try
        {
            // An event of another kind in this stream is none that the domain could have put there.
            return Resource.After(state, serializer.FromJson(types[name], new MemoryStream(data, writable: false)), time);
        }
        catch (Exception broken)
        {
            throw new BrokenEventException(position, name, broken);
        }
    }

    /// <summary>The state that a text holds; null when it holds none.</summary>
    public object? Read(string text)
    {
        try
        {
            return serializer.FromJson(Resource.State, new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text), writable: false));
        }
        catch (Exception broken) when (broken is JsonException or FormatException or CryptographicException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Writes a state as its events make it, in the place of whatever is there.</summary>
    public IEnumerable<NpgsqlBatchCommand> Write(MadeState made)
    {
        yield return Step(
            $"""
             insert into {Name} (id, data, mt_version, mt_dotnet_type) values ($1, $2::jsonb, $3, $4)
             on conflict (id) do update set data = excluded.data, mt_version = excluded.mt_version, mt_dotnet_type = excluded.mt_dotnet_type, mt_last_modified = transaction_timestamp()
             """, made.Id, serializer.ToJson(made.State), made.Events, Resource.State.FullName!);
        yield return Step(
            $"""
             insert into {Streams} as s (id, version, type, timestamp, created, tenant_id, is_archived) values ($1, $2, $3, now(), now(), '*DEFAULT*', false)
             on conflict (id) do update set version = $2, type = $3, is_archived = false where (s.version, s.type, s.is_archived) is distinct from ($2, $3, false)
             """, made.Id, made.LastVersion, StreamType);
    }

    /// <summary>Drops a state that no event stands behind. The record of a stream stays: events go with it, so nobody who runs the service may delete one.</summary>
    public NpgsqlBatchCommand Drop(Guid id) => Step($"delete from {Name} where id = $1", id);

    private static NpgsqlBatchCommand Step(string sql, params object[] values)
    {
        var step = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            step.Parameters.Add(new NpgsqlParameter { Value = value });
        return step;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
