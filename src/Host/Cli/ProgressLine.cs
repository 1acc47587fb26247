using System.Globalization;
using EventSourcedOrgs.Host.Api.Wire;

namespace EventSourcedOrgs.Host.Cli;

/// <summary>Shows how far long work is, on the error output: one line that is written over on a terminal, a line now and then elsewhere.</summary>
internal sealed class ProgressLine : IProgress<long>
{
    private const int BarWidth = 30;
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);

    private readonly bool terminal = !Console.IsErrorRedirected;
    private readonly System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
    private DateTimeOffset next = DateTimeOffset.MinValue;

    public void Show(WireImport import) => Show(
        import.Rows == 0 ? 1 : (double)import.Done / import.Rows,
        string.Create(CultureInfo.InvariantCulture, $"{import.Done:N0} of {import.Rows:N0} rows, {import.RowsPerSecond:N0} rows/s{Left(import)}, {import.Failed:N0} failed"));

    public void Show(EventSourcedOrgs.Projections.RebuildProgress rebuild) => Show(
        rebuild.Total == 0 ? 1 : (double)rebuild.Done / rebuild.Total,
        string.Create(CultureInfo.InvariantCulture, $"{rebuild.Phase}: {rebuild.Done:N0} of {rebuild.Total:N0} events, {rebuild.EventsPerSecond:N0} events/s{(rebuild.Left is { } left ? $", {TimeSpan.FromSeconds(Math.Ceiling(left.TotalSeconds)):c} left" : "")}"));

    /// <summary>How many events have been gone through.</summary>
    public void Report(long value) =>
        Show(null, string.Create(CultureInfo.InvariantCulture, $"{value:N0} events, {value / Math.Max(0.001, watch.Elapsed.TotalSeconds):N0} events/s"));

    private void Show(double? part, string text)
    {
        if (terminal)
        {
            Console.Error.Write($"\r\u001b[K{(part is { } of ? $"{Bar(of)} " : "")}{text}");
        }
        else if (DateTimeOffset.UtcNow >= next)
        {
            next = DateTimeOffset.UtcNow + BetweenLines;
            Console.Error.WriteLine(text);
        }
    }

    public void End()
    {
        if (terminal)
            Console.Error.Write("\r\u001b[K");
    }

    private static string Left(WireImport import) => import.SecondsLeft is { } seconds ? $", {TimeSpan.FromSeconds(Math.Ceiling(seconds)):c} left" : "";

    private static string Bar(double part)
    {
        var full = (int)(BarWidth * part);
        return $"[{new string('#', full)}{new string('.', BarWidth - full)}]";
    }
}
