using System.Text;
using EventSourcedOrgs.Tests;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>Rows that are copied into a table say what they say when a statement writes them.</summary>
public sealed class CopyTests
{
    private const string Astral = "Ä \U0001F600 \"quoted\\\" \n\t{},";

    private static readonly Table<long, Everything> Stated = Of("stated");
    private static readonly Table<long, Everything> Copied = Of("copied");

    [Fact]
    public async Task Every_kind_of_value_arrives()
    {
        await using var source = await PeopleDatabase.EmptyAsync();
        foreach (var table in (Table[])[Stated, Copied])
            await source.ScalarAsync($"create schema if not exists read; {table.Definition}");

        await WriteAsync(source, Rows());

        (await source.ScalarAsync($"select count(*) from {Stated.Name}")).ShouldBe((long)Rows().Count);
        (await source.ScalarAsync(Differences)).ShouldBe(DBNull.Value);
    }

    [Fact]
    public async Task Text_that_is_no_text_is_refused_and_nothing_of_its_rows_arrives()
    {
        await using var source = await PeopleDatabase.EmptyAsync();
        await source.ScalarAsync($"create schema if not exists read; {Copied.Definition}");

        await Should.ThrowAsync<EncoderFallbackException>(CopyAsync(source, [.. Rows(), new(long.MaxValue) { Text = "half of \ud83d a pair" }]));

        (await source.ScalarAsync($"select count(*) from {Copied.Name}")).ShouldBe(0L);
        await CopyAsync(source, Rows());
        (await source.ScalarAsync($"select count(*) from {Copied.Name}")).ShouldBe((long)Rows().Count);
    }

    [Fact]
    public void What_no_column_can_hold_is_refused_when_it_is_defined() =>
        Should.Throw<NotSupportedException>(() => Table.Of<long, Everything>("odd", 1, row => row.Id, _ => throw new NotSupportedException()).Column("odd", NpgsqlDbType.Integer, row => row.Long));

    private static string Differences =>
        $"select string_agg(left(row, 200), '; ') from (select t::text as row from {Stated.Name} t) s full join (select t::text as row from {Copied.Name} t) c using (row) where s is null or c is null";

    private static List<Everything> Rows() =>
    [
        new(1),
        new(2)
        {
            Id16 = Guid.NewGuid(), Yes = true, Short = short.MinValue, Int = int.MinValue, Long = long.MinValue, Moment = DateTime.MaxValue, Day = DateOnly.MaxValue,
            Text = Astral, Jsonb = """{"b": [1, 2.50], "a": "é"}""", Json = """{ "as":"written", "é": 1.50 }""", Ids = [Guid.NewGuid(), Guid.Empty], Texts = [Astral, "", "null", "a,b"],
        },
        new(3)
        {
            Id16 = Guid.AllBitsSet, Yes = false, Short = short.MaxValue, Int = int.MaxValue, Long = long.MaxValue, Moment = new(1999, 12, 31, 23, 59, 59, 999, 999, DateTimeKind.Utc), Day = new(1, 1, 2),
            Text = "", Jsonb = "[]", Json = "null", Texts = [""],
        },
        new(4) { Moment = DateTime.MinValue, Day = DateOnly.MinValue, Text = new('x', 300_000), Json = $"\"{new string('y', 200_000)}\"" },
        .. Enumerable.Range(5, 5_000).Select(n => new Everything(n) { Text = $"row {n}", Moment = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddTicks(n * 7919L * 10), Ids = [Guid.NewGuid()] }),
    ];

    private static async Task WriteAsync(NpgsqlDataSource source, List<Everything> rows)
    {
        await CopyAsync(source, rows);
        var set = Filled(Stated, rows);
        await using var connection = await source.OpenConnectionAsync();
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in set.Changes())
            batch.BatchCommands.Add(statement.AsCommand());
        await batch.ExecuteNonQueryAsync();
    }

    private static async Task CopyAsync(NpgsqlDataSource source, List<Everything> rows)
    {
        await using var connection = await source.OpenConnectionAsync();
        await Filled(Copied, rows).Drain(int.MaxValue).Copy!.Into(Copied.Name, new(), connection, CancellationToken.None);
    }

    private static WorkingSet Filled(Table<long, Everything> table, List<Everything> rows)
    {
        var filled = new Rows([table]) { Position = 1 };
        filled.SetOf(table).Filling = new();
        rows.ForEach(row => filled.Put(table, row));
        return filled.SetOf(table);
    }

    private static Table<long, Everything> Of(string name) => Table.Of<long, Everything>(name, 1, row => row.Id, _ => throw new NotSupportedException())
        .Key("id", NpgsqlDbType.Bigint, id => id)
        .Column("id16", NpgsqlDbType.Uuid, row => row.Id16)
        .Column("yes", NpgsqlDbType.Boolean, row => row.Yes)
        .Column("short", NpgsqlDbType.Smallint, row => row.Short)
        .Column("int", NpgsqlDbType.Integer, row => row.Int)
        .Column("long", NpgsqlDbType.Bigint, row => row.Long)
        .Column("moment", NpgsqlDbType.TimestampTz, row => row.Moment)
        .Column("day", NpgsqlDbType.Date, row => row.Day)
        .Column("text", NpgsqlDbType.Text, row => row.Text)
        .Column("jsonb", NpgsqlDbType.Jsonb, row => row.Jsonb)
        .Column("json", NpgsqlDbType.Json, row => row.Json is null ? null! : Encoding.UTF8.GetBytes(row.Json))
        .Set("ids", NpgsqlDbType.Uuid, row => row.Ids)
        .Set("texts", NpgsqlDbType.Text, row => row.Texts);

    private sealed record Everything(long Id)
    {
        public Guid? Id16 { get; init; }

        public bool? Yes { get; init; }

        public short? Short { get; init; }

        public int? Int { get; init; }

        public long? Long { get; init; }

        public DateTime? Moment { get; init; }

        public DateOnly? Day { get; init; }

        public string? Text { get; init; }

        public string? Jsonb { get; init; }

        public string? Json { get; init; }

        public Guid[] Ids { get; init; } = [];

        public string[] Texts { get; init; } = [];
    }
}
