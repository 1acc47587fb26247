namespace EventSourcedOrgs.Projections;

/// <summary>
/// Where the rows of an owner are counted by when they were created: a tree of buckets of time, in which the row that so many others come before is found by looking at a few buckets of each level.
/// </summary>
public sealed record Ranking(string Counts, Guid Owner)
{
    /// <summary>The owner of all rows.</summary>
    public static readonly Guid All = Guid.Empty;

    /// <summary>So many levels the tree has.</summary>
    internal const int Levels = 4;

    /// <summary>How many of the rows from a bucket on come before the page.</summary>
    internal const string Skipped = "(select skipped from place where level = 0)";

    /// <summary>A bucket of the lowest level is a quarter of a second: so many bits of its microseconds do not count.</summary>
    private const int Width = 18;

    /// <summary>A bucket holds 256 of the level below. One of the highest is 51 days, so that of these there are few, too.</summary>
    private const int Fan = 8;

    /// <summary>PostgreSQL keeps a time as the microseconds since then, so every bucket begins at a time that it can tell apart.</summary>
    private static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>The first time of all is before any other in PostgreSQL.</summary>
    private static readonly long First = BucketOf(DateTimeOffset.MinValue, 0);

    /// <summary>The bucket of a time, at a level from 0.</summary>
    internal static long BucketOf(DateTimeOffset time, int level) => (time.UtcTicks - Epoch.Ticks) / TimeSpan.TicksPerMicrosecond >> (Width + (Fan * level));

    /// <summary>
    /// Goes down to the row that so many others come before: at each level into its bucket, without those of the buckets before. What has come to level 0 is the bucket, and how many of its rows still
    /// come before. There is none when there are not so many rows.
    /// </summary>
    internal string Descent(string owner, string skipped) =>
        $"""
        with recursive place(level, low, high, skipped) as (
            select {Levels}, {long.MinValue}, {long.MaxValue}, {skipped}
            union all
            select place.level - 1, below.bucket << {Fan}, below.bucket << {Fan} | {(1 << Fan) - 1}, place.skipped - below.before
            from place cross join lateral (
                select bucket, upto - entries as before
                from (
                    select bucket, entries, sum(entries::int) over (order by bucket) as upto from {Counts}
                    where owner = {owner} and level = place.level - 1 and bucket between place.low and place.high) child
                where upto > place.skipped
                order by bucket
                limit 1) below)
        """;

    /// <summary>From the beginning of the bucket on. Why there is an end, too: a plan that does not know the values takes an index for what lies between two of them.</summary>
    internal static string Reading(string time) =>
        $"{time} between (select case when low > {First << Fan} then timestamptz '2000-01-01Z' + (low << {Width - Fan}) * interval '1 microsecond' else '-infinity' end "
        + "from place where level = 0) and (select timestamptz 'infinity')";

    /// <summary>Counts all rows of an owner.</summary>
    internal string Total(string owner) => $"(select coalesce(sum(entries), 0)::bigint from {Counts} where owner = {owner} and level = {Levels - 1})";
}
