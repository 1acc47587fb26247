using System.Diagnostics;

namespace EventSourcedOrgs.Projections;

/// <summary>How much of the machine rebuilds and verifications take.</summary>
public sealed class RebuildPace
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(2);

    private readonly int restToWork;

    private RebuildPace(int pageSize, int cores, int restToWork) => (PageSize, Cores, this.restToWork) = (pageSize, cores, restToWork);

    /// <summary>All of it, as fast as it goes.</summary>
    public static RebuildPace Full { get; } = new(4000, Environment.ProcessorCount, 0);

    /// <summary>
    /// What those who use the service meanwhile do not miss: small steps, one thing after the other, and after each step a rest of three times its length. Where others make a step slow, the rest is longer.
    /// </summary>
    public static RebuildPace Gentle { get; } = new(200, 1, 3);

    /// <summary>How many events are one step.</summary>
    internal int PageSize { get; }

    internal int Cores { get; }

    internal bool IsGentle => restToWork > 0;

    /// <summary>What a session of the database is told before it works for us: what is done at the same time we say, and machine code is not worth its compilation.</summary>
    internal string Session => $"; set max_parallel_maintenance_workers = 0; set jit = off{(IsGentle ? "; set max_parallel_workers_per_gather = 0" : "")}";

    /// <summary>Rests after a step that began then; answers when the next one begins.</summary>
    internal async Task<long> RestAsync(long begun, CancellationToken cancellation)
    {
        if (IsGentle && Stopwatch.GetElapsedTime(begun) * restToWork is { Ticks: > 0 } rest)
            await Task.Delay(rest < LongestRest ? rest : LongestRest, cancellation);
        return Stopwatch.GetTimestamp();
    }
}
