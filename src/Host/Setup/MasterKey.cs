using System.Security.Cryptography;
using EventSourcedOrgs.Application;
using Npgsql;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>The master key is missing or is none; the message says what to do.</summary>
internal sealed class MasterKeyException(string message) : Exception(message);

/// <summary>Where the master key comes from: the environment, a file that the environment names, or a file beside the data.</summary>
internal static class MasterKey
{
    public const string Variable = "EVENTSOURCEDORGS_MASTER_KEY";

    /// <summary>What is told where what is stored was sealed with another key.</summary>
    public const string OpensNothing = $"The master key does not open what is in the database. Give the key that the data were written with in {Variable}; no other can read them.";

    private const string FileName = "master.key";

    /// <summary>The key of the environment as base64, directly or in a file; null when there is none.</summary>
    public static byte[]? OfEnvironment() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? Parse(text, Variable)
        : Environment.GetEnvironmentVariable($"{Variable}_FILE") is { Length: > 0 } file ? Parse(File.ReadAllText(file), file)
        : null;

    public static byte[] OfEnvironmentOnly() => OfEnvironment()
        ?? throw new MasterKeyException($"Set {Variable} to 32 random bytes in base64 (openssl rand -base64 32), or {Variable}_FILE to a file with them, and keep a copy: without it the data cannot be read.");

    /// <summary>The key of the environment, or the one kept in the folder; a new one is made only when there is no data yet that another key would be needed for.</summary>
    public static byte[] OfFolder(string folder, bool mayCreate)
    {
        var file = Path.Combine(folder, FileName);
        var kept = File.Exists(file) ? Parse(File.ReadAllText(file), file) : null;
        if (OfEnvironment() is { } given)
        {
            return kept is null || CryptographicOperations.FixedTimeEquals(kept, given) ? given
                : throw new MasterKeyException($"{Variable} holds another key than {file}, which the data beside it were written with. Unset the variable, or name the database that it belongs to.");
        }

        if (kept is not null)
            return kept;
        if (!mayCreate)
            throw new MasterKeyException($"{file} is missing, and the data beside it can be read with no other key. Put it back, or set {Variable}.");

        var key = RandomNumberGenerator.GetBytes(Secrets.KeySize);
        using var writer = new StreamWriter(file, OwnerOnly());
        writer.WriteLine(Convert.ToBase64String(key));
        return key;
    }

    /// <summary>Looks whether the key opens what is in the database: what another one seals or hashes beside it cannot be mended.</summary>
    /// <exception cref="MasterKeyException">It does not.</exception>
    public static async Task CheckAsync(IServiceProvider services, CancellationToken cancellation)
    {
        await using var command = services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            $"select coalesce((select data ->> 'sealed' from {EventStore.Schema}.mt_doc_logsecret limit 1), (select data ->> 'sealed' from {EventStore.Schema}.mt_doc_personkey limit 1))");
        if (await command.ExecuteScalarAsync(cancellation) is not string stored)
            return;

        try
        {
            services.GetRequiredService<Secrets>().Open(Convert.FromBase64String(stored));
        }
        catch (CryptographicException)
        {
            throw new MasterKeyException(OpensNothing);
        }
    }

    private static byte[] Parse(string text, string source)
    {
        var key = new byte[Secrets.KeySize];
        return Convert.TryFromBase64String(text.Trim(), key, out var length) && length == Secrets.KeySize ? key
            : throw new MasterKeyException($"{source} does not hold {Secrets.KeySize} bytes in base64.");
    }

    private static FileStreamOptions OwnerOnly()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
