using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using Marten;
using Npgsql;

namespace EventSourcedOrgs.Application.Writing;

/// <summary>
/// Reads states and documents by their ids, as committed at a moment after the question, or after the beginning of the request that it belongs to. What many requests ask for at the same time comes in one statement, so it is of one moment. What was read
/// before is kept, and used again when the database says that the row is still the same, or that its stream has not changed.
/// </summary>
public sealed class States : IAsyncDisposable
{
    /// <summary>
    /// Counts how often states were repaired, in the transaction that repaired them, so that what was kept of them counts no more. It stands beside the positions of what follows the events, where it
    /// is read with the position that is final.
    /// </summary>
    public const string Repairs = "StatesRepaired";

    private const int Most = 256;
    /// <summary>How many statements run side by side at most.</summary>
    public const int AtOnce = 2;

    /// <summary>More than so many come in parts, each of its own moment, because others wait for a statement to end.</summary>
    private const int MostKeys = 2000;

    private const int MostRounds = 8;

    /// <summary>So often what is kept may turn out to have changed; then every row is looked at.</summary>
    private const int MostGuesses = 2;

    /// <summary>In each of two generations.</summary>
    private const int MostKept = 100_000;

    private readonly NpgsqlDataSource database;
    private readonly IDocumentStore documents;
    private readonly PersonKeys persons;
    private readonly JsonSerializerOptions open, @sealed;
    private readonly Generations<StateKey, Row> kept = new(MostKept);
    private readonly ConcurrentDictionary<Type, Table> tables = new();
    private readonly Together<Question, Moment> together;
    private volatile Changes? changes;

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
    internal async Task<T?> Find<T>(Guid id, Moment? since, CancellationToken cancellation) where T : class => Find<T>(await Read([StateKey.Of<T>(id)], null, since, cancellation), StateKey.Of<T>(id));

    /// <summary>The document of this id, or null when there is none.</summary>
    public async Task<T?> Find<T>(string id, CancellationToken cancellation) where T : class => Find<T>(await Read([StateKey.Of<T>(id)], null, null, cancellation), StateKey.Of<T>(id));

    /// <summary>The states of these ids that exist.</summary>
    internal Task<IReadOnlyList<T>> Find<T>(IEnumerable<Guid> ids, Moment? since, CancellationToken cancellation) where T : class => Find<T>([.. ids.Select(StateKey.Of<T>)], since, cancellation);

    /// <summary>The documents of these ids that exist.</summary>
    public Task<IReadOnlyList<T>> Find<T>(IEnumerable<string> ids, CancellationToken cancellation) where T : class => Find<T>([.. ids.Select(StateKey.Of<T>)], null, cancellation);

    /// <summary>Reads all of this, and what follows from it, as of one moment.</summary>
    /// <param name="keys">What is read.</param>
    /// <param name="more">What else is needed, given what there is of it; asked again until nothing is missing.</param>
    /// <param name="since">A moment of the same request: what is known not to have changed since then need not be asked for. Null for what must be of a moment after this call.</param>
    /// <param name="cancellation">Stops waiting.</param>
    internal async Task<Moment> Read(IReadOnlyCollection<StateKey> keys, Func<Moment, IEnumerable<StateKey>>? more, Moment? since, CancellationToken cancellation) =>
        since is { IsRecent: true } && Recall(keys, more, since) is { } known ? known : await together.Ask(new(keys, more)).WaitAsync(cancellation);

