using System.Data.Common;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using JasperFx.Events;
using Marten;
using Marten.Events;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>An event that cannot be read, or that a read model cannot apply.</summary>
public sealed class BrokenEventException(long position, string name, Exception inner) : Exception($"Event {position} ({name}) is broken.", inner)
{
    public PoisonEvent Event { get; } = new(position, name);
}

/// <summary>An event as it is stored, with what a read model may need of it.</summary>
internal sealed record StoredEvent(
    long Position, Guid Id, Guid Stream, long Version, string Type, DateTimeOffset Time, string? Actor, string? Correlation, string? Causation, byte[] Data);

/// <summary>Reads events of some types in their order, straight from where they are stored, page by page and with no transaction open in between.</summary>
internal sealed class EventPages(IDocumentStore store, NpgsqlDataSource source)
{
    /// <summary>Pages of so many events are deserialized on all cores that one may have.</summary>
    private const int WorthSharing = 200;

    private const string Columns = "seq_id, id, stream_id, version, type, timestamp, user_name, correlation_id, causation_id, data";

    private readonly EventGraph events = (EventGraph)store.Options.Events;
    private readonly ISerializer serializer = store.Options.Serializer();

    public IDocumentStore Store => store;

    public string Progression => Stand.Progression(store);

    private string Table => $"{events.DatabaseSchemaName}.mt_events";

    /// <summary>The stored names of events of these types, with how each is made.</summary>
    public Dictionary<string, StoredType> Types(IEnumerable<Type> types) => types.ToDictionary(type => events.EventMappingFor(type).EventTypeName, type => new StoredType(type));

    /// <summary>The stored names of all events that this version knows.</summary>
    public HashSet<string> Known => [.. ((IReadOnlyEventStoreOptions)events).AllKnownEventTypes().Select(type => type.EventTypeName), Tombstone.Name];

    /// <summary>How many events of these types lie after a position, up to and with another.</summary>
    public async Task<long> CountAsync(IReadOnlyCollection<Type> types, long after, long upTo, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"select count(*) from {Table} where seq_id > $1 and seq_id <= $2 and type = any($3)");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = upTo });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. Types(types).Keys] });
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public async IAsyncEnumerable<IReadOnlyList<IEvent>> ReadAsync(
        IReadOnlyCollection<Type> types, long after, long upTo, int size, int cores, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var made = Types(types);
        while (after < upTo)
        {
            List<StoredEvent> page;
            await using (var connection = await source.OpenConnectionAsync(cancellation))
            await using (var batch = new NpgsqlBatch(connection) { Timeout = 0 })
            {
                batch.BatchCommands.Add(Page(after, upTo, size, [.. made.Keys]));
                await using var reader = await batch.ExecuteReaderAsync(System.Data.CommandBehavior.SequentialAccess, cancellation);
                page = await ReadAsync(reader, cancellation);
            }

            if (page.Count > 0)
                yield return Made(page, made, cores, cancellation);
            after = page.Count < size ? upTo : page[^1].Position;
        }
    }

    /// <summary>Asks for one page, of the events of these names or of all.</summary>
    public NpgsqlBatchCommand Page(long after, long upTo, int size, string[]? names)
    {
        var command = new NpgsqlBatchCommand($"select {Columns} from {Table} where seq_id > $1 and seq_id <= $2{(names is null ? "" : " and type = any($4)")} order by seq_id limit $3");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = upTo });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = size });
        if (names is not null)
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = names });
        return command;
    }

    /// <summary>Reads the page that was asked for.</summary>
    public static async Task<List<StoredEvent>> ReadAsync(DbDataReader reader, CancellationToken cancellation)
    {
        var page = new List<StoredEvent>();
        while (await reader.ReadAsync(cancellation))
            page.Add(Row(reader));
        return page;
    }

    /// <exception cref="BrokenEventException">The first that cannot be read.</exception>
    private IEvent[] Made(List<StoredEvent> page, Dictionary<string, StoredType> made, int cores, CancellationToken cancellation)
    {
        if (cores == 1 || page.Count < WorthSharing)
            return [.. page.Select(stored => Event(stored, made[stored.Type]))];

        try
        {
            var read = new IEvent[page.Count];
            Parallel.For(0, read.Length, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = cores }, n => read[n] = Event(page[n], made[page[n].Type]));
            return read;
        }
        catch (AggregateException several) when (several.InnerExceptions.OfType<BrokenEventException>().MinBy(broken => broken.Event.Position) is { } first)
        {
            throw first;
        }
    }

    /// <exception cref="BrokenEventException">It cannot be read.</exception>
    public IEvent Event(StoredEvent stored, StoredType type)
    {
        IEvent e;
        try
        {
            e = type.Make(serializer.FromJson(type.Type, new MemoryStream(stored.Data, writable: false)));
        }
        catch (Exception broken) when (!Trouble.IsOutage(broken))
        {
            throw new BrokenEventException(stored.Position, stored.Type, broken);
        }

        (e.Sequence, e.Id, e.StreamId, e.Version, e.EventTypeName, e.Timestamp) = (stored.Position, stored.Id, stored.Stream, stored.Version, stored.Type, stored.Time);
        (e.UserName, e.CorrelationId, e.CausationId) = (stored.Actor, stored.Correlation, stored.Causation);
        return e;
    }

    private static StoredEvent Row(DbDataReader reader) => new(
        reader.GetInt64(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetInt64(3), reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5), Text(reader, 6), Text(reader, 7),
        Text(reader, 8), reader.GetFieldValue<byte[]>(9));

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}

/// <summary>A type of events, and how one is made of what happened.</summary>
internal sealed record StoredType(Type Type)
{
    private Func<object, IEvent>? make;

    public IEvent Make(object data) => (make ??= Factory(Type))(data);

    private static Func<object, IEvent> Factory(Type type)
    {
        var data = Expression.Parameter(typeof(object));
        var made = Expression.New(typeof(Event<>).MakeGenericType(type).GetConstructor([type])!, Expression.Convert(data, type));
        return Expression.Lambda<Func<object, IEvent>>(Expression.Convert(made, typeof(IEvent)), data).Compile();
    }
}
