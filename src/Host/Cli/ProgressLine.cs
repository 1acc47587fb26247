using System.Globalization;
using EventSourcedOrgs.Host.Api.Wire;

namespace EventSourcedOrgs.Host.Cli;

/// <summary>Shows how far an import is, on the error output: one line that is written over on a terminal, a line now and then elsewhere.</summary>
internal sealed class ProgressLine
{
    private const int BarWidth = 30;
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);

    private readonly bool terminal = !Console.IsErrorRedirected;
    private DateTimeOffset next = DateTimeOffset.MinValue;

    public void Show(WireImport import)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{import.Done:N0} of {import.Rows:N0} rows, {import.RowsPerSecond:N0} rows/s{Left(import)}, {import.Failed:N0} failed");
        if (terminal)
        {
            Console.Error.Write($"\r\u001b[K{Bar(import)} {text}");
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

    private static string Bar(WireImport import)
    {
        var full = import.Rows == 0 ? BarWidth : (int)(BarWidth * (long)import.Done / import.Rows);
        return $"[{new string('#', full)}{new string('.', BarWidth - full)}]";
    }
}