    /// <summary>
    /// What streams became by a transaction that is durable takes the place of what it was decided on, so that nobody has to read again what was written here. What is kept of other moments stays as it is,
    /// and what was never read here is not kept. What is personal in a state is of the one whose stream it is, so whoever is erased meanwhile makes all void that was read before.
    /// </summary>
    internal void Advance(IReadOnlyList<(OpenStream First, OpenStream Last)> streams, uint xmin)
    {
        var noted = changes;
        noted?.Note(streams.Select(stream => (stream.Last.Events[^1].Sequence, stream.Last.Id)));
        foreach (var (first, last) in streams)
        {
            var key = new StateKey(first.Type, first.Id);
            if (kept.Find(key) is not { } row || !row.Is(first.Began))
                continue;

            var next = new Row(xmin, row.Erased, last.State);
            next.HoldsAllUpTo(last.Events[^1].Sequence, noted);
            kept.Replace(key, row, next);
        }
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private static T? Find<T>(Moment moment, StateKey key) where T : class => moment.Find<T>(key);

    private async Task<IReadOnlyList<T>> Find<T>(IReadOnlyList<StateKey> keys, Moment? since, CancellationToken cancellation) where T : class
    {
        var found = new List<T>(keys.Count);
        foreach (var part in keys.Chunk(MostKeys))
        {
            var moment = await Read(part, null, since, cancellation);
            found.AddRange(part.Select(key => Find<T>(moment, key)).OfType<T>());
        }

        return found;
    }

    /// <summary>All of this without asking, if all of it is kept and none of it has changed, as far as was known at that moment at least; otherwise null.</summary>
    private Moment? Recall(IReadOnlyCollection<StateKey> keys, Func<Moment, IEnumerable<StateKey>>? more, Moment since)
    {
        if (since.Noted is not { } noted)
            return null;

        var (rows, erased) = (new Dictionary<StateKey, Row>(keys.Count), persons.Erased);
        var moment = new Moment(this, rows.GetValueOrDefault, since.Position, noted);
        for (var wanted = keys.ToHashSet(); wanted.Count > rows.Count; wanted.UnionWith(more?.Invoke(moment) ?? []))
        {
            foreach (var key in wanted.Where(key => !rows.ContainsKey(key)))
            {
                if (Kept(key, erased) is not { } row || !row.IsUnchanged(noted, key.Id))
                    return null;
                rows.Add(key, row);
            }
        }

        // What was written meanwhile may be in some of it only.
        return changes == noted && rows.All(row => row.Value.IsUnchanged(noted, row.Key.Id)) ? moment : null;
    }

    private async Task<IReadOnlyList<Moment>> Answer(IReadOnlyList<Question> questions)
    {
        try
        {
            var wanted = questions.SelectMany(question => question.Keys).ToHashSet();
            var remembered = new Moment(this, key => Kept(key, persons.Erased), 0, null);
            foreach (var question in questions)
                wanted.UnionWith(question.More?.Invoke(remembered) ?? []);

            for (var round = 0; round < MostRounds; round++)
            {
                if (await ReadAtOnce(wanted, round < MostGuesses ? changes : null) is not { } moment)
                    continue;
                var known = wanted.Count;
                foreach (var question in questions)
                    wanted.UnionWith(question.More?.Invoke(moment) ?? []);
                if (wanted.Count == known)
                    return [.. questions.Select(_ => moment)];
            }
        }
        catch
        {
            // Who answers next may be another server, which need not have everything that this one had, and gives its transactions the numbers again that are not there.
            Forget();
            throw;
        }

        throw new InvalidOperationException("What is asked about changes faster than it can be read.");
    }

    /// <summary>One statement, so one moment, for all of it; null when what was kept of it turns out to have changed.</summary>
    private async Task<Moment?> ReadAtOnce(HashSet<StateKey> keys, Changes? noted)
    {
        var erased = persons.Erased;
        var statement = new StatesStatement(noted);
        var rows = new Dictionary<StateKey, Row>(keys.Count);
        var looked = new Dictionary<StateKey, Row?>();
        foreach (var key in keys)
        {
            var row = Kept(key, erased);
            if (row is not null && row.IsUnchanged(noted, key.Id))
            {
                rows[key] = row;
                continue;
            }

            looked[key] = row;
            statement.Add(key, TableOf(key.Type).Name, row?.Xmin ?? 0);
        }

        var unchanged = rows.ToList();
        await using var command = statement.Create(database);
        await using var reader = await command.ExecuteReaderAsync();
        while (await statement.ReadAsync(reader))
        {
            if (statement.Found is { } found)
                rows[found.Key] = found.Data is { } data ? Keep(found.Key, new(found.Xmin, erased, data)) : looked[found.Key]!;
        }

        if (statement.IsOvertaken)
        {
            if (statement.IsOfLess)
                Forget();
            else
                Interlocked.CompareExchange(ref changes, null, noted);
            return null;
        }

        var (log, final) = statement.Note();
        Interlocked.CompareExchange(ref changes, log is { IsFull: false } ? log : null, noted);
        foreach (var key in looked.Keys.Where(key => TableOf(key.Type).IsOfStates))
            rows.GetValueOrDefault(key)?.HoldsAllUpTo(final, log);
        return unchanged.TrueForAll(row => row.Value.IsUnchanged(log, row.Key.Id)) ? new(this, rows.GetValueOrDefault, statement.Position, noted is null ? null : log) : null;
    }

    private void Forget()
    {
        changes = null;
        kept.Clear();
    }

    /// <summary>What is kept, unless it was read before somebody was erased.</summary>
    private Row? Kept(StateKey key, long erased) => kept.Find(key) is { } row && row.Erased == erased ? row : null;

    private Row Keep(StateKey key, Row row)
    {
        kept.Keep(key, row);
        return row;
    }

    private Table TableOf(Type type) => tables.GetOrAdd(type, _ => new(
        documents.Options.FindOrResolveDocumentType(type).TableName.QualifiedName,
        Array.Exists(type.GetInterfaces(), contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IAggregate<,>))));

