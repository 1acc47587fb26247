using EventSourcedOrgs.Proof;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// How long every row of the log has to be follows from the number of its leaves. What is longer is read by nobody until the log has grown as far, and would be sealed over then.
/// </summary>
internal static class LogShape
{
    /// <summary>A log that had tiles of this level would have more leaves than can be counted.</summary>
    private const int Levels = 8;

    /// <summary>Far more tiles than there are, and few enough to count their hashes.</summary>
    private const string Far = "(1::bigint << 50)";

    private static readonly string Query =
        $"""
         with l as (
             select number, octet_length(positions) as length, substring(positions for {sizeof(long)}) = int8send(first_position) as begins, lag(number, 1, -1::bigint) over w as before, lead(number) over w is null as is_last
             from {LogTiles.Schema}.leaves window w as (order by number)),
         n as (select coalesce((select {LogTiles.Width} * greatest(0, least(number, {Far})) + length / {sizeof(long)} from l where is_last), 0) as size),
         t as (
             select level, number, octet_length(hashes) as length, case
                 when level >= 0 and level < {Levels} and number >= 0 and number < {Far}
                 then {Digest.Size} * least({LogTiles.Width}, greatest(0, (size >> {LogTiles.LevelsOfTile} * level) - {LogTiles.Width} * number)) else 0 end as due
             from {LogTiles.Schema}.tile cross join n)
         select -1 as level, l.number from l left join t on t.level = 0 and t.number = l.number
         where t.number is null or l.number <> before + 1 or l.length % {sizeof(long)} <> 0 or l.length not between {sizeof(long)} and {LogTiles.Width * sizeof(long)}
             or not is_last and l.length <> {LogTiles.Width * sizeof(long)} or not begins
         union all
         select level, number from t where due = 0 or length > due or level = 0 and length <> due
         order by 1, 2
         """;

    /// <summary>What is missing among the leaves, too long or too much, and at which leaf. One statement: a log that grows meanwhile is seen as it was at one moment.</summary>
    public static async Task<IReadOnlyList<(long Leaf, string What)>> Misfits(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(Query);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<(long, string)>();
        while (await reader.ReadAsync(cancellation))
        {
            var (level, number) = (reader.GetInt32(0), reader.GetInt64(1));
            found.Add((Math.Max(0, number << (LogTiles.LevelsOfTile * (Math.Max(0, level) + 1))), level < 0
                ? $"The positions beside tile {number} of the log are not those of its leaves."
                : $"Tile {number} of level {level} of the log has another length than its leaves make."));
        }

        return found;
    }
}
