using Marten.Exceptions;
using Npgsql;

namespace EventSourcedOrgs.Application.Pipeline;

/// <summary>
/// A connection whose former user failed in the middle of a batch can believe that a statement is prepared which the server never got to. The statement fails (SQLSTATE 26000), nothing is done,
/// and the connection knows better from then on: the same again succeeds.
/// </summary>
public static class ForgottenStatements
{
    private const int MostAttempts = 5;

    /// <summary>True when PostgreSQL did not know a statement that the connection believed to be prepared.</summary>
    public static bool IsForgotten(Exception e) => SqlStateOf(e) == PostgresErrorCodes.InvalidSqlStatementName;

    /// <summary>What PostgreSQL said no with, asked directly or by Marten; null when it was not PostgreSQL.</summary>
    internal static string? SqlStateOf(Exception e) => RefusalOf(e)?.SqlState;

    /// <summary>How PostgreSQL said no, asked directly or by Marten; null when it was not PostgreSQL.</summary>
    internal static PostgresException? RefusalOf(Exception e) => e as PostgresException ?? (e as MartenCommandException)?.InnerException as PostgresException;

    /// <summary>Does something that reads, or writes in one unit of work, and does it again where a statement was forgotten.</summary>
    public static async Task<T> Again<T>(Func<Task<T>> work)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (Exception e) when (attempt < MostAttempts && IsForgotten(e))
            {
            }
        }
    }
}
