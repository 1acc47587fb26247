using System.Globalization;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>A value that is not what the events say: null where there is no such row, or where it says nothing.</summary>
public sealed record DriftedValue(string Table, string Key, string Column, string? Live, string? Recomputed);

/// <summary>What was found when a read model was compared with what the events say, at one position: how many rows differ, and the first values that do.</summary>
public sealed record Drift(string Model, long Position, long Rows, IReadOnlyList<DriftedValue> First)
{
    public const int MostListed = 100;
}

/// <summary>Compares the tables that are read with those made anew, both as of one moment.</summary>
internal static class Comparison
{
    /// <summary>Compares on a connection with a transaction in which both are at the same position.</summary>
    public static async Task<Drift> OfAsync(SideTables sides, long position, NpgsqlConnection connection, CancellationToken cancellation)
    {
        // Nobody else changes the new tables, so that any session sees them as they are at this position.
        await using var other = await sides.OpenAsync(cancellation);
        var (rows, first, step) = (0L, new List<DriftedValue>(), System.Diagnostics.Stopwatch.GetTimestamp());
        foreach (var (live, side) in sides.Pairs)
        {
            step = await sides.Pace.RestAsync(step, cancellation);
            if (await AreSameAsync(live, side))
                continue;

            rows += await CountAsync(live, side, connection, cancellation);
            if (first.Count < Drift.MostListed)
                first.AddRange((await ListAsync(live, side, connection, cancellation)).Take(Drift.MostListed - first.Count));
        }

        return new(sides.Model.Name, position, rows, first);

        async Task<bool> AreSameAsync(Table live, Table side)
        {
            if (sides.Pace.IsGentle)
                return await TableDigest.OfAsync(live, connection, cancellation) == await TableDigest.OfAsync(side, other, cancellation);

            var digests = await Task.WhenAll(TableDigest.OfAsync(live, connection, cancellation), TableDigest.OfAsync(side, other, cancellation));
            return digests[0] == digests[1];
        }
    }

    private static async Task<long> CountAsync(Table live, Table side, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = Command(connection, $"select count(*) {Joined(live, side)}");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task<List<DriftedValue>> ListAsync(Table live, Table side, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = Command(connection, $"select coalesce(l.k, s.k), l.c, s.c {Joined(live, side)} order by 1 limit {Drift.MostListed}");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<DriftedValue>();
        while (await reader.ReadAsync(cancellation))
        {
            var (key, was, made) = (Values(reader, 0)!, Values(reader, 1), Values(reader, 2));
            for (var n = 0; n < live.Compared.Count; n++)
            {
                if (was?[n] != made?[n])
                    found.Add(new(live.Name, string.Join(", ", key), live.Compared[n].Name, was?[n], made?[n]));
            }
        }

        return found;
    }

    /// <summary>The rows that differ, or are in one table only.</summary>
    private static string Joined(Table live, Table side)
    {
        return string.Create(CultureInfo.InvariantCulture, $"from {Texts(live)} l full join {Texts(side)} s using (k) where l.c is distinct from s.c");

        static string Texts(Table table)
        {
            var key = string.Join(", ", table.Identity.Select(column => $"{column}::text"));
            return $"(select array[{key}] as k, array[{string.Join(", ", table.Compared.Select(column => column.Text))}] as c from {table.Name})";
        }
    }

    private static string?[]? Values(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<string?[]>(column);

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(sql, connection) { CommandTimeout = 0 };
}
