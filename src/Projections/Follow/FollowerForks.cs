using Microsoft.Extensions.Logging;

namespace EventSourcedOrgs.Projections;

/// <content>Whether the database is still the one that was followed before.</content>
public sealed partial class Follower
{
    private string? timeline;

    /// <summary>Whether the database came to be another than it was, which may lack what this process remembers of it.</summary>
    public bool IsForked { get; private set; }

    /// <summary>What is to happen then.</summary>
    public Action WhenForked { get; init; } = () => { };

    /// <summary>States, positions and rows are remembered by what was committed. A database that was promoted from a copy, or restored, may have less, and go on from there otherwise.</summary>
    private async Task<bool> HasForkedAsync(CancellationToken stopping)
    {
        var before = timeline;
        timeline = await Lead.TimelineAsync(source, stopping) ?? before;
        if (before is null || before == timeline)
            return false;

        LogForked(log, before, timeline);
        IsForked = true;
        WhenForked();
        return true;
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The database went from timeline {Before} to {Now}: it was promoted from a copy or restored, and may lack what this process remembers. It stops, to be started anew")]
    private static partial void LogForked(ILogger log, string before, string? now);
}
