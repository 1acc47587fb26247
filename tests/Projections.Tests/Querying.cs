using System.Data.Common;
using Npgsql;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>What tests ask a database directly.</summary>
internal static class Querying
{
    public static async Task<T[]> QueryAsync<T>(this NpgsqlDataSource source, string sql, Func<DbDataReader, T> read)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
            rows.Add(read(reader));

        return [.. rows];
    }

    public static async Task<object?> ScalarAsync(this NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>All rows of a table as text, in a stable order.</summary>
    public static Task<string[]> DumpAsync(this NpgsqlDataSource source, Table table) =>
        source.QueryAsync($"select to_jsonb(t)::text from {table.Name} t order by 1", r => r.GetString(0));
}
