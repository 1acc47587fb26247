using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>A table of how long work over so many events took, and how much memory the process had meanwhile.</summary>
internal sealed class Figures
{
    private readonly ITestOutputHelper output;
    private readonly int events;

    public Figures(ITestOutputHelper output, int events)
    {
        (this.output, this.events) = (output, events);
        output.WriteLine($"| {events.ToString("N0", CultureInfo.InvariantCulture)} events | seconds | events/s | peak of the process MB | of it managed MB |\n|---|---:|---:|---:|---:|");
    }

    /// <summary>How many events a run takes: as many as the variable says, a million in a long run, else a few thousand.</summary>
    public static int EventsOf(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var given) ? given
        : Environment.GetEnvironmentVariable("RELIABILITY") == "long" ? 1_000_000 : 5_000;

    /// <summary>Adds a line; answers the seconds.</summary>
    public async Task<double> MeasureAsync(string name, Func<Task> work)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var stop = new CancellationTokenSource();
        var (peak, managed) = (0L, 0L);
        var watching = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                (peak, managed) = (Math.Max(peak, Environment.WorkingSet), Math.Max(managed, GC.GetTotalMemory(false)));
                await Task.Delay(20);
            }
        });
        var watch = Stopwatch.StartNew();
        await work();
        var seconds = watch.Elapsed.TotalSeconds;
        await stop.CancelAsync();
        await watching;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {seconds:0.0} | {events / seconds:N0} | {peak >> 20} | {managed >> 20} |"));
        return seconds;
    }
}
