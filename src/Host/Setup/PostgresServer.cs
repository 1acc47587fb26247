using System.ComponentModel;
using System.Diagnostics;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>A running server process, watched until its end.</summary>
internal sealed class PostgresServer
{
    private readonly TaskCompletionSource<int> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completed when the process is gone; failed when it could not be started.</summary>
    public Task Ended => _ended.Task;

    public static PostgresServer Start(string[] command, string workingDirectory)
    {
        // The kernel ties "shut down when your parent dies" to the thread that started the child: this one lives as long as the server.
        var server = new PostgresServer();
        new Thread(() => server.Run(PostgresAccount.Start(command, workingDirectory))) { IsBackground = true, Name = "PostgreSQL" }.Start();
        return server;
    }

    /// <summary>Watches a server that is not our child.</summary>
    public static PostgresServer Adopt(int pid, Func<bool> isRunning)
    {
        var server = new PostgresServer();
        server._started.SetResult(pid);
        _ = server.PollAsync(isRunning);
        return server;
    }

    /// <summary>Stops in order: sessions are ended, everything is written. A server that does not listen is ended by force; its next start recovers.</summary>
    public async Task StopAsync()
    {
        foreach (var (signal, patience) in ((string, int)[])[("INT", 60), ("QUIT", 10), ("KILL", 5)])
        {
            if (Ended.IsCompleted)
                return;
            await PostgresAccount.RunAsync(["sh", "-c", $"kill -s {signal} {await _started.Task}"], CancellationToken.None);
            await Task.WhenAny(Ended, Task.Delay(TimeSpan.FromSeconds(patience)));
        }
    }

    private void Run(ProcessStartInfo command)
    {
        try
        {
            using var process = Process.Start(command)!;
            _started.SetResult(process.Id);
            process.WaitForExit();
            _ended.SetResult();
        }
        catch (Win32Exception e)
        {
            _ended.SetException(new EmbeddedPostgresException($"PostgreSQL cannot be started: {e.Message}", e));
            _started.SetResult(0);
        }
    }

    private async Task PollAsync(Func<bool> isRunning)
    {
        while (isRunning())
            await Task.Delay(200);
        _ended.SetResult();
    }
}
