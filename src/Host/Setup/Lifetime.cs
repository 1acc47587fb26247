namespace EventSourcedOrgs.Host.Setup;

/// <summary>When a Host has started, as something to wait for.</summary>
internal static class Lifetime
{
    /// <summary>Done once all services have started; never when that fails.</summary>
    public static Task Started(this IHostApplicationLifetime life)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        life.ApplicationStarted.Register(started.SetResult);
        return started.Task;
    }
}
