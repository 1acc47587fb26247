using JasperFx.Events.Daemon.HighWater;
using Marten;
using Marten.Services;

namespace EventSourcedOrgs.Projections;

/// <summary>Wakes the daemon of this process as soon as one of its sessions has committed events, so that nobody waits for the next poll.</summary>
public sealed class CommitWakeup : DocumentSessionListenerBase, IDaemonWakeup
{
    private readonly SemaphoreSlim signal = new(0, 1);

    /// <summary>For writers that do not commit through a session.</summary>
    public void Wake()
    {
        lock (signal)
        {
            if (signal.CurrentCount == 0)
                signal.Release();
        }
    }

    public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
    {
        if (commit.GetStreams().Any())
            Wake();

        return Task.CompletedTask;
    }

    /// <summary>Returns at the next commit, at once if one happened since the last call, or after the timeout.</summary>
    public Task WaitAsync(TimeSpan timeout, CancellationToken token) => signal.WaitAsync(timeout, token);

    public void Dispose() => signal.Dispose();
}
