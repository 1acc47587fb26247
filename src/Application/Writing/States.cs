using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EventSourcedOrgs.Application.Pipeline;
using Marten;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedOrgs.Application.Writing;

/// <summary>What is read by its id: a state or a document. <see cref="IsSealed"/> leaves what it holds of persons as it is stored, for who decides without it.</summary>
internal readonly record struct StateKey(Type Type, Guid Id, string? Text = null, bool IsSealed = false)
{
    public static StateKey Of<T>(Guid id) => new(typeof(T), id);

    public static StateKey Of<T>(string id) => new(typeof(T), default, id);

    public static StateKey Sealed<T>(Guid id) => new(typeof(T), id, IsSealed: true);
}

/// <summary>
/// Reads states and documents by their ids, as committed at a moment after the question. What many requests ask for at the same time comes in one statement, so it is of one moment. What was read
/// before is kept, and used again when the database says that the row is still the same.
/// </summary>
public sealed class States : IAsyncDisposable
{
    private const int Most = 256;
    /// <summary>How many statements run side by side at most.</summary>
    public const int AtOnce = 2;

    private const int MostRounds = 8;
    private const int MostKept = 100_000;

    private readonly NpgsqlDataSource database;
    private readonly IDocumentStore documents;
    private readonly PersonKeys persons;
    private readonly JsonSerializerOptions open, @sealed;
    private readonly ConcurrentDictionary<StateKey, Row> kept = new();
    private readonly ConcurrentDictionary<Type, string> tables = new();
    private readonly Together<Question, Moment> together;
    private int count;

    /// <param name="database">Its connections, for this alone: they are not kept waiting by others, and their plans need not know how many ids there are, because making plans would take longest.</param>
    /// <param name="documents">Knows the tables.</param>
    /// <param name="persons">Opens what is held of persons.</param>
    public States(NpgsqlDataSource database, IDocumentStore documents, PersonKeys persons)
    {
        (this.database, this.documents, this.persons) = (database, documents, persons);
        (open, @sealed) = (StoredJson.Options(persons), StoredJson.Options(_ => null));
        together = new(Most, AtOnce, questions => ForgottenStatements.Again(() => Answer(questions)));
    }

    /// <summary>The state of this id, or null when there is none. Others may hold the same one: states never change.</summary>
    public async Task<T?> Find<T>(Guid id, CancellationToken cancellation) where T : class => Find<T>(await Read([StateKey.Of<T>(id)], null, cancellation), StateKey.Of<T>(id));

    /// <summary>The document of this id, or null when there is none.</summary>
    public async Task<T?> Find<T>(string id, CancellationToken cancellation) where T : class => Find<T>(await Read([StateKey.Of<T>(id)], null, cancellation), StateKey.Of<T>(id));

    /// <summary>The states of these ids that exist.</summary>
    public Task<IReadOnlyList<T>> Find<T>(IEnumerable<Guid> ids, CancellationToken cancellation) where T : class => Find<T>([.. ids.Select(StateKey.Of<T>)], cancellation);

    /// <summary>The documents of these ids that exist.</summary>
    public Task<IReadOnlyList<T>> Find<T>(IEnumerable<string> ids, CancellationToken cancellation) where T : class => Find<T>([.. ids.Select(StateKey.Of<T>)], cancellation);

    /// <summary>Reads all of this, and what follows from it, as of one moment.</summary>
    /// <param name="keys">What is read.</param>
    /// <param name="more">What else is needed, given what there is of it; asked again until nothing is missing.</param>
    /// <param name="cancellation">Stops waiting.</param>
    internal Task<Moment> Read(IReadOnlyCollection<StateKey> keys, Func<Moment, IEnumerable<StateKey>>? more, CancellationToken cancellation) =>
        together.Ask(new(keys, more)).WaitAsync(cancellation);

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private static T? Find<T>(Moment moment, StateKey key) where T : class => moment.Find<T>(key);

    private async Task<IReadOnlyList<T>> Find<T>(IReadOnlyList<StateKey> keys, CancellationToken cancellation) where T : class
    {
        if (keys.Count == 0)
            return [];
        var moment = await Read(keys, null, cancellation);
        return [.. keys.Select(key => Find<T>(moment, key)).OfType<T>()];
    }

    private async Task<IReadOnlyList<Moment>> Answer(IReadOnlyList<Question> questions)
    {
        var wanted = questions.SelectMany(question => question.Keys).ToHashSet();
        var remembered = new Moment(this, key => kept.GetValueOrDefault(key) is { } row && row.Erased == persons.Erased ? row : null, 0);
        foreach (var question in questions)
            wanted.UnionWith(question.More?.Invoke(remembered) ?? []);

        for (var round = 0; round < MostRounds; round++)
        {
            var moment = await ReadAtOnce(wanted);
            var known = wanted.Count;
            foreach (var question in questions)
                wanted.UnionWith(question.More?.Invoke(moment) ?? []);
            if (wanted.Count == known)
                return [.. questions.Select(_ => moment)];
        }

        throw new InvalidOperationException("What is asked about changes faster than it can be read.");
    }

