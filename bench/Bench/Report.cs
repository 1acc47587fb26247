using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventSourcedOrgs.Bench;

/// <summary>One figure: what was measured, its value, and what it is compared with.</summary>
/// <param name="Line">The line of the table, such as P1.</param>
/// <param name="Name">What was done.</param>
/// <param name="Unit">ops/s, ms, MB, s ...</param>
/// <param name="Value">The median of the rounds.</param>
/// <param name="Low">The least of the rounds.</param>
/// <param name="High">The greatest of the rounds.</param>
/// <param name="Latency">p50 and p99 in milliseconds: medians of the rounds.</param>
/// <param name="Cpu">Microseconds for each operation, of the server and of PostgreSQL: medians of the rounds.</param>
internal sealed record Figure(string Line, string Name, string Unit, double Value, double Low, double High, (double P50, double P99)? Latency = null, (double Server, double Database)? Cpu = null)
{
    public static Figure Of(string line, string name, IReadOnlyCollection<Round> rounds) => new(
        line, name, "ops/s", Load.Median(rounds.Select(r => r.PerSecond)), rounds.Min(r => r.PerSecond), rounds.Max(r => r.PerSecond),
        (Load.Median(rounds.Select(r => r.P50)), Load.Median(rounds.Select(r => r.P99))), (Load.Median(rounds.Select(r => r.ServerCpu)), Load.Median(rounds.Select(r => r.DatabaseCpu))));

    public static Figure Of(string line, string name, string unit, IReadOnlyCollection<double> values) => new(line, name, unit, Load.Median(values), values.Min(), values.Max());
}

/// <summary>A ratio of two figures, and what it is to reach: at least, or at most.</summary>
internal sealed record Ratio(string Line, string Name, double Value, double Goal, bool AtMost = false)
{
    public bool IsReached => AtMost ? Value <= Goal : Value >= Goal;
}

/// <summary>All that a run found.</summary>
internal sealed class Report
{
    private static readonly JsonSerializerOptions Written = new(JsonSerializerDefaults.Web) { WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly List<Figure> figures = [];
    private readonly List<Ratio> ratios = [];
    private readonly List<string> notes = [];

    public IReadOnlyList<Figure> Figures => figures;

    public IReadOnlyList<Ratio> Ratios => ratios;

    public Figure Add(Figure figure)
    {
        figures.Add(figure);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{figure.Line,-4} {figure.Name,-70} {Text(figure.Value),12} {figure.Unit}"));
        return figure;
    }

    public void Add(Ratio ratio)
    {
        ratios.Add(ratio);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ratio.Line,-4} -> {ratio.Name,-67} {ratio.Value,12:0.00} ({(ratio.AtMost ? "at most" : "at least")} {ratio.Goal}: {(ratio.IsReached ? "reached" : "MISSED")})"));
    }

    public void Note(string note)
    {
        notes.Add(note);
        Console.WriteLine($"     {note}");
    }

    public string Markdown(string title)
    {
        var text = new StringBuilder($"# {title}\n\n");
        foreach (var note in notes)
            text.Append("- ").Append(note).Append('\n');
        text.Append("\n## Ratios\n\n| line | ratio | is | goal | |\n|---|---|---:|---:|---|\n");
        foreach (var ratio in ratios)
            text.Append(CultureInfo.InvariantCulture, $"| {ratio.Line} | {ratio.Name} | {ratio.Value:0.00} | {(ratio.AtMost ? "<=" : ">=")} {ratio.Goal:0.##} | {(ratio.IsReached ? "reached" : "**missed**")} |\n");
        text.Append("\n## Figures\n\nMedian of the rounds (least - greatest). Latency p50 / p99 in milliseconds. CPU in microseconds for each operation: server / PostgreSQL.\n\n| line | work | median | spread | unit | p50 / p99 | CPU |\n|---|---|---:|---:|---|---:|---:|\n");
        foreach (var f in figures)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {f.Line} | {f.Name} | {Text(f.Value)} | {Text(f.Low)} - {Text(f.High)} | {f.Unit} | ");
            text.Append(CultureInfo.InvariantCulture, $"{(f.Latency is { } latency ? string.Create(CultureInfo.InvariantCulture, $"{latency.P50:0.00} / {(double.IsNaN(latency.P99) ? "-" : latency.P99.ToString("0.0", CultureInfo.InvariantCulture))}") : "")} | ");
            text.Append(CultureInfo.InvariantCulture, $"{(f.Cpu is { } cpu ? string.Create(CultureInfo.InvariantCulture, $"{cpu.Server:0} / {cpu.Database:0}") : "")} |\n");
        }

        return text.ToString();
    }

    public string Json() => JsonSerializer.Serialize(
        new
        {
            notes,
            ratios = ratios.Select(r => new { r.Line, r.Name, r.Value, r.Goal, r.AtMost, r.IsReached }),
            figures = figures.Select(f => new { f.Line, f.Name, f.Unit, f.Value, f.Low, f.High, f.Latency?.P50, f.Latency?.P99, ServerCpu = f.Cpu?.Server, DatabaseCpu = f.Cpu?.Database }),
        },
        Written);

    private static string Text(double value) => value.ToString(value >= 100 ? "N0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
}
