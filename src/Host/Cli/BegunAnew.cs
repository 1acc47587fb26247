using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace EventSourcedOrgs.Host.Cli;

/// <summary>
/// Code of a service is compiled by what was seen of its calls, which pays for who runs for days. Who goes through everything once and ends is gone before that, so it works without. The runtime
/// asks for it when it starts: the process begins anew, with the same id, arguments and streams.
/// </summary>
internal static class BegunAnew
{
    /// <summary>The runtime's own setting; whoever has set it is left alone.</summary>
    private const string Setting = "DOTNET_TieredPGO";

    private const string CommandLine = "/proc/self/cmdline";

    private static readonly string[] ThroughEverything = ["history", "projections", "events", "import"];

    /// <summary>Does not come back where the process begins anew. Where it cannot, the command takes a little longer.</summary>
    public static void WhereWorthIt(string[] args)
    {
        if (args is not [var command, _, ..] || !ThroughEverything.Contains(command) || Environment.GetEnvironmentVariable(Setting) is not null
            || !OperatingSystem.IsLinux() || Environment.ProcessPath is not { } program || Assembly.GetEntryAssembly() != typeof(BegunAnew).Assembly || !File.Exists(CommandLine))
            return;

        // As it was given, so that it does not matter whether the program was started by itself or by 'dotnet'; each argument ends with a zero.
        var arguments = Encoding.UTF8.GetString(File.ReadAllBytes(CommandLine)).Split('\0')[..^1];
        if (SetVariable(Setting, "0", 1) != 0)
            return;

        var sockets = new DirectoryInfo(Path.GetTempPath());
        foreach (var socket in sockets.Exists ? sockets.EnumerateFiles($"dotnet-diagnostic-{Environment.ProcessId}-*-socket", new EnumerationOptions()) : [])
            socket.Delete(); // the runtime makes it under the same name once more, and takes it away in the end
        _ = Execute(program, [.. arguments, null]);
    }

    [DllImport("libc", EntryPoint = "setenv", BestFitMapping = false, ThrowOnUnmappableChar = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetVariable([MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, int overwrite);

    [DllImport("libc", EntryPoint = "execv", BestFitMapping = false, ThrowOnUnmappableChar = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Execute(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path, [MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.LPStr)] string?[] arguments);
}
