using System.Collections.Frozen;
using System.Collections.Immutable;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// Answers that are kept ready: tables, and a pure function from events to changes of their rows. The same function follows the history page by page,
/// folds a whole history in memory, and is tested without a database.
/// </summary>
public abstract class ReadModel
{
    /// <param name="name">The name under which its position is recorded.</param>
    /// <param name="tables">All of one version, because all are filled by the same pass over the events.</param>
    /// <param name="events">The events it handles; an abstract type stands for its whole family.</param>
    protected ReadModel(string name, IEnumerable<Table> tables, IEnumerable<Type> events)
    {
        (Name, Tables) = (name, [.. tables]);
        Events = events.SelectMany(Family).ToFrozenSet();
        Version = Tables.Select(table => table.Version).Distinct().ToArray() is [var version]
            ? version
            : throw new ArgumentException($"The tables of {name} must have one version.", nameof(tables));
    }

    public string Name { get; }

    public int Version { get; }

    public ImmutableArray<Table> Tables { get; }

    public FrozenSet<Type> Events { get; }

    /// <summary>
    /// Whether it is shown every event, so that one of a type that this version does not know stops it. The others are shown their own events only, and would pass by what a later version has to tell them:
    /// one that stands still, and says where, is enough to be noticed.
    /// </summary>
    internal virtual bool StopsAtStrangers => false;

    internal string Shard => ShardName.Compose(Name, version: (uint)Version).Identity;

    /// <summary>
    /// Names the keys whose current rows <see cref="Apply"/> will read for this event. They follow from the event alone and are loaded once for a whole page.
    /// What depends on a row that was only found while applying belongs into a counter, which needs no loading. Reading an untouched key is an error.
    /// </summary>
    public virtual void Touch(IEvent e, Touched touched) { }

    /// <summary>Changes the rows as the event demands: no I/O, no clock, nothing but the event and the touched rows.</summary>
    public abstract void Apply(IEvent e, Rows rows);

    /// <summary>Folds a history from its first event; the result is what the tables would hold.</summary>
    public Rows Fold(IEnumerable<IEvent> events)
    {
        var rows = new Rows(Tables);
        foreach (var e in events.Where(e => Events.Contains(e.EventType)))
        {
            TouchAll([e], rows);
            Settle(rows);
            ApplyAll([e], rows);
        }

        return rows;
    }

    /// <summary>Applies a page to rows that are loaded as far as they are not known.</summary>
    internal async Task ApplyAsync(IReadOnlyList<IEvent> page, Rows rows, Func<NpgsqlConnection> connect, CancellationToken cancellation)
    {
        TouchAll(page, rows);
        if (Questions([rows]) is { Count: > 0 } questions)
        {
            await using var connection = connect();
            await connection.OpenAsync(cancellation);
            await LoadAsync(questions, connection, cancellation);
        }

        Settle(rows);
        ApplyAll(page, rows);
    }

    /// <summary>Names the keys that a page reads.</summary>
    internal void TouchAll(IReadOnlyList<IEvent> page, Rows rows) => Each(page, e => Touch(e, new(rows, e)));

    /// <summary>Applies a page to rows that are loaded.</summary>
    internal void ApplyAll(IReadOnlyList<IEvent> page, Rows rows) => Each(page, e =>
    {
        rows.Position = e.Sequence;
        Apply(e, rows);
    });

    /// <summary>What is to be asked for the keys that were touched and are not known.</summary>
    internal static List<(WorkingSet Set, NpgsqlBatchCommand Command)> Questions(IEnumerable<Rows> works) =>
        [.. works.SelectMany(rows => rows.Sets).Select(set => (set, Command: set.Question())).Where(question => question.Command is not null).Select(question => (question.set, question.Command!))];

    internal static async Task LoadAsync(List<(WorkingSet Set, NpgsqlBatchCommand Command)> questions, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        questions.ForEach(question => batch.BatchCommands.Add(question.Command));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        foreach (var (set, _) in questions)
        {
            await set.AnswerAsync(reader, cancellation);
            await reader.NextResultAsync(cancellation);
        }
    }

    private static void Each(IReadOnlyList<IEvent> page, Action<IEvent> action)
    {
        foreach (var e in page)
        {
            try
            {
                action(e);
            }
            catch (Exception broken)
            {
                throw new ApplyEventException(e, broken);
            }
        }
    }

    internal static void Settle(Rows rows)
    {
        foreach (var set in rows.Sets)
            set.Settle();
    }

    private static IEnumerable<Type> Family(Type type) => type.IsAbstract
        ? type.Assembly.GetTypes().Where(member => !member.IsAbstract && member.IsAssignableTo(type))
        : [type];
}
