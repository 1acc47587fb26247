using System.Diagnostics;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Proof;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>Commands that go through everything begin anew, so that the runtime does without what pays for a service only; whoever runs them notices nothing.</summary>
public sealed class BegunAnewTests : IDisposable
{
    private readonly DirectoryInfo folder = System.IO.Directory.CreateTempSubdirectory("eventsourcedorgs-");

    [Fact]
    public async Task A_command_that_goes_through_everything_keeps_its_process_and_arguments_and_leaves_nothing_behind()
    {
        var temporary = folder.CreateSubdirectory("temporary");
        var pipe = Path.Combine(folder.FullName, "an export, wîth a blank");
        using (var made = Process.Start("mkfifo", [pipe]))
            await made.WaitForExitAsync();

        var (process, output) = Start(pipe, start => start.Environment["TMPDIR"] = temporary.FullName);
        using (process)
        {
            await using (var export = new FileStream(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) // opens when it is read
            {
                (await File.ReadAllTextAsync($"/proc/{process.Id}/environ")).Split('\0').ShouldContain("DOTNET_TieredPGO=0");
                await export.WriteAsync("no line of an export\n"u8.ToArray());
            }

            await process.WaitForExitAsync();
            process.ExitCode.ShouldBe(1, await output);
            temporary.EnumerateFileSystemInfos().ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Who_has_set_it_is_left_alone()
    {
        var (process, output) = Start(Path.Combine(folder.FullName, "missing"), start => start.Environment["DOTNET_TieredPGO"] = "1");
        using (process)
        {
            await process.WaitForExitAsync();
            process.ExitCode.ShouldBe(3);
            (await output).ShouldContain("missing");
        }
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static (Process Process, Task<string> Error) Start(string file, Action<ProcessStartInfo> change)
    {
        var key = LogKey.From("log", new byte[32]).Public.ToString();
        var start = new ProcessStartInfo("dotnet", [typeof(HostApplication).Assembly.Location, "history", "verify", file, "--key", key]) { RedirectStandardError = true };
        start.Environment.Remove("DOTNET_TieredPGO");
        change(start);
        var process = Process.Start(start)!;
        return (process, process.StandardError.ReadToEndAsync());
    }
}
