using System.CommandLine;

namespace EventSourcedOrgs.LicenseTool;

/// <summary>What the program ends with; <c>docs/offline.md</c> lists it for scripts.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The license does not hold, or what was asked for was refused; the output says why.</summary>
    public const int Refused = 1;

    /// <summary>The command line itself is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The server or a file cannot be reached or read.</summary>
    public const int Unavailable = 3;
}

/// <summary>Runs the command that a command line names and turns what goes wrong with files into one line and an exit code.</summary>
internal static class Running
{
    public static async Task<int> RunAsync(this RootCommand program, string[] args)
    {
        var parsed = program.Parse(args);
        try
        {
            var code = await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false });
            return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCode.Unavailable;
        }
    }
}
