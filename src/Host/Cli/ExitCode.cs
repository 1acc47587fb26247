namespace EventSourcedOrgs.Host.Cli;

/// <summary>What the program ends with; documented for scripts in <c>docs/command-line.md</c>.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The work was done and is not what was asked for: rows failed, the request was refused; or something went wrong that nobody foresaw.</summary>
    public const int Failure = 1;

    /// <summary>The command line itself is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The database, the server or the key cannot be reached or read, or the database is not one of this version.</summary>
    public const int Unavailable = 3;

    /// <summary>Stopped by Ctrl-C or SIGTERM before the end; nothing is half-done.</summary>
    public const int Interrupted = 130;
}
