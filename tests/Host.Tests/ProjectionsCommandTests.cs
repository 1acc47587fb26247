using System.Diagnostics;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Host.Setup;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests;

/// <summary><c>projections</c> on the command line, beside a Host that serves the same database.</summary>
public sealed class ProjectionsCommandTests
{
    [Fact]
    public async Task They_are_listed_paused_resumed_verified_and_rebuilt_beside_a_host_that_serves()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: 1, host);
        await acme.Settled();
        var table = host.Services.GetRequiredService<Projections.Directory>().Organizations.Rows.Name;

        var states = await States(host);
        for (var tries = 0; tries < 20 && states.Any(state => state != "running"); tries++)
            states = await States(host); // another process learns it a moment later
        states.ShouldAllBe(state => state == "running");

        (await Run(host, "pause", "Directory")).Code.ShouldBe(0);
        (await Run(host, "list")).Output.ShouldContain("paused");
        (await Run(host, "resume", "Directory")).Code.ShouldBe(0);
        (await Run(host, "retry", "nothing")).Code.ShouldBe(1);
        (await Run(host, "rebuild")).Code.ShouldBe(2);

        var right = await Run(host, "verify");
        right.Code.ShouldBe(0, right.Error);
        await host.Scalar<string>($"update {table} set name = 'Tampered' where id = '{acme.Id}' and until is null returning name");
        var wrong = await Run(host, "verify", "Directory");
        wrong.Code.ShouldBe(1, wrong.Output);
        wrong.Output.ShouldContain("live Tampered");

        var healed = await Run(host, "rebuild", "--all", "--json");
        healed.Code.ShouldBe(0, healed.Error);
        ((long)JsonNode.Parse(healed.Output)!["driftedRows"]!).ShouldBe(1);
        (await Run(host, "verify")).Code.ShouldBe(0);
        await acme.Vendor.Patch(acme.Path, new { name = "Renamed" }).Expect(200);
        await acme.Settled();
    }

    private static async Task<IReadOnlyList<string>> States(TestHost host)
    {
        var list = await Run(host, "list", "--json");
        list.Code.ShouldBe(0, list.Error);
        return [.. JsonNode.Parse(list.Output)!.AsArray().Select(one => one!.Text("state"))];
    }

    [Fact]
    public async Task A_rebuild_that_is_killed_leaves_nothing_in_the_way_of_the_next_one()
    {
        await using var host = await TestHost.StartAsync();
        await (await Acme.With(seats: 1, host)).Settled();
        await using (var reader = new Npgsql.NpgsqlConnection(host.Connection))
        {
            await reader.OpenAsync();
            await using var transaction = await reader.BeginTransactionAsync();
            await using var select = new Npgsql.NpgsqlCommand($"select count(*) from {Projections.Outbox.Entries.Name}", reader, transaction);
            await select.ExecuteScalarAsync();
            using var program = Start(host, "rebuild", "Outbox");
            for (var watch = Stopwatch.StartNew(); await host.Scalar<long>("select count(*) from read.rebuild where phase = 'swapping'") == 0;)
            {
                watch.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(1));
                await Task.Delay(50);
            }

            program.Kill();
            await program.WaitForExitAsync();
        }

        (await Left(host)).ShouldBeGreaterThan(0);
        await (await host.Vendor()).Get("/v3/webhooks/outbox").Expect(200);
        var again = await Run(host, "rebuild", "Outbox");
        again.Code.ShouldBe(0, again.Output + again.Error);
        (await Left(host)).ShouldBe(0);
    }

    private static Task<long> Left(TestHost host) => host.Scalar<long>("select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'rebuild'");

    private static async Task<(int Code, string Output, string Error)> Run(TestHost host, params string[] arguments)
    {
        using var program = Start(host, arguments);
        var (output, error) = (program.StandardOutput.ReadToEndAsync(), program.StandardError.ReadToEndAsync());
        await program.WaitForExitAsync();
        return (program.ExitCode, await output, await error);
    }

    private static Process Start(TestHost host, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(HostApplication).Assembly.Location, "projections", .. arguments, "--connection", host.Connection])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            Environment = { ["EVENTSOURCEDORGS_MASTER_KEY"] = Convert.ToBase64String(new byte[Secrets.KeySize]) },
        };
        return Process.Start(start)!;
    }
}
