using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>A bucket of time, at a level, in which rows of an owner are counted.</summary>
internal readonly record struct RankKey(Guid Owner, int Level, long Bucket);

/// <summary>
/// Counts states by when they were created, of each owner and of all: a tree, in which the page of a number is found without counting off what comes before it. It is of the present; lists as of a position
/// have no use for it.
/// </summary>
internal sealed class Ranks<TState>(string name, Func<TState, Guid?> owner, Func<TState, DateTimeOffset> createdAt) where TState : class
{
    private const string Entries = "entries";

    public CounterTable<RankKey> Counts { get; } = Table.Counters<RankKey>($"{name}_rank", Directory.Shape)
        .Key("owner", NpgsqlDbType.Uuid, key => key.Owner)
        .Key("level", NpgsqlDbType.Integer, key => key.Level)
        .Key("bucket", NpgsqlDbType.Bigint, key => key.Bucket)
        .Counter(Entries);

    /// <summary>Counts that a state became another; null is none.</summary>
    public void Change(Rows rows, TState? before, TState? after)
    {
        var (was, now) = (PlaceOf(before), PlaceOf(after));
        if (was == now)
            return;

        Add(rows, was, -1);
        Add(rows, now, +1);
    }

    private (Guid? Owner, DateTimeOffset CreatedAt)? PlaceOf(TState? state) => state is null ? null : (owner(state), createdAt(state));

    private void Add(Rows rows, (Guid? Owner, DateTimeOffset CreatedAt)? place, long delta)
    {
        if (place is not { } counted)
            return;

        for (var level = 0; level < Ranking.Levels; level++)
        {
            var bucket = Ranking.BucketOf(counted.CreatedAt, level);
            rows.Add(Counts, new(Ranking.All, level, bucket), Entries, delta);
            if (counted.Owner is { } one)
                rows.Add(Counts, new(one, level, bucket), Entries, delta);
        }
    }
}
