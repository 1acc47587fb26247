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

    [Fact]
    public async Task Who_the_history_says_was_erased_is_erased_be_it_lines_or_a_page()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: -1, host);
        var (ada, bob) = (await acme.User(), await acme.User());
        (await Run(host, ada, bob)).ShouldBe((0, "2 erased, 0 erased before, 0 not here, 0 refused."));
        var page = await acme.Vendor.Get($"/v3/history?type=user_erased_v1&minPosition={await host.Position()}").Expect(200);
        using var lines = await acme.Vendor.Get("/v3/history?format=ndjson");
        var file = Path.Combine(host.Data, "history");

        await File.WriteAllTextAsync(file, await lines.Content.ReadAsStringAsync());
        (await Run(host, "--ids-from", file)).ShouldBe((0, "0 erased, 2 erased before, 0 not here, 0 refused."));
        await File.WriteAllTextAsync(file, page.ToJsonString());
        (await Run(host, "--ids-from", file)).ShouldBe((0, "0 erased, 2 erased before, 0 not here, 0 refused."));
        await File.WriteAllTextAsync(file, $"[\n{page[0]!.ToJsonString()},\n{page[1]!.ToJsonString()}\n]\n");
        (await Run(host, "--ids-from", file)).ShouldBe((0, "0 erased, 2 erased before, 0 not here, 0 refused."));

        foreach (var wrong in (string[])["nobody", """{"type":"user_erased_v1"}""", """[{"type":"user_erased_v1"}]""", """{"type":"user_erased_v1","""])
        {
            await File.WriteAllTextAsync(file, wrong);
            (await Run(host, "--ids-from", file)).Code.ShouldBe(2, wrong);
        }
    }

    [Fact]
    public async Task What_is_no_id_is_named_before_anybody_is_erased_and_an_unknown_id_after_the_others_were()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: -1, host);
        var (ada, bob) = (await acme.User(), await acme.User());

        var wrong = await Told(host, ada, "0198-mistyped", bob);
        (wrong.Code, wrong.Error.Contains("'0198-mistyped' is no id of a user.", StringComparison.Ordinal)).ShouldBe((2, true), wrong.Error);
        (await host.EventsOf(ada)).ShouldNotContain("user_erased_v1");
        (await Run(host, ada, $"{Guid.NewGuid()}", bob)).ShouldBe((1, "2 erased, 0 erased before, 1 not here, 0 refused."));
    }

    private static async Task<(int Code, string Output)> Run(TestHost host, params string[] arguments)
    {
        var (code, output, _) = await Told(host, arguments);
        return (code, output);
    }

    private static async Task<(int Code, string Output, string Error)> Told(TestHost host, params string[] arguments)
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
        return (process.ExitCode, (await output).Trim(), await error);
    }
}
