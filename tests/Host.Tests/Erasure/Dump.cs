using System.Text;
using Npgsql;

namespace EventSourcedOrgs.Host.Tests.Erasure;

/// <summary>Everything that a database holds, as text; bytes as hex.</summary>
internal sealed class Dump
{
    private const string Tables = """
        select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'm', 'p') and n.nspname not like 'pg\_%' and n.nspname <> 'information_schema' order by 1
        """;

    private readonly List<(string Table, string Row)> rows = [];

    public int Count => rows.Count;

    public static async Task<Dump> Of(TestHost host)
    {
        var dump = new Dump();
        await using var database = NpgsqlDataSource.Create(host.Connection);
        foreach (var table in await Texts(database, Tables))
            dump.rows.AddRange((await Texts(database, $"select t::text from {table} t")).Select(row => (table, row)));
        return dump;
    }

    /// <summary>The tables in which a text is found, however it is written: in any case, as hex, or in base64 wherever it begins.</summary>
    public IReadOnlyList<string> Where(string marker)
    {
        var bytes = Encoding.UTF8.GetBytes(marker);
        string[] exact = [.. new[] { marker, marker.ToLowerInvariant() }.SelectMany(text => Enumerable.Range(0, 3).Select(shift => Base64(text, shift)))];
        string[] anyCase = [marker, Convert.ToHexString(bytes), Convert.ToHexString(Encoding.UTF8.GetBytes(marker.ToLowerInvariant()))];
        return
        [
            .. rows.Where(row => exact.Any(form => row.Row.Contains(form, StringComparison.Ordinal)) || anyCase.Any(form => row.Row.Contains(form, StringComparison.OrdinalIgnoreCase)))
                .Select(row => row.Table).Distinct(),
        ];
    }

    /// <summary>The letters that a text surely has in base64, whatever stands before and after it.</summary>
    private static string Base64(string text, int shift)
    {
        var whole = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string(' ', shift) + text)).TrimEnd('=');
        return whole[(shift == 0 ? 0 : 4)..^3];
    }

    private static async Task<List<string>> Texts(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var texts = new List<string>();
        while (await reader.ReadAsync())
            texts.Add(reader.GetString(0));
        return texts;
    }
}
