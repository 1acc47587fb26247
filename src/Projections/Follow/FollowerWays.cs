namespace EventSourcedOrgs.Projections;

/// <content>How those that do not stand where the others do get there.</content>
public sealed partial class Follower
{
    /// <summary>So few events before the others, it takes the last ones while they wait, or it might never meet them.</summary>
    private const int Close = 200;

    /// <summary>Each of a group may end its way before the others; at its end there may be more to do.</summary>
    private void Send(IReadOnlyList<Followed> group, Task way)
    {
        foreach (var followed in group)
            followed.Way = way;
        way.ContinueWith(_ => woken.Set(), TaskScheduler.Default);
    }

    /// <summary>Brings those that stand at one position to where the others are.</summary>
    private async Task CatchUpAsync(IReadOnlyList<Followed> group, CancellationToken cancellation)
    {
        await Task.Yield();
        while (group.Count > 0)
        {
            var close = Volatile.Read(ref front) - group[0].Position <= Close;
            if (close)
                await turn.WaitAsync(cancellation);
            try
            {
                await StepAsync(group, Volatile.Read(ref front), isPatient: false, cancellation);
                group = Left(group);
            }
            finally
            {
                if (close)
                    turn.Release();
            }
        }
    }

    /// <summary>Those who have further to go, and can do so together; of the others this way ends here.</summary>
    private List<Followed> Left(IReadOnlyList<Followed> group)
    {
        var foremost = group.Max(followed => followed.Position);
        var (left, gone) = (new List<Followed>(), false);
        foreach (var followed in group)
        {
            if (followed is { Paused: false, HasFailed: false, Alone: false } && followed.Position == foremost && foremost < Volatile.Read(ref front))
                left.Add(followed);
            else
                (followed.Way, gone) = (Task.CompletedTask, true);
        }

        if (gone)
            woken.Set();
        return left;
    }

    private async Task AloneAsync(Followed followed, long end, CancellationToken cancellation)
    {
        await Task.Yield();
        await StepAsync([followed], end, isPatient: true, cancellation);
        followed.Alone = false;
    }
}
