using System.Diagnostics;
using EventSourcedOrgs.Host.Setup;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>The program in a process of its own.</summary>
internal static class HostProcess
{
    /// <summary>How one of its commands is started on a database; what it says can be read.</summary>
    public static ProcessStartInfo Of(string connection, params string[] arguments) => new("dotnet", [typeof(HostApplication).Assembly.Location, .. arguments, "--connection", connection])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["EVENTSOURCEDORGS_MASTER_KEY"] = Convert.ToBase64String(new byte[32]), ["EVENTSOURCEDORGS_RATE_LIMIT"] = "off" },
    };

    /// <summary>Serves until it is killed; answers when it is ready.</summary>
    public static async Task<(Process Process, Uri Address)> ServeAsync(ProcessStartInfo start)
    {
        foreach (var argument in (string[])["--urls", "http://127.0.0.1:0"])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        var log = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.TrimStart().StartsWith("API", StringComparison.Ordinal))
            {
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return (process, new(line[line.IndexOf("http", StringComparison.Ordinal)..].Replace("/v3", "", StringComparison.Ordinal)));
            }
        }

        throw new InvalidOperationException($"The Host did not start: {await log}");
    }
}
