using System.Diagnostics;
using EventSourcedOrgs.Host.Setup;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>What the program says of its commands.</summary>
public sealed class HelpTests
{
    [Theory, InlineData("serve"), InlineData("import"), InlineData("account init")]
    public async Task Help_tells_no_secret_that_the_environment_holds(string command)
    {
        const string secret = "Tr0ub4dor";
        var start = new ProcessStartInfo("dotnet", [typeof(HostApplication).Assembly.Location, .. command.Split(' '), "--help"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var variable in (string[])["ConnectionStrings__Postgres", "ConnectionStrings__PostgresOwner", "EVENTSOURCEDORGS_TOKEN", "EVENTSOURCEDORGS_PASSWORD"])
            start.Environment[variable] = $"Host=db;Password={secret}";

        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0);
        said[0].ShouldContain("ConnectionStrings__Postgres");
        string.Concat(said).ShouldNotContain(secret);
    }
}