    /// <summary>Where rows of a type are, and whether each of them is what a stream makes, so that only an event or a repair changes it.</summary>
    private sealed record Table(string Name, bool IsOfStates);

    private sealed record Question(IReadOnlyCollection<StateKey> Keys, Func<Moment, IEnumerable<StateKey>>? More);

    /// <summary>A row with the transaction that wrote it, and how many persons were erased when it was read: what was known of them then counts no more.</summary>
    internal sealed class Row
    {
        private object? state;
        private byte[]? data;
        private Proof? proof;

        /// <param name="xmin">The transaction.</param>
        /// <param name="erased">How many persons were erased.</param>
        /// <param name="data">What it holds, as it is stored.</param>
        public Row(uint xmin, long erased, byte[] data) => (Xmin, Erased, this.data) = (xmin, erased, data);

        /// <param name="xmin">The transaction.</param>
        /// <param name="erased">How many persons were erased when that was read from which the state was made.</param>
        /// <param name="state">What it holds.</param>
        public Row(uint xmin, long erased, object state) => (Xmin, Erased, this.state) = (xmin, erased, state);

        public uint Xmin { get; }

        public long Erased { get; }

        public bool Is(object other) => state == other;

        /// <summary>Whether it is known to be the same still, by the changes that are noted.</summary>
        public bool IsUnchanged(Changes? noted, Guid stream) => noted is not null && proof is { } known && known.Of == noted.Identity && noted.AreIn(stream, known.Position);

        /// <summary>It was seen to hold every event of its stream up to a position.</summary>
        public void HoldsAllUpTo(long position, Changes? noted) => proof = noted is null ? null : new(noted.Identity, position);

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

        private sealed record Proof(object Of, long Position);
    }

    /// <summary>What there was of what was asked for, at one moment; it holds everything up to the position.</summary>
    public sealed class Moment
    {
        private static readonly TimeSpan Recently = TimeSpan.FromMilliseconds(250);

        private readonly States states;
        private readonly Func<StateKey, Row?> rows;
        private readonly long taken = Stopwatch.GetTimestamp();

        internal Moment(States states, Func<StateKey, Row?> rows, long position, Changes? noted) => (this.states, this.rows, Position, Noted) = (states, rows, position, noted);

        public long Position { get; }

        /// <summary>Holds every change up to that moment, at least; null when that is not known.</summary>
        internal Changes? Noted { get; }

        /// <summary>Whoever waits for long, or answers for long, has to ask again.</summary>
        internal bool IsRecent => Stopwatch.GetElapsedTime(taken) < Recently;

        internal T? Find<T>(StateKey key) where T : class => (T?)rows(key)?.As(key.Type, key.IsSealed ? states.@sealed : states.open);
    }
}
