using System.Collections.Concurrent;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// The states of rows that were read before. To open one again takes longer than all else that a list does, so it is kept, and used as long as the database says that the row is the same; once
/// somebody was erased, none of what was read before is.
/// </summary>
public sealed class KnownRows(Func<int> erased)
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<(Type State, Guid Id, long Since), Known> known = new();
    private int count;

    /// <summary>Reads rows whose columns are the document, the id, the position it holds since, and the transaction that wrote it.</summary>
    internal Func<NpgsqlDataReader, TState> Now<TState>(Func<NpgsqlDataReader, TState> open) where TState : class
    {
        var forgotten = erased();
        return row =>
        {
            var (key, writer) = ((typeof(TState), row.GetGuid(1), row.GetInt64(2)), row.GetFieldValue<uint>(3));
            if (known.TryGetValue(key, out var former) && former.Writer == writer && former.Erased == forgotten)
                return (TState)former.State;

            var state = open(row);
            Keep(key, new(writer, forgotten, state));
            return state;
        };
    }

    private void Keep((Type State, Guid Id, long Since) key, Known row)
    {
        // Counting the entries would lock all of them.
        if (!known.ContainsKey(key) && Interlocked.Increment(ref count) > Most)
        {
            Interlocked.Exchange(ref count, 1);
            known.Clear();
        }

        known[key] = row;
    }

    private sealed record Known(uint Writer, int Erased, object State);
}
