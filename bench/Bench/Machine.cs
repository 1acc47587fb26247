using System.Diagnostics;
using System.Globalization;

namespace EventSourcedOrgs.Bench;

/// <summary>What Linux tells of processes: CPU time with all children, and memory.</summary>
internal static class Machine
{
    private const double TicksPerSecond = 100;

    /// <summary>CPU seconds of a process and of what it started, also of what has ended meanwhile.</summary>
    public static double CpuSeconds(int process)
    {
        var stats = Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? Stat(id) : null).OfType<ProcessStat>().ToList();
        return stats.Where(stat => stat.Id == process || stat.Parent == process).Sum(stat => stat.Own + (stat.Id == process ? stat.OfEnded : 0));
    }

    /// <summary>Megabytes that a process keeps in memory now, and the most that it ever kept.</summary>
    public static (double Now, double Peak) Memory(int process)
    {
        var lines = File.ReadAllLines($"/proc/{process}/status");
        return (Value("VmRSS:"), Value("VmHWM:"));

        double Value(string name) =>
            double.Parse(lines.First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
    }

    public static string Description() => string.Create(CultureInfo.InvariantCulture,
        $"{Environment.ProcessorCount} cores ({Processor()}), {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {Environment.OSVersion}, .NET {Environment.Version}");

    public static double LoadAverage() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[1] ?? "unknown";

    private static ProcessStat? Stat(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new(id, int.Parse(fields[1], CultureInfo.InvariantCulture), Seconds(11) + Seconds(12), Seconds(13) + Seconds(14));

            double Seconds(int field) => double.Parse(fields[field], CultureInfo.InvariantCulture) / TicksPerSecond;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed record ProcessStat(int Id, int Parent, double Own, double OfEnded);
}

/// <summary>A program that was started to be measured; it ends with us.</summary>
internal sealed class Running : IAsyncDisposable
{
    private readonly Process process;
    private readonly List<string> said = [];

    private Running(Process process) => this.process = process;

    public int Id => process.Id;

    public static Running Start(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var info = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            info.Environment[name] = value;
        var program = new Running(Process.Start(info)!);
        program.process.OutputDataReceived += (_, line) => program.Hear(line.Data);
        program.process.ErrorDataReceived += (_, line) => program.Hear(line.Data);
        program.process.BeginOutputReadLine();
        program.process.BeginErrorReadLine();
        return program;
    }

    /// <summary>Runs a program to its end; fails with what it said when that was no success.</summary>
    public static async Task<string> RunAsync(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        await using var program = Start(file, arguments, environment);
        await program.process.WaitForExitAsync();
        return program.process.ExitCode == 0 ? program.Said() : throw new InvalidOperationException($"{file} ended with {program.process.ExitCode}:\n{program.Said()}");
    }

    public bool HasEnded => process.HasExited;

    public int ExitCode => process.ExitCode;

    /// <summary>The most memory so far, in megabytes; 0 when the program has ended.</summary>
    public double PeakOrZero()
    {
        try
        {
            return Machine.Memory(process.Id).Peak;
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException)
        {
            return 0;
        }
    }

    /// <summary>Waits until the first answer of 200.</summary>
    public async Task AnswersAsync(Uri server, string path)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromMinutes(2); await Task.Delay(2))
        {
            if (HasEnded)
                throw new InvalidOperationException(Said());
            try
            {
                using var connection = await HttpConnection.OpenAsync(server);
                if ((await connection.SendAsync(HttpConnection.Request("GET", path))).Status == 200)
                    return;
            }
            catch (Exception notYet) when (notYet is System.Net.Sockets.SocketException or IOException)
            {
            }
        }

        throw new TimeoutException(Said());
    }

    public string Said()
    {
        lock (said)
            return string.Join('\n', said);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            using var stop = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        process.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null)
            return;
        lock (said)
            said.Add(line);
    }
}
