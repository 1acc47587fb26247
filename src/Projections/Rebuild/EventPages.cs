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

/// <summary>Reads events of some types in their order, straight from where they are stored, page by page and with no transaction open in between.</summary>
internal sealed class EventPages(IDocumentStore store, NpgsqlDataSource source)
{
    private const string Columns =
        "seq_id, id, stream_id, version, type, timestamp, mt_dotnet_type, user_name, correlation_id, causation_id, tenant_id, coalesce(is_archived, false), headers, data";

    private readonly EventGraph events = (EventGraph)store.Options.Events;
    private readonly ISerializer serializer = store.Options.Serializer();

    public IDocumentStore Store => store;

    public string Progression => Stand.Progression(store);

    private string Table => $"{events.DatabaseSchemaName}.mt_events";

    /// <summary>How many events of these types lie after a position, up to and with another.</summary>
    public async Task<long> CountAsync(IReadOnlyCollection<Type> types, long after, long upTo, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"select count(*) from {Table} where seq_id > $1 and seq_id <= $2 and type = any($3)");
        return (long)(await With(command, after, upTo, [.. Names(types).Keys]).ExecuteScalarAsync(cancellation))!;
    }

    public async IAsyncEnumerable<IReadOnlyList<IEvent>> ReadAsync(
        IReadOnlyCollection<Type> types, long after, long upTo, int size, int cores, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var made = Names(types).ToDictionary(name => name.Key, name => (Type: name.Value, Make: Factory(name.Value)));
        while (after < upTo)
        {
            var page = await PageAsync([.. made.Keys], after, upTo, size, cancellation);
            if (page.Count > 0)
                yield return Made(page, made, cores, cancellation);
            after = page.Count < size ? upTo : page[^1].Position;
        }
    }

    private IEvent[] Made(List<Stored> page, Dictionary<string, (Type Type, Func<object, IEvent> Make)> made, int cores, CancellationToken cancellation)
    {
        if (cores == 1)
            return [.. page.Select(Event)];

        try
        {
            var read = new IEvent[page.Count];
            Parallel.For(0, read.Length, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = cores }, n => read[n] = Event(page[n]));
            return read;
        }
        catch (AggregateException several) when (several.InnerExceptions.OfType<BrokenEventException>().MinBy(broken => broken.Event.Position) is { } first)
        {
            throw first;
        }

        IEvent Event(Stored stored) => this.Event(stored, made[stored.Type].Type, made[stored.Type].Make);
    }

    private async Task<List<Stored>> PageAsync(string[] names, long after, long upTo, int size, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"select {Columns} from {Table} where seq_id > $1 and seq_id <= $2 and type = any($3) order by seq_id limit {size}");
        command.CommandTimeout = 0;
        await using var reader = await With(command, after, upTo, names).ExecuteReaderAsync(System.Data.CommandBehavior.SequentialAccess, cancellation);
        var page = new List<Stored>(size);
        while (await reader.ReadAsync(cancellation))
            page.Add(Row(reader));

        return page;
    }

    private static Stored Row(NpgsqlDataReader reader) => new(
        reader.GetInt64(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetInt64(3), reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5), Text(reader, 6), Text(reader, 7),
        Text(reader, 8), Text(reader, 9), reader.GetString(10), reader.GetBoolean(11), reader.IsDBNull(12) ? null : reader.GetFieldValue<byte[]>(12), reader.GetFieldValue<byte[]>(13));

    private IEvent Event(Stored stored, Type type, Func<object, IEvent> make)
    {
        IEvent e;
        try
        {
            e = make(serializer.FromJson(type, new MemoryStream(stored.Data, writable: false)));
        }
        catch (Exception broken)
        {
            throw new BrokenEventException(stored.Position, stored.Type, broken);
        }

        (e.Sequence, e.Id, e.StreamId, e.Version, e.EventTypeName, e.Timestamp) = (stored.Position, stored.Id, stored.Stream, stored.Version, stored.Type, stored.Time);
        (e.DotNetTypeName, e.UserName, e.CorrelationId, e.CausationId) = (stored.DotNetType!, stored.Actor, stored.Correlation, stored.Causation);
        (e.TenantId, e.IsArchived) = (stored.Tenant, stored.IsArchived);
        if (stored.Headers is { } headers)
            e.Headers = serializer.FromJson<Dictionary<string, object>>(new MemoryStream(headers, writable: false));
        return e;
    }

    private Dictionary<string, Type> Names(IEnumerable<Type> types) => types.ToDictionary(type => events.EventMappingFor(type).EventTypeName);

    private static NpgsqlCommand With(NpgsqlCommand command, long after, long upTo, string[] names)
    {
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = upTo });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = names });
        return command;
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static Func<object, IEvent> Factory(Type type)
    {
        var data = Expression.Parameter(typeof(object));
        var make = Expression.New(typeof(Event<>).MakeGenericType(type).GetConstructor([type])!, Expression.Convert(data, type));
        return Expression.Lambda<Func<object, IEvent>>(Expression.Convert(make, typeof(IEvent)), data).Compile();
    }

    private sealed record Stored(
        long Position, Guid Id, Guid Stream, long Version, string Type, DateTimeOffset Time, string? DotNetType, string? Actor, string? Correlation, string? Causation, string Tenant,
        bool IsArchived, byte[]? Headers, byte[] Data);
}
