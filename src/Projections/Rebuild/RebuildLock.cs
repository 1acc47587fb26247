using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>Of each read model one is made anew at a time. The lock lives as long as its connection, so whoever is killed gives it back.</summary>
internal sealed class RebuildLock : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;

    private RebuildLock(NpgsqlConnection connection) => this.connection = connection;

    /// <summary>The connection that holds the lock: what is done on it is done only by the one who does.</summary>
    public NpgsqlConnection Connection => connection;

    /// <summary>Takes the locks of these read models; null when somebody has one of them.</summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "The caller disposes of it.")]
    public static async Task<RebuildLock?> TryTakeAsync(NpgsqlDataSource source, IEnumerable<string> models, CancellationToken cancellation)
    {
        var taken = new RebuildLock(await source.OpenConnectionAsync(cancellation));
        try
        {
            foreach (var model in models.Order(StringComparer.Ordinal))
            {
                await using var command = new NpgsqlCommand("select pg_try_advisory_lock(hashtextextended($1, 26))", taken.connection);
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{SideTables.Schema}:{model}" });
                if (await command.ExecuteScalarAsync(cancellation) is true)
                    continue;

                await taken.DisposeAsync();
                return null;
            }

            return taken;
        }
        catch
        {
            await taken.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives the locks back; where the connection is broken they are free already.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await using var command = new NpgsqlCommand("select pg_advisory_unlock_all()", connection);
                await command.ExecuteNonQueryAsync();
            }
        }
        catch (NpgsqlException) when (connection.State != System.Data.ConnectionState.Open)
        {
            // The session ended, and its locks with it.
        }

        await connection.DisposeAsync();
    }
}
