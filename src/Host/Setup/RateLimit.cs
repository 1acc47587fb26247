using System.Collections.Concurrent;
using System.Globalization;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>How many requests one caller may send within a period; the first of them starts it.</summary>
internal sealed record RateLimit(int Requests, TimeSpan Per)
{
    /// <summary>What the v3 contract promises its clients.</summary>
    public static RateLimit Usual { get; } = new(50, TimeSpan.FromSeconds(5));

    /// <summary>The period as the header <c>X-Rate-Limit-Limit</c> names it: <c>5s</c>.</summary>
    public string Period => Per.TotalSeconds.ToString(CultureInfo.InvariantCulture) + "s";

    /// <summary>Reads <c>REQUESTS/SECONDSs</c>, such as <c>50/5s</c>; null means that the text is no limit.</summary>
    public static RateLimit? Parse(string text) =>
        text.Split('/') is [var requests, [.. var seconds, 's']]
        && int.TryParse(requests, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most > 0
        && int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var per) && per > 0
            ? new(most, TimeSpan.FromSeconds(per))
            : null;

    public override string ToString() => $"{Requests}/{Period}";
}

/// <summary>How a caller stands after a request was counted.</summary>
internal readonly record struct Standing(bool IsOver, int Remaining, DateTimeOffset Reset);

/// <summary>
/// Counts the requests of every caller. The framework's limiters neither tell when a period ends, which the contract's headers do, nor follow the
/// clock of the Host. Each Host counts for itself.
/// </summary>
internal sealed class RateLimits(RateLimit limit, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Window> windows = new();
    private long nextSweep;

    public RateLimit Limit => limit;

    public Standing Count(string caller)
    {
        var now = clock.GetUtcNow();
        Sweep(now);
        var window = windows.AddOrUpdate(
            caller,
            static (_, given) => new(given.Now + given.Per, 1),
            static (_, window, given) => window.Until <= given.Now ? new(given.Now + given.Per, 1) : window with { Requests = window.Requests + 1 },
            (Now: now, limit.Per));
        return new(window.Requests > limit.Requests, Math.Max(0, limit.Requests - window.Requests), window.Until);
    }

    /// <summary>Forgets, once in a period, the callers whose periods are over.</summary>
    private void Sweep(DateTimeOffset now)
    {
        var due = Interlocked.Read(ref nextSweep);
        if (now.UtcTicks < due || Interlocked.CompareExchange(ref nextSweep, (now + limit.Per).UtcTicks, due) != due)
            return;

        foreach (var ended in windows.Where(pair => pair.Value.Until <= now))
            windows.TryRemove(ended);
    }

    private sealed record Window(DateTimeOffset Until, int Requests);
}
