using Npgsql;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>What lies in the tables of a read model and how they are made, as the database itself tells.</summary>
internal static class Tables
{
    /// <summary>All rows as text, in their order.</summary>
    public static async Task<string> DumpAsync(NpgsqlDataSource source, ReadModel model)
    {
        var all = new List<string>();
        foreach (var table in model.Tables)
        {
            var rows = await source.ScalarAsync(
                $$"""select string_agg(row, E'\n' order by row collate "C") from (select regexp_replace(t::text, '""data"":""[A-Za-z0-9+/=]*""', '', 'g') as row from {{table.Name}} t) rows""");
            all.Add($"{table.Name}\n{rows}");
        }

        return string.Join("\n\n", all);
    }

    /// <summary>Columns, indexes, constraints and comments by their names.</summary>
    public static async Task<string> ShapeAsync(NpgsqlDataSource source, ReadModel model)
    {
        var all = new List<string>();
        foreach (var table in model.Tables)
        {
            all.Add((string)(await source.ScalarAsync(
                $"""
                 select concat_ws(E'\n', obj_description('{table.Name}'::regclass),
                     (select string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull), E'\n' order by attnum) from pg_attribute where attrelid = '{table.Name}'::regclass and attnum > 0),
                     (select string_agg(pg_get_indexdef(indexrelid), E'\n' order by indexrelid::regclass::text) from pg_index where indrelid = '{table.Name}'::regclass),
                     (select string_agg(conname || ' ' || pg_get_constraintdef(oid), E'\n' order by conname) from pg_constraint where conrelid = '{table.Name}'::regclass))
                 """))!);
        }

        return string.Join("\n\n", all);
    }

    public static async Task<uint[]> OidsAsync(NpgsqlDataSource source, ReadModel model)
    {
        var all = new List<uint>();
        foreach (var table in model.Tables)
            all.Add((uint)(await source.ScalarAsync($"select '{table.Name}'::regclass::oid"))!);
        return [.. all];
    }

    public static async Task ShouldHaveNothingBesideAsync(this TestStore store) =>
        (await store.Source.ScalarAsync("select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'rebuild'")).ShouldBe(0L);

    /// <summary>That following goes on after a rebuild, on the new tables, and rightly.</summary>
    public static async Task ShouldGoOnAsync(this TestStore store, ReadModel model)
    {
        await store.ShouldReachAsync(await store.AppendInPartsAsync(Histories.Random(77, 60), 4));
        (await store.Rebuilder().RunAsync([model], replace: false, null, CancellationToken.None)).ShouldHaveSingleItem().First.ShouldBeEmpty();
    }
}
