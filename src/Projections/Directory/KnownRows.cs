using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using EventSourcedOrgs.Domain;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// The states of rows that were read before. To open one again takes longer than all else that a list does, so it is kept, and used as long as the database says that the row is the same; once
/// somebody was erased, none of what was read before is.
/// </summary>
public sealed class KnownRows(Func<int> erased)
{
    private const int Most = 10_000;

    private readonly Bounded<(Type State, Guid Id, long Since), Known> known = new();
    private readonly Bounded<FirstPage, ListStatement> firstPages = new();

    /// <summary>Reads rows whose columns are the document, the id, the position it holds since, and the transaction that wrote it.</summary>
    internal Func<NpgsqlDataReader, TState> Now<TState>(Func<NpgsqlDataReader, TState> open) where TState : class
    {
        var forgotten = erased();
        return row => Find<TState>(row, forgotten) ?? Open(row, open, forgotten);
    }

    /// <summary>Reads rows of which some have no document: those are null unless they are known.</summary>
    internal Func<NpgsqlDataReader, TState?> Newer<TState>(Func<NpgsqlDataReader, TState> open) where TState : class
    {
        var forgotten = erased();
        return row => Find<TState>(row, forgotten) ?? (row.IsDBNull(0) ? null : Open(row, open, forgotten));
    }

    /// <summary>
    /// The statement of a first page that was read before: it gives the documents of those rows that changed since. Of all others hardly one is not known. Null for one that was not read.
    /// </summary>
    internal ListStatement? StatementOf(FirstPage page) => firstPages.TryGetValue(page, out var statement) ? statement : null;

    /// <summary>A first page was read at a position.</summary>
    internal void Read(FirstPage page, ListStatement statement, long position)
    {
        if (statement.After(position) is var next && next != statement)
            firstPages.Keep(page, next);
    }

    private TState? Find<TState>(NpgsqlDataReader row, int forgotten) where TState : class =>
        known.TryGetValue(KeyOf<TState>(row), out var former) && former.Writer == WriterOf(row) && former.Erased == forgotten ? (TState)former.State : null;

    private TState Open<TState>(NpgsqlDataReader row, Func<NpgsqlDataReader, TState> open, int forgotten) where TState : class
    {
        var state = open(row);
        known.Keep(KeyOf<TState>(row), new(WriterOf(row), forgotten, state));
        return state;
    }

    private static (Type State, Guid Id, long Since) KeyOf<TState>(NpgsqlDataReader row) => (typeof(TState), row.GetGuid(1), row.GetInt64(2));

    private static uint WriterOf(NpgsqlDataReader row) => row.GetFieldValue<uint>(3);

    /// <summary>The first page of a list, with all that its statement is made of.</summary>
    internal readonly record struct FirstPage(Listing Listing, string From, string Where, ValueList<object> Parameters);

    private sealed record Known(uint Writer, int Erased, object State);

    /// <summary>What is kept until there is too much of it; then all of it is forgotten.</summary>
    private sealed class Bounded<TKey, TValue> where TKey : notnull
    {
        private readonly ConcurrentDictionary<TKey, TValue> entries = new();
        private int count;

        public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => entries.TryGetValue(key, out value);

        public void Keep(TKey key, TValue value)
        {
            // Counting the entries would lock all of them.
            if (!entries.ContainsKey(key) && Interlocked.Increment(ref count) > Most)
            {
                Interlocked.Exchange(ref count, 1);
                entries.Clear();
            }

            entries[key] = value;
        }
    }
}
