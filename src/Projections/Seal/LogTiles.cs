using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EventSourcedOrgs.Proof;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// The tree of the log as it is stored: tiles of 256 hashes. A tile of level l and number n holds the nodes of level 8 * l from n * 256 on; those of level 0 are the leaves,
/// with the positions of their events beside them. A million events take 4,000 rows, and any node is found in one of them.
/// </summary>
public sealed class LogTiles(NpgsqlDataSource source)
{
    public const string Schema = "proof";
    internal const int Width = 256;
    internal const int LevelsOfTile = 8;

    private readonly Dictionary<(int Level, long Number), Digest[]> seen = [];

    internal static string Definition { get; } =
        $"""
        create schema if not exists {Schema};
        create table if not exists {Schema}.tile (level smallint not null, number bigint not null, hashes bytea not null, primary key (level, number));
        create table if not exists {Schema}.leaves (number bigint primary key, first_position bigint not null unique, positions bytea not null);
        create table if not exists {Schema}.checkpoint (size bigint primary key, position bigint not null, note text not null, made_at timestamptz not null);
        create or replace function {Schema}.only_grow() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $grow$
        begin
            if tg_table_name = 'tile' then
                if substring(new.hashes for octet_length(old.hashes)) = old.hashes and (new.level, new.number) = (old.level, old.number) then
                    return new;
                end if;
            elsif substring(new.positions for octet_length(old.positions)) = old.positions and (new.number, new.first_position) = (old.number, old.first_position) then
                return new;
            end if;
            raise exception 'What is sealed is never altered.' using errcode = 'insufficient_privilege';
        end
        $grow$;
        """;

    /// <summary>Lets rows only grow at their ends, whoever writes them. Nothing is waited for once the triggers are there.</summary>
    private static string OnlyGrow(string table) =>
        $"""
        do $$ begin
            if not exists (select from pg_trigger where tgrelid = '{Schema}.{table}'::regclass and tgname = 'only_grow') then
                create trigger only_grow before update on {Schema}.{table} for each row execute function {Schema}.only_grow();
            end if;
        end $$;
        """;

    /// <summary>Creates the tables that are missing.</summary>
    public static async Task MigrateAsync(NpgsqlDataSource source, CancellationToken cancellation = default)
    {
        await using var command = source.CreateCommand($"select pg_advisory_xact_lock(hashtext('{Schema}')); {Definition} {OnlyGrow("tile")} {OnlyGrow("leaves")}");
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Whether the tables are there.</summary>
    public async Task<bool> AreThere(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"select to_regclass('{Schema}.tile') is not null and to_regclass('{Schema}.leaves') is not null and to_regclass('{Schema}.checkpoint') is not null");
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>How many leaves there are, and the position of the last one.</summary>
    public async Task<(long Size, long Position)> End(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"select number, positions from {Schema}.leaves where octet_length(positions) >= {sizeof(long)} order by number desc limit 1");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
            return (0, 0);

        var positions = Positions(reader, 1);
        return (reader.GetInt64(0) * Width + positions.Length, positions[^1]);
    }

    /// <summary>The hash of a perfect subtree.</summary>
    /// <exception cref="InvalidDataException">The tree has been damaged: it should hold this node and does not.</exception>
    public async ValueTask<Digest> Node(int level, long number, CancellationToken cancellation)
    {
        var within = level % LevelsOfTile;
        var first = number << within;
        var tile = await Tile(level / LevelsOfTile, first / Width, cancellation);
        var offset = (int)(first % Width);
        return tile.Length >= offset + (1 << within)
            ? Fold(tile.AsSpan(offset, 1 << within))
            : throw new InvalidDataException($"The log has no node {number} of level {level}.");
    }

