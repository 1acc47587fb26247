using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application.Writing;

/// <summary>
/// The documents that a unit of work writes beside its events. Those of all units of a commit go to the database in one statement for each table, where a session has one for each document; a session
/// is for what is rare, or needs more than an id.
/// </summary>
public sealed class Documents
{
    private const string ById = "id";
    private const string ByUser = "(data ->> 'user')::uuid";

    private readonly Dictionary<Key, Change> changes = [];

    /// <summary>What becomes of a document.</summary>
    public enum Kind { Insert, Store, Delete }

    /// <summary>What is to be written: at most one change for each key.</summary>
    public IEnumerable<(Key Key, Change Change)> All => changes.Select(change => (change.Key, change.Value));

    public bool IsEmpty => changes.Count == 0;

    /// <summary>Writes a document that is new: when there is one with this id, nothing of the unit is written.</summary>
    public void Insert<T>(Guid id, T document) where T : class => Say(Of<T>(id), new(Kind.Insert, document));

    /// <inheritdoc cref="Insert{T}(Guid, T)"/>
    public void Insert<T>(string id, T document) where T : class => Say(Of<T>(id), new(Kind.Insert, document));

    /// <summary>Writes a document in place of the one that has this id, if there is one.</summary>
    public void Store<T>(Guid id, T document) where T : class => Say(Of<T>(id), new(Kind.Store, document));

    /// <inheritdoc cref="Store{T}(Guid, T)"/>
    public void Store<T>(string id, T document) where T : class => Say(Of<T>(id), new(Kind.Store, document));

    public void Delete<T>(Guid id) where T : class => Say(Of<T>(id), new(Kind.Delete, null));

    /// <inheritdoc cref="Delete{T}(Guid)"/>
    public void Delete<T>(string id) where T : class => Say(Of<T>(id), new(Kind.Delete, null));

    /// <summary>Deletes all documents of a kind that name this user as theirs.</summary>
    public void DeleteOf<T>(UserId user) where T : class => Say(new(typeof(T), ByUser, user.Value), new(Kind.Delete, null));

    public void Clear() => changes.Clear();

    /// <summary>
    /// Whether this must not share a statement with what is written before it: a document that others insert is only there once it has turned out to be new, and one that others have stored is not. Units
    /// that are written at the same time lean on each other, or are kept apart by their claims.
    /// </summary>
    public bool Follows(Documents before) =>
        !IsEmpty && before.changes.Any(change => changes.TryGetValue(change.Key, out var own) && (change.Value.Kind == Kind.Insert || (change.Value.Kind == Kind.Store && own.Kind == Kind.Insert)));

    /// <summary>What some units, one after the other, make of all documents that they name.</summary>
    internal static Documents Of(IEnumerable<UnitOfWork> units)
    {
        var all = new Documents();
        foreach (var (key, change) in units.SelectMany(unit => unit.Documents.All))
            all.Say(key, change);
        return all;
    }

    private static Key Of<T>(object id) => new(typeof(T), ById, id);

    /// <summary>
    /// The last word counts; but what was just inserted is still new when it is changed, and was never there when it is deleted; and what was just deleted may be there again.
    /// </summary>
    private void Say(Key key, Change change)
    {
        var before = changes.TryGetValue(key, out var said) ? said.Kind : default(Kind?);
        if ((before, change.Kind) is (Kind.Insert, Kind.Delete))
        {
            changes.Remove(key);
            return;
        }

        changes[key] = (before, change.Kind) switch
        {
            (Kind.Delete, Kind.Insert) => change with { Kind = Kind.Store },
            (Kind.Insert, Kind.Store) => change with { Kind = Kind.Insert },
            _ => change,
        };
    }

    /// <summary>Which documents are meant.</summary>
    /// <param name="Type">The type of the documents, whose table it is.</param>
    /// <param name="Column">What finds them.</param>
    /// <param name="Id">A <see cref="Guid"/> or a string.</param>
    public readonly record struct Key(Type Type, string Column, object Id);

    /// <summary>What becomes of a document, and what it says then; nothing of one that is deleted.</summary>
    public readonly record struct Change(Kind Kind, object? Document);
}
