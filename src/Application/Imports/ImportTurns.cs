using EventSourcedOrgs.Application.Writing;
using Marten;
using Npgsql;

namespace EventSourcedOrgs.Application.Imports;

/// <summary>
/// Steps of imports take turns, all of them in one database: so that two imports which name the same organization make it once, and neither waits for
/// a lock that the other holds.
/// </summary>
internal static class ImportTurns
{
    private const long Lock = 0x696D706F7274;

    /// <summary>Waits for the turn, which ends with the transaction.</summary>
    public static async Task TakeImportTurn(this IDocumentSession session, CancellationToken cancellation)
    {
        await session.HoldAsync(cancellation);
        await using var command = new NpgsqlCommand("select pg_advisory_xact_lock($1)");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Lock });
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
    }
}
