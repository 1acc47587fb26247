using System.Data;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// Who may follow. The lock lives as long as its connection, so whoever is killed gives it back. That two would follow for a moment, because one has not noticed yet that its connection is gone, does no harm:
/// every page locks the rows of the progress, and begins where they are.
/// </summary>
internal sealed class Lead : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;

    private Lead(NpgsqlConnection connection) => this.connection = connection;

    /// <summary>Takes the lead; null when somebody has it.</summary>
    public static async Task<Lead?> TryTakeAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation);
        try
        {
            if (await ExecuteAsync(connection, "select pg_try_advisory_lock(hashtextextended('follower', 27))", cancellation) is true)
                return new(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <summary>The timeline that the database writes: a later one after it was promoted from a copy or restored. Null where it is a copy, or does not tell.</summary>
    public static async Task<string?> TimelineAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        try
        {
            return await ExecuteAsync(connection, "select case when not pg_is_in_recovery() then left(pg_walfile_name(pg_current_wal_lsn()), 8) end", cancellation) as string;
        }
        catch (PostgresException untold) when (untold.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.UndefinedFunction)
        {
            return null;
        }
    }

    /// <exception cref="NpgsqlException">The connection is gone, and the lead with it.</exception>
    public Task AssureAsync(CancellationToken cancellation) => ExecuteAsync(connection, "select 1", cancellation);

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (connection.State == ConnectionState.Open)
                await ExecuteAsync(connection, "select pg_advisory_unlock_all()", CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // The session ended, and its lock with it; or it ends now, because the pool would keep it with the lock.
            NpgsqlConnection.ClearPool(connection);
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }

    private static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellation);
    }
}
