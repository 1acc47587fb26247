using System.Diagnostics;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Bench.Tests;

/// <summary>The benchmark can measure everything, and finds every answer right. What it measures here means nothing.</summary>
public sealed class BenchTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    [OwnPostgresFact]
    public async Task A_quick_run_measures_every_line_and_finds_every_answer_right()
    {
        var folder = Directory.CreateTempSubdirectory("eventsourcedorgs-bench-test-").FullName;
        try
        {
            using var bench = Process.Start(new ProcessStartInfo("dotnet", [typeof(Installation).Assembly.Location, "--quick", "--out", folder]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var (said, failed) = (bench.StandardOutput.ReadToEndAsync(), bench.StandardError.ReadToEndAsync());
            using var patience = new CancellationTokenSource(Longest);
            try
            {
                await bench.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                bench.Kill(entireProcessTree: true);
                Assert.Fail($"It did not end within {Longest}:\n{await said}\n{await failed}");
            }

            bench.ExitCode.ShouldBe(0, $"{await said}\n{await failed}");
            var found = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "bench.json")))!;
            var lines = found["ratios"]!.AsArray().Select(ratio => (string)ratio!["line"]!).ToHashSet();
            lines.ShouldBe(["P1", "P2", "P3", "P3b", "P4", "P5", "P5L", "P6", "P7", "P8", "P9", "P10", "P11"], ignoreOrder: true);
            (await File.ReadAllTextAsync(Path.Combine(folder, "bench.md"))).ShouldContain("| P1 | commands to PGI |");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Needs a PostgreSQL that it can start itself.</summary>
    private sealed class OwnPostgresFactAttribute : FactAttribute
    {
        public OwnPostgresFactAttribute() =>
            Skip = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("EVENTSOURCEDORGS_TEST_POSTGRES")) ? null : "The benchmark starts a PostgreSQL of its own.";
    }
}