    /// <summary>The tiles above the leaves as they are stored, by their level and number.</summary>
    internal async Task<Dictionary<(int Level, long Number), Digest[]>> Above(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"select level, number, hashes from {Schema}.tile where level > 0");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var tiles = new Dictionary<(int, long), Digest[]>();
        while (await reader.ReadAsync(cancellation))
            tiles.Add((reader.GetInt16(0), reader.GetInt64(1)), Hashes(reader, 2));
        return tiles;
    }

    /// <summary>The place of an event in the log; null when it has none, yet or for ever.</summary>
    public async Task<long?> IndexOf(long position, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"select number, positions from {Schema}.leaves where first_position <= $1 order by first_position desc limit 1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
            return null;

        var index = Positions(reader, 1).AsSpan().BinarySearch(position);
        return index < 0 ? null : reader.GetInt64(0) * Width + index;
    }

    /// <summary>Leaves as they were sealed, in order, from one up to another: where they are in the log, the position and the hash.</summary>
    public async IAsyncEnumerable<(long Index, long Position, Digest Leaf)> Leaves(
        long from, long to = long.MaxValue, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using var command = source.CreateCommand(
            $"select l.number, l.positions, t.hashes from {Schema}.leaves l left join {Schema}.tile t on t.level = 0 and t.number = l.number where l.number between $1 and $2 order by l.number");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = from / Width });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = (to - 1) / Width });
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (number, positions) = (reader.GetInt64(0), Positions(reader, 1));
            var hashes = Hashes(reader, 2);
            for (var i = 0; i < positions.Length; i++)
            {
                if (number * Width + i >= from && number * Width + i < to)
                    yield return (number * Width + i, positions[i], i < hashes.Length ? hashes[i] : default);
            }
        }
    }

    /// <summary>Adds leaves behind the last one, and the nodes above them that become complete.</summary>
    /// <exception cref="InvalidDataException">The tree has been damaged: a tile holds more or less than was sealed. What was written has to be rolled back.</exception>
    public async Task Append(NpgsqlConnection connection, long size, IReadOnlyList<(long Position, Digest Leaf)> leaves, CancellationToken cancellation)
    {
        var (before, changed, positions) = (size, new Dictionary<(int Level, long Number), List<Digest>>(), new SortedDictionary<long, List<long>>());
        foreach (var (position, leaf) in leaves)
        {
            var number = size / Width;
            if (!positions.TryGetValue(number, out var known))
                positions[number] = known = size % Width == 0 ? [] : [.. await PositionsOf(connection, number, cancellation)];
            known.Add(position);
            await Add(0, size++, leaf);
        }

        if (await Write(connection, before, changed, positions, cancellation) != changed.Count + positions.Count)
            throw new InvalidDataException($"The log has tiles behind its {before} leaves. Run 'history verify'.");
        foreach (var tile in changed.Keys)
            seen.Remove(tile);

        async ValueTask Add(int level, long index, Digest hash)
        {
            var key = (level, index / Width);
            if (!changed.TryGetValue(key, out var tile))
            {
                changed[key] = tile = index % Width == 0 ? [] : [.. await Tile(level, index / Width, cancellation)];
                if (tile.Count != index % Width)
                    throw new InvalidDataException($"Tile {index / Width} of level {level} of the log holds {tile.Count} hashes, and {index % Width} were sealed. Run 'history verify'.");
            }

            tile.Add(hash);
            if (tile.Count == Width)
                await Add(level + 1, index / Width, Fold(CollectionsMarshal.AsSpan(tile)));
        }
    }

    /// <summary>The root of a perfect tree over these hashes; their number is a power of two.</summary>
    private static Digest Fold(ReadOnlySpan<Digest> hashes) =>
        hashes.Length == 1 ? hashes[0] : Digest.OfNode(Fold(hashes[..(hashes.Length / 2)]), Fold(hashes[(hashes.Length / 2)..]));

    private async ValueTask<Digest[]> Tile(int level, long number, CancellationToken cancellation)
    {
        if (seen.TryGetValue((level, number), out var known))
            return known;

        await using var command = source.CreateCommand($"select hashes from {Schema}.tile where level = $1 and number = $2");
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)level });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = number });
        var tile = await command.ExecuteScalarAsync(cancellation) is byte[] bytes ? Hashes(bytes) : [];
        if (tile.Length == Width)
            seen[(level, number)] = tile;
        return tile;
    }

    private static async Task<ImmutableArray<long>> PositionsOf(NpgsqlConnection connection, long number, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select positions from {Schema}.leaves where number = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = number });
        return [.. Positions((byte[])(await command.ExecuteScalarAsync(cancellation))!)];
    }

    /// <summary>Rows are new, or as long as a log of so many leaves makes them. Answers how many were written; one that is otherwise is not.</summary>
    private static async Task<int> Write(
        NpgsqlConnection connection, long size, Dictionary<(int Level, long Number), List<Digest>> tiles, SortedDictionary<long, List<long>> positions, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new(
            $"""
            insert into {Schema}.tile (level, number, hashes) select * from unnest($1, $2, $3)
            on conflict (level, number) do update set hashes = excluded.hashes
                where octet_length(tile.hashes) = {Digest.Size} * (($4 >> {LevelsOfTile} * tile.level) - {Width} * tile.number)
            """)
        {
            Parameters =
            {
                Array(NpgsqlDbType.Smallint, tiles.Keys.Select(key => (short)key.Level).ToArray()),
                Array(NpgsqlDbType.Bigint, tiles.Keys.Select(key => key.Number).ToArray()),
                Array(NpgsqlDbType.Bytea, tiles.Values.Select(Bytes).ToArray()),
                new NpgsqlParameter<long> { TypedValue = size },
            },
        });
        batch.BatchCommands.Add(new(
            $"""
            insert into {Schema}.leaves (number, first_position, positions) select * from unnest($1, $2, $3)
            on conflict (number) do update set positions = excluded.positions where octet_length(leaves.positions) = {sizeof(long)} * ($4 - {Width} * leaves.number)
            """)
        {
            Parameters =
            {
                Array(NpgsqlDbType.Bigint, positions.Keys.ToArray()),
                Array(NpgsqlDbType.Bigint, positions.Values.Select(of => of[0]).ToArray()),
                Array(NpgsqlDbType.Bytea, positions.Values.Select(Bytes).ToArray()),
                new NpgsqlParameter<long> { TypedValue = size },
            },
        });
        return await batch.ExecuteNonQueryAsync(cancellation);

        static NpgsqlParameter Array<T>(NpgsqlDbType type, T[] values) => new() { NpgsqlDbType = NpgsqlDbType.Array | type, Value = values };
    }

    private static byte[] Bytes(List<Digest> hashes)
    {
        var bytes = new byte[hashes.Count * Digest.Size];
        for (var i = 0; i < hashes.Count; i++)
            hashes[i].CopyTo(bytes.AsSpan(i * Digest.Size));
        return bytes;
    }

    private static byte[] Bytes(List<long> positions)
    {
        var bytes = new byte[positions.Count * sizeof(long)];
        for (var i = 0; i < positions.Count; i++)
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(i * sizeof(long)), positions[i]);
        return bytes;
    }

    private static long[] Positions(NpgsqlDataReader reader, int column) => Positions(reader.GetFieldValue<byte[]>(column));

    private static Digest[] Hashes(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? [] : Hashes(reader.GetFieldValue<byte[]>(column));

    private static Digest[] Hashes(byte[] bytes) => [.. MemoryMarshal.Cast<byte, Digest>(bytes)];

    private static long[] Positions(byte[] bytes)
    {
        long[] positions = [.. MemoryMarshal.Cast<byte, long>(bytes)];
        if (BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(positions, positions);
        return positions;
    }
}
