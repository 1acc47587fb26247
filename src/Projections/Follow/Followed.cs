using System.Diagnostics;

namespace EventSourcedOrgs.Projections;

/// <summary>A read model as the follower knows it.</summary>
internal sealed class Followed(ReadModel model)
{
    /// <summary>One that failed for a reason that is not an event tries again by itself after this time.</summary>
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(5);

    private long failed;
    private long poison;
    private long retries;

    public ReadModel Model => model;

    public long Position { get; private set; }

    public bool Paused { get; private set; }

    public bool HasFailed { get; private set; }

    /// <summary>For a page it goes alone, because together with others something went wrong that may be its own.</summary>
    public bool Alone { get; set; }

    /// <summary>What brings it to where the others stand.</summary>
    public Task Way { get; set; } = Task.CompletedTask;

    public bool IsUnderway => !Way.IsCompleted;

    /// <summary>Whether it can take a page.</summary>
    public bool IsReady => !IsUnderway && !Paused && !HasFailed;

    /// <summary>Takes over what a page, or a look, says. It tries an event again that stopped it when somebody wishes so, or when it was brought past it.</summary>
    public void Take(FollowedStand stand)
    {
        (Position, Paused) = (stand.Position, stand.Paused);
        if (stand.Broken is { } broken)
            Fail(broken.Event.Position);
        else if (HasFailed && (stand.Retries != retries || (poison == 0 ? Stopwatch.GetElapsedTime(failed) > BetweenTries : Position >= poison)))
            HasFailed = false;
        retries = stand.Retries;
    }

    /// <summary>Notes that it cannot go on, because of the event at a position or, with 0, for another reason.</summary>
    public void Fail(long at) => (HasFailed, poison, failed) = (true, at, Stopwatch.GetTimestamp());
}
