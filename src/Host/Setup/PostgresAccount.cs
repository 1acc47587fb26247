using System.ComponentModel;
using System.Diagnostics;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>The operating-system account that runs PostgreSQL: our own or, since PostgreSQL refuses root, one without rights.</summary>
internal sealed record PostgresAccount(string Uid, string Gid)
{
    private static readonly PostgresAccount Ours = new("", "");

    /// <summary>Whether we are root and PostgreSQL runs as somebody else.</summary>
    public bool IsForeign => this != Ours;

    /// <summary>The account for data in this folder. Under root: the owner of the folder or of its nearest parent, else postgres or nobody.</summary>
    public static async Task<PostgresAccount> ForAsync(string folder, CancellationToken cancellation)
    {
        if (!Environment.IsPrivilegedProcess)
            return Ours;
        if (!OperatingSystem.IsLinux() || !IsInstalled("setpriv"))
            throw Refused("'setpriv' (package util-linux) is not there to change the account");

        var owner = await RunAsync(["stat", "-c", "%U %u %g", Nearest(folder)], cancellation);
        if (owner.Output.Split(' ') is [not ("root" or "UNKNOWN"), var uid, var gid])
            return new(uid, gid);

        foreach (var name in (string[])["postgres", "nobody"])
        {
            var ids = await RunAsync(["sh", "-c", $"id -u {name} && id -g {name}"], cancellation);
            if (ids.Ok && ids.Output.Split('\n') is [var user, var group])
                return new(user, group);
        }

        throw Refused("there is neither a user 'postgres' nor a user 'nobody' to run it");
    }

    /// <summary>The command, as this account.</summary>
    public string[] As(params string[] command) =>
        IsForeign ? ["setpriv", $"--reuid={Uid}", $"--regid={Gid}", "--clear-groups", "--", .. command] : command;

    /// <summary>
    /// The command as a server of this account that writes to a log file. It has a session of its own, so that Ctrl-C in the terminal reaches only us, who then
    /// stop it in order; and it is told to shut down when the thread that started it is gone, so that nothing is left behind when we are killed.
    /// </summary>
    public string[] AsServer(string log, params string[] command) =>
    [
        .. IsInstalled("setsid") ? (string[])["setsid"] : [],
        .. OperatingSystem.IsLinux() && IsInstalled("setpriv") ? (string[])["setpriv", "--pdeathsig=INT"] : [],
        .. IsForeign ? (string[])[$"--reuid={Uid}", $"--regid={Gid}", "--clear-groups"] : [],
        "sh", "-c", """exec "$@" </dev/null >>"$0" 2>&1""", log, .. command,
    ];

    /// <summary>Whether this account may enter the folder, or the nearest parent that exists.</summary>
    public async Task<bool> CanEnterAsync(string folder, CancellationToken cancellation) =>
        !IsForeign || (await RunAsync(As("test", "-x", Nearest(folder)), cancellation)).Ok;

    /// <summary>Gives files or, with -R, whole folders to this account.</summary>
    public async Task OwnAsync(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        if (!IsForeign)
            return;
        var chown = await RunAsync(["chown", $"{Uid}:{Gid}", .. arguments], cancellation);
        if (!chown.Ok)
            throw new EmbeddedPostgresException($"The data folder cannot be given to the account that runs PostgreSQL: {chown.Output}");
    }

    /// <summary>Runs a command to its end. One that cannot be started has failed, too.</summary>
    public static async Task<(bool Ok, string Output)> RunAsync(string[] command, CancellationToken cancellation, string workingDirectory = "/")
    {
        var start = Start(command, workingDirectory);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        try
        {
            using var process = Process.Start(start)!;
            try
            {
                var output = process.StandardOutput.ReadToEndAsync(cancellation);
                var errors = process.StandardError.ReadToEndAsync(cancellation);
                await process.WaitForExitAsync(cancellation);
                return (process.ExitCode == 0, (await output + await errors).Trim());
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (Win32Exception e)
        {
            return (false, e.Message);
        }
    }

    /// <summary>How to start a command; settings for PostgreSQL in our environment are not meant for this server.</summary>
    public static ProcessStartInfo Start(string[] command, string workingDirectory)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = workingDirectory };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        return start;
    }

    /// <summary>Why PostgreSQL cannot run when we are root.</summary>
    public static EmbeddedPostgresException Refused(string reason) => new($"PostgreSQL does not run as root, and {reason}: start as an ordinary user.");

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    private static string Nearest(string folder) =>
        Directory.Exists(folder) ? folder : Nearest(Path.GetDirectoryName(folder) ?? "/");
}
