using System.Globalization;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>Everything a private server keeps: the cluster, its password, its log and the lock of the program that owns it.</summary>
internal sealed class PostgresFolder
{
    private const string WhereRootKeepsData = "/var/lib/eventsourcedorgs";
    private const int LongestLog = 16 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private PostgresFolder(string path, PostgresAccount account) => (Path, Account) = (path, account);

    public string Path { get; }

    public PostgresAccount Account { get; }

    public string Data => In("data");

    public string PasswordFile => In("password");

    public string Password =>
        File.Exists(PasswordFile)
            ? File.ReadAllText(PasswordFile)
            : throw new EmbeddedPostgresException($"{PasswordFile} is missing: nobody can sign in to the data beside it.");

    public string LogFile => In("postgres.log");

    public string LockFile => In("lock");

    public string Copies => In("binaries");

    /// <summary>The major version that wrote the data; null when there is none yet.</summary>
    public string? MajorOfData => File.Exists(In("data/PG_VERSION")) ? File.ReadAllText(In("data/PG_VERSION")).Trim() : null;

    /// <summary>Makes the folder below the data root, or elsewhere when the account that runs PostgreSQL cannot get there.</summary>
    public static async Task<PostgresFolder> OpenAsync(string dataRoot, Action<string> log, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows())
            throw new EmbeddedPostgresException("No private PostgreSQL on Windows: give the connection string of a server (--connection), or run in WSL.");

        var root = System.IO.Path.GetFullPath(dataRoot);
        var account = await PostgresAccount.ForAsync(root, cancellation);
        if (!await account.CanEnterAsync(root, cancellation))
        {
            var elsewhere = System.IO.Path.Combine(WhereRootKeepsData, root.Trim('/').Replace('/', '-'));
            log($"PostgreSQL does not run as root, and the account that runs it cannot reach {root}: the data is kept in {elsewhere}.");
            root = elsewhere;
            account = await PostgresAccount.ForAsync(root, cancellation);
            if (!await account.CanEnterAsync(root, cancellation))
                throw PostgresAccount.Refused("'setpriv' cannot change to an account that reaches this folder either");
        }

        var path = System.IO.Path.Combine(root, "postgres");
        try
        {
            foreach (var missing in Missing(path).Reverse().ToList())
            {
                Directory.CreateDirectory(missing);
                File.SetUnixFileMode(missing, (UnixFileMode)0b111_101_101);
                await account.OwnAsync([missing], cancellation);
            }

            File.SetUnixFileMode(path, (UnixFileMode)0b111_000_000);
        }
        catch (UnauthorizedAccessException e)
        {
            var advice = "was it made by root? Start as that account, or name another folder with --data.";
            throw new EmbeddedPostgresException($"{path} belongs to another account: {advice}", e);
        }

        // The processes of a server are known by their current folder, which the kernel reports without symbolic links.
        var real = await PostgresAccount.RunAsync(["realpath", path], cancellation);
        return new(real.Ok ? real.Output : path, account);
    }

    /// <summary>The lock of the program that starts and stops the server; null when another holds it. It ends with its holder, however that ends.</summary>
    public FileStream? TryLock()
    {
        try
        {
            return new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(LockFile))
        {
            return null;
        }
    }

    /// <summary>Gives to the account what root wrote, and everything when the account has changed.</summary>
    public async Task OwnAsync(CancellationToken cancellation)
    {
        await Account.OwnAsync([Path], cancellation);
        await Account.OwnAsync(["-R", "-h", .. Directory.EnumerateFileSystemEntries(Path).Where(entry => entry != Copies)], cancellation);
    }

    /// <summary>What a running server says about itself; null when there is none.</summary>
    public Postmaster? Running()
    {
        try
        {
            var lines = File.ReadAllLines(In("data/postmaster.pid"));
            var postmaster = new Postmaster(Number(lines[0]), Number(lines[3]), lines[7].Trim() == "ready");
            return IsServer(postmaster.Pid) ? postmaster : null;
        }
        catch (Exception e) when (e is IOException or IndexOutOfRangeException or FormatException)
        {
            return null;
        }
    }

    /// <summary>
    /// Waits until the sessions of a killed server are gone. Its process id may still be taken then, by a zombie that nobody buries or by a stranger, and would
    /// keep PostgreSQL from starting: with nobody left in the data folder, the file that names it can go.
    /// </summary>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        var file = In("data/postmaster.pid");
        if (!OperatingSystem.IsLinux() || !File.Exists(file))
            return;

        for (var end = DateTime.UtcNow + Patience; DateTime.UtcNow < end; await Task.Delay(30, cancellation))
        {
            if (IsInhabited())
                continue;
            File.Delete(file);
            return;
        }
    }

    /// <summary>The end of the server's log, from a position on.</summary>
    public string LogSince(long position)
    {
        if (!File.Exists(LogFile))
            return "";
        using var log = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        log.Position = Math.Min(position, log.Length);
        using var reader = new StreamReader(log);
        return reader.ReadToEnd().Trim();
    }

    /// <summary>Starts the log, or goes on with it while it is not too long; answers its length.</summary>
    public long OpenLog()
    {
        if (File.Exists(LogFile) && new FileInfo(LogFile).Length > LongestLog)
            File.Move(LogFile, LogFile + ".old", overwrite: true);
        using var log = new FileStream(LogFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        return log.Length;
    }

    public string In(string name) => System.IO.Path.Combine(Path, name);

    private bool IsServer(int pid) =>
        OperatingSystem.IsLinux() ? IsIn($"/proc/{pid}") : System.Diagnostics.Process.GetProcesses().Any(process => process.Id == pid);

    private bool IsInhabited() => Directory.EnumerateDirectories("/proc").Any(IsIn);

    private bool IsIn(string process)
    {
        try
        {
            return new DirectoryInfo($"{process}/cwd").LinkTarget == Data;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Missing(string path)
    {
        for (var folder = path; folder is not null && !Directory.Exists(folder); folder = System.IO.Path.GetDirectoryName(folder))
            yield return folder;
    }

    private static int Number(string line) => int.Parse(line, CultureInfo.InvariantCulture);
}

/// <summary>What postmaster.pid tells about a running server.</summary>
internal sealed record Postmaster(int Pid, int Port, bool IsReady);
