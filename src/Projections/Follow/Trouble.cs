using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>What kind of trouble an exception of the database is.</summary>
internal static class Trouble
{
    /// <summary>The database is away, or has no room: for everybody, and for now.</summary>
    public static bool IsOutage(Exception e) => e switch
    {
        PostgresException { SqlState: var state } => state[..2] is "08" or "58" || state is PostgresErrorCodes.DiskFull or PostgresErrorCodes.TooManyConnections || state.StartsWith("57P", StringComparison.Ordinal),
        NpgsqlException or TimeoutException or IOException => true,
        _ => e.InnerException is { } inner && IsOutage(inner),
    };

    /// <summary>The same may work in a moment.</summary>
    public static bool IsPassing(Exception e) => IsOutage(e) || e is PostgresException { SqlState: ['4', '0', ..] or ['5', '5', ..] };
}
