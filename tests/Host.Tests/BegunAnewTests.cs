using System.Diagnostics;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Proof;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>Commands that go through everything begin anew, so that the runtime does without what pays for a service only; whoever runs them notices nothing.</summary>
public sealed class BegunAnewTests : IDisposable
{
    private readonly DirectoryInfo folder = System.IO.Directory.CreateTempSubdirectory("eventsourcedorgs-");

    [Theory, InlineData(null, "0"), InlineData("1", "1")]
    public async Task A_command_that_goes_through_everything_keeps_its_process_and_arguments_and_what_was_set_and_leaves_nothing_behind(string? given, string expected)
    {
        var temporary = folder.CreateSubdirectory("temporary");
        var pipe = Path.Combine(folder.FullName, "an export, wîth a blank");
        using (var made = Process.Start("mkfifo", [pipe]))
            await made.WaitForExitAsync();

        var (process, output) = Start(pipe, ("TMPDIR", temporary.FullName), ("DOTNET_TieredPGO", given));
        using (process)
        {
            await using (var export = new FileStream(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) // opens when it is read
            {
                (await File.ReadAllTextAsync($"/proc/{process.Id}/environ")).Split('\0').ShouldContain($"DOTNET_TieredPGO={expected}");
                await export.WriteAsync("no line of an export\n"u8.ToArray());
            }

            await process.WaitForExitAsync();
            process.ExitCode.ShouldBe(1, await output);
            temporary.EnumerateFileSystemInfos().ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task What_is_wrong_with_an_argument_is_told()
    {
        var (process, output) = Start(Path.Combine(folder.FullName, "missing"));
        using (process)
        {
            await process.WaitForExitAsync();
            process.ExitCode.ShouldBe(3);
            (await output).ShouldContain("missing");
        }
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static (Process Process, Task<string> Error) Start(string file, params ReadOnlySpan<(string Name, string? Value)> environment)
    {
        var key = LogKey.From("log", new byte[32]).Public.ToString();
        var start = new ProcessStartInfo("dotnet", [typeof(HostApplication).Assembly.Location, "history", "verify", file, "--key", key]) { RedirectStandardError = true };
        start.Environment.Remove("DOTNET_TieredPGO");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        return (process, process.StandardError.ReadToEndAsync());
    }
}