    /// <summary>One statement, so one moment, for all of it.</summary>
    private async Task<Moment> ReadAtOnce(HashSet<StateKey> keys)
    {
        var erased = persons.Erased;
        var kinds = keys.GroupBy(key => (key.Type, key.IsSealed, IsText: key.Text is not null)).Select(kind => (kind.Key, Keys: kind.ToList())).ToList();
        var rows = new Dictionary<StateKey, Row>(keys.Count);
        var former = new Dictionary<StateKey, Row>(keys.Count);
        var position = 0L;
        var text = new StringBuilder($"select -1, null::uuid, null::text, null::xid, to_jsonb((select coalesce(max(seq_id), 0) from {EventStore.Schema}.mt_events))");
        await using var command = database.CreateCommand();
        for (var i = 0; i < kinds.Count; i++)
        {
            var (kind, ofKind) = kinds[i];
            var (id, name) = kind.IsText ? ("null::uuid", "d.id") : ("d.id", "null");
            text.Append(CultureInfo.InvariantCulture, $" union all select {i}, {id}, {name}, d.xmin, case when d.xmin = k.xmin then null else d.data end from unnest(${(2 * i) + 1}, ${(2 * i) + 2}) as k(id, xmin) join {TableOf(kind.Type)} d on d.id = k.id");
            command.Parameters.Add(kind.IsText
                ? new NpgsqlParameter<string[]> { TypedValue = [.. ofKind.Select(key => key.Text!)] }
                : new NpgsqlParameter<Guid[]> { TypedValue = [.. ofKind.Select(key => key.Id)] });
            command.Parameters.Add(new NpgsqlParameter<uint[]> { TypedValue = [.. ofKind.Select(Known)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Xid });
        }

        command.CommandText = text.ToString();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var kind = reader.GetInt32(0);
            if (kind < 0)
            {
                position = JsonSerializer.Deserialize<long>(await reader.GetFieldValueAsync<byte[]>(4));
                continue;
            }

            var (type, isSealed, isText) = kinds[kind].Key;
            var key = isText ? new StateKey(type, default, reader.GetString(2), isSealed) : new StateKey(type, reader.GetGuid(1), null, isSealed);
            rows[key] = await reader.IsDBNullAsync(4) ? former[key] : Keep(key, new(await reader.GetFieldValueAsync<uint>(3), erased, await reader.GetFieldValueAsync<byte[]>(4)));
        }

        return new(this, rows.GetValueOrDefault, position);

        uint Known(StateKey key)
        {
            if (kept.GetValueOrDefault(key) is not { } row || row.Erased != erased)
                return 0;
            former[key] = row;
            return row.Xmin;
        }
    }

    private Row Keep(StateKey key, Row row)
    {
        if (!kept.ContainsKey(key) && Interlocked.Increment(ref count) > MostKept)
        {
            Interlocked.Exchange(ref count, 1);
            kept.Clear();
        }

        return kept[key] = row;
    }

    private string TableOf(Type type) => tables.GetOrAdd(type, _ => documents.Options.FindOrResolveDocumentType(type).TableName.QualifiedName);

    private sealed record Question(IReadOnlyCollection<StateKey> Keys, Func<Moment, IEnumerable<StateKey>>? More);

    /// <summary>A row with the transaction that wrote it, and how many persons were erased when it was read: what was known of them then counts no more.</summary>
    internal sealed class Row(uint xmin, long erased, byte[] data)
    {
        private object? state;
        private byte[]? data = data;

        public uint Xmin { get; } = xmin;

        public long Erased { get; } = erased;

        /// <summary>Deserialized by the first who wants it, not by the one who reads for all.</summary>
        public object As(Type type, JsonSerializerOptions json)
        {
            if (state is { } known)
                return known;

            var stored = data;
            var made = stored is null ? state! : JsonSerializer.Deserialize(stored, type, json)!;
            state = made;
            data = null;
            return made;
        }
    }

    /// <summary>What there was of what was asked for, at one moment; it holds everything up to the position.</summary>
    internal sealed class Moment(States states, Func<StateKey, Row?> rows, long position)
    {
        public long Position { get; } = position;

        public T? Find<T>(StateKey key) where T : class => (T?)rows(key)?.As(key.Type, key.IsSealed ? states.@sealed : states.open);
    }
}
