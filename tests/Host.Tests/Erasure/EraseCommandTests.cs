using System.Diagnostics;
using EventSourcedOrgs.Application;

namespace EventSourcedOrgs.Host.Tests.Erasure;

/// <summary><c>users erase</c> on the command line: what history had erased is erased again in an older copy of the database.</summary>
public sealed class EraseCommandTests
{
    [Fact]
    public async Task Who_an_export_says_was_erased_is_erased()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: -1, host);
        var (ada, bob) = (await acme.User(), await acme.User());
        var file = Path.Combine(host.Data, "erased.ndjson");
        await File.WriteAllLinesAsync(file,
        [
            $$"""{"checkpoint":"user_erased_v1"}""",
            $$$"""{"index":1,"leaf":"00","event":{"data":{},"stream":"{{{bob}}}","type":"user_created_v1","version":1}}""",
            $$$"""{"index":2,"leaf":"00","event":{"data":{},"stream":"{{{ada}}}","type":"user_erased_v1","version":3}}""",
            $"{Guid.NewGuid()}",
        ]);

        (await Run(host, "--ids-from", file)).ShouldBe((0, "1 erased, 0 erased before, 1 not here, 0 refused."));
        (await Run(host, "--ids-from", file, bob)).ShouldBe((0, "1 erased, 1 erased before, 1 not here, 0 refused."));
        (await host.EventsOf(ada)).TakeLast(2).ShouldBe(["user_deleted_v1", "user_erased_v1"]);
        (await Run(host)).Code.ShouldBe(2);
    }

    private static async Task<(int Code, string Output)> Run(TestHost host, params string[] arguments)
    {
        var program = typeof(Host.Setup.HostApplication).Assembly.Location;
        var start = new ProcessStartInfo("dotnet", [program, "users", "erase", .. arguments, "--connection", host.Connection])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            Environment = { ["EVENTSOURCEDORGS_MASTER_KEY"] = Convert.ToBase64String(new byte[Secrets.KeySize]) },
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        await error;
        return (process.ExitCode, (await output).Trim());
    }
}
