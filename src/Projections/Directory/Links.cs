using System.Collections.Immutable;
using EventSourcedOrgs.Domain;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>One of the ids that a state names.</summary>
internal sealed record Link(Guid Owner, Guid Other);

/// <summary>
/// The groups that states name, as versioned rows of their own: lists find states by them, and no index has to be told of a state whenever it says anything else anew.
/// </summary>
/// <param name="name">The name of the table.</param>
/// <param name="other">The column of the ids that it names, by which rows are found first.</param>
/// <param name="owner">The column of the state's own id.</param>
/// <param name="named">Which ids a state names.</param>
internal sealed class Links<TState>(string name, string other, string owner, Func<TState, ImmutableHashSet<UserGroupId>> named) where TState : class
{
    public Table<Link, Link> Rows { get; } = Table.Versioned<Link, Link>(name, Directory.Shape, link => link, reader => new(reader.Get<Guid>(owner), reader.Get<Guid>(other)))
        .Key(other, NpgsqlDbType.Uuid, link => link.Other)
        .Key(owner, NpgsqlDbType.Uuid, link => link.Owner);

    /// <summary>Notes what a state names that it did not name before, and what it no longer names; null is none.</summary>
    public void Change(Rows rows, Guid id, TState? before, TState? after)
    {
        var (was, now) = (Of(before), Of(after));
        if (ReferenceEquals(was, now))
            return;

        foreach (var other in was.Where(other => !now.Contains(other)))
            rows.Remove(Rows, new(id, other.Value));
        foreach (var other in now.Where(other => !was.Contains(other)))
            rows.PutNew(Rows, new(id, other.Value));
    }

    private ImmutableHashSet<UserGroupId> Of(TState? state) => state is null ? [] : named(state);
}
