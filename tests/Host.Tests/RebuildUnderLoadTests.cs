using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Projections;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>
/// Commands come over HTTP at a steady pace, whether the service keeps up or not, while every read model is made anew: 20 each second in every run, 200 with <c>RELIABILITY=long</c>
/// (or <c>REBUILD_RATE</c>), which prints the table of docs/performance.md.
/// </summary>
public sealed class RebuildUnderLoadTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly bool Long = Environment.GetEnvironmentVariable("RELIABILITY") == "long";
    private static readonly int Rate = int.TryParse(Environment.GetEnvironmentVariable("REBUILD_RATE"), CultureInfo.InvariantCulture, out var given) ? given : Long ? 200 : 20;
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(Long ? 60 : 2);

    [Fact]
    public async Task No_request_fails_no_answer_is_wrong_and_what_is_rebuilt_equals_what_was_live()
    {
        await using var host = await TestHost.StartAsync();
        var actors = await ActorsAsync(host, Long ? 100 : 8);
        var load = new Load(actors);
        using var stop = new CancellationTokenSource();
        var running = load.RunAsync(Rate, stop.Token);
        await Task.Delay(Before);
        var calm = load.Take();

        var vendor = await host.Vendor();
        var watch = Stopwatch.StartNew();
        foreach (var model in host.Services.GetServices<ReadModel>())
        {
            var ended = await vendor.Ended(await vendor.Post($"/v3/operations/projections/{model.Name}/rebuild").Expect(202), Longest);
            (ended.Text("state"), (long?)ended["driftedRows"] ?? 0).ShouldBe(("completed", 0), ended.ToJsonString());
        }

        var rebuilt = watch.Elapsed;
        var busy = load.Take();
        await stop.CancelAsync();
        await running;

        load.Failures.ShouldBeEmpty();
        busy.Count.ShouldBeGreaterThan(0);
        var last = await host.Position();
        for (var waited = Stopwatch.StartNew(); (await vendor.Get("/v3/operations/projections").Expect(200)).AsArray().Any(model => (long)model!["position"]! < last);)
        {
            waited.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(2));
            await Task.Delay(100);
        }

        foreach (var model in host.Services.GetServices<ReadModel>())
            ((long)(await vendor.Ended(await vendor.Post($"/v3/operations/projections/{model.Name}/verify").Expect(202), Longest))["driftedRows"]!).ShouldBe(0, model.Name);
        ((long)(await vendor.Ended(await vendor.Post("/v3/operations/states/verify").Expect(202), Longest))["driftedRows"]!).ShouldBe(0);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"""
             | {Rate} commands/s, {last:N0} events, all read models rebuilt in {rebuilt.TotalSeconds:0.0} s | commands | p50 ms | p95 ms | p99 ms |
             |---|---:|---:|---:|---:|
             | before | {Row(calm)} |
             | while read models are rebuilt | {Row(busy)} |
             """));
    }

    private static string Row(List<double> times)
    {
        if (times.Count == 0)
            return "0 | – | – | –";

        times.Sort();
        return string.Join(" | ", [times.Count.ToString("N0", CultureInfo.InvariantCulture), .. ((double[])[0.5, 0.95, 0.99]).Select(part => times[(int)(part * (times.Count - 1))].ToString("0.0", CultureInfo.InvariantCulture))]);
    }

    private static async Task<List<Actor>> ActorsAsync(TestHost host, int count)
    {
        var vendor = await host.Vendor();
        var designer = await Designer.For(vendor);
        var actors = new List<Actor>();
        for (var n = 0; n < count; n++)
        {
            var acme = await Acme.With(seats: -1, host);
            actors.Add(new(vendor, acme.Path, await acme.User(), (await designer.License(("organizationId", acme.Id))).Id()));
        }

        return actors;
    }

    /// <summary>A user and a licence of a customer's own: given, asked about, taken away, asked about.</summary>
    private sealed class Actor(HttpClient vendor, string path, string user, string license)
    {
        private readonly SemaphoreSlim turn = new(1);
        private bool given;

        /// <summary>One command and the questions that must see it; answers when the command was acknowledged.</summary>
        public async Task<long> ActAsync()
        {
            await turn.WaitAsync();
            try
            {
                given = !given;
                var assignment = $"{path}/licenses/{license}/users/{user}";
                await (given ? vendor.Put(assignment) : vendor.Delete(assignment)).Expect(204);
                var acknowledged = Stopwatch.GetTimestamp();
                var answer = await vendor.Post("/v3/access/check?explain=false", new { userId = user, licenseId = license }).Expect(200);
                answer["allowed"]!.GetValue<bool>().ShouldBe(given);
                (await vendor.Get($"{path}/users?limit=5").Expect(200)).AsArray().ShouldHaveSingleItem()!.Id().ShouldBe(user);
                return acknowledged;
            }
            finally
            {
                turn.Release();
            }
        }
    }

    /// <summary>Begins actions at their times, and measures from those times on.</summary>
    private sealed class Load(List<Actor> actors)
    {
        private ConcurrentQueue<double> times = new();

        public ConcurrentQueue<string> Failures { get; } = new();

        public List<double> Take() => [.. Interlocked.Exchange(ref times, new())];

        public async Task RunAsync(int rate, CancellationToken stop)
        {
            var (begun, start) = (new List<Task>(), Stopwatch.GetTimestamp());
            for (var n = 0; !stop.IsCancellationRequested; n++)
            {
                var due = start + (long)(n * (Stopwatch.Frequency / (double)rate));
                if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { Ticks: > 0 } early)
                    await Task.Delay(early, CancellationToken.None);
                begun.Add(ActAsync(actors[n % actors.Count], due));
            }

            await Task.WhenAll(begun);
        }

        private async Task ActAsync(Actor actor, long due)
        {
            try
            {
                times.Enqueue(Stopwatch.GetElapsedTime(due, await actor.ActAsync()).TotalMilliseconds);
            }
            catch (Exception wrong) when (wrong is ShouldAssertException or HttpRequestException or TaskCanceledException)
            {
                Failures.Enqueue(wrong.Message);
            }
        }
    }
}
