using Npgsql;
namespace EventSourcedOrgs;
public static class TestPostgres
{
    public static async Task<string> CreateDatabaseAsync()
    {
        var server = Environment.GetEnvironmentVariable("EVENTSOURCEDORGS_TEST_POSTGRES")!;
        var name = "t" + Guid.NewGuid().ToString("N");
        await using var c = new NpgsqlConnection(server); await c.OpenAsync();
        await using var cmd = new NpgsqlCommand($"create database {name}", c); await cmd.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
    }
}
