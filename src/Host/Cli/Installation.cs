using System.Security.Cryptography;
using System.Text;
using EventSourcedOrgs.Host.Setup;
using Npgsql;

namespace EventSourcedOrgs.Host.Cli;

/// <summary>The database and the key that a command works on: one that was named, or a private one in a folder, started for as long as the command runs.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly EmbeddedPostgres? postgres;

    private Installation(string connection, string? owner, byte[] masterKey, EmbeddedPostgres? postgres) =>
        (Connection, Owner, MasterKey, this.postgres) = (connection, owner, masterKey, postgres);

    /// <summary>The role to work as.</summary>
    public string Connection { get; }

    /// <summary>The owner of the database; null when only the role to work as is known.</summary>
    public string? Owner { get; }

    /// <summary>The owner where it is known, for what the role to work as may not do.</summary>
    public string Strongest => Owner ?? Connection;

    public byte[] MasterKey { get; }

    /// <summary>True when the database is private, so that no other Host works on it.</summary>
    public bool IsPrivate => postgres is not null;

    /// <summary>What a Host over it needs.</summary>
    public HostSettings Settings => new() { Connection = Connection, Owner = Owner, MasterKey = MasterKey, Alone = IsPrivate };

    /// <summary>A folder without a database gets one only where that is what the command is for: whoever names the wrong folder is told.</summary>
    /// <exception cref="UsageException">An owner of no database, or what is no connection string.</exception>
    public static async Task<Installation> OpenAsync(string? connection, string data, CancellationToken cancellation, string? owner = null, bool mayCreate = false)
    {
        if (connection is null && owner is not null)
            throw new UsageException($"--owner (or {Given.OwnerVariable}) goes with --connection, which names the role to work as on the same database: give both.");
        if (connection is not null)
            return new(Checked(connection, "--connection"), owner is null ? null : Checked(owner, "--owner"), Setup.MasterKey.OfEnvironmentOnly(), null);
        if (!mayCreate && (await PostgresFolder.OpenAsync(data, _ => { }, cancellation)).MajorOfData is null)
            throw new EmbeddedPostgresException($"There is no installation in {Path.GetFullPath(data)}. Name its folder in --data or its database in --connection, or start it with 'serve'.");

        var postgres = await EmbeddedPostgres.StartAsync(new() { DataRoot = data, Log = line => Console.Error.WriteLine(line) }, cancellation);
        try
        {
            return new(RuntimeOf(postgres.ConnectionString), postgres.ConnectionString, await KeyBeside(postgres, cancellation), postgres);
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => postgres?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>What is wrong in it is not repeated: it may be a password.</summary>
    private static string Checked(string connection, string option)
    {
        try
        {
            NpgsqlDataSource.Create(connection).Dispose();
            return connection;
        }
        catch (ArgumentException)
        {
            throw new UsageException($"{option} is no connection string, such as Host=localhost;Username=licenses_service;Password=...;Database=licenses");
        }
    }

    /// <summary>The role to work as on a private server. Its password follows from that of the superuser, so that every program on the folder finds it.</summary>
    private static string RuntimeOf(string superuser)
    {
        var connection = new NpgsqlConnectionStringBuilder(superuser);
        (connection.Username, connection.Password) = (RuntimeRole.UsualName, Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(connection.Password!), "runtime"u8)));
        return connection.ConnectionString;
    }

    /// <summary>In the data root: out of the reach of the PostgreSQL below it, if that runs as somebody else.</summary>
    private static async Task<byte[]> KeyBeside(EmbeddedPostgres postgres, CancellationToken cancellation) =>
        Setup.MasterKey.OfFolder(Path.GetFullPath(Path.Combine(postgres.DataDirectory, "..", "..")), mayCreate: await IsEmptyAsync(postgres.ConnectionString, cancellation));

    private static async Task<bool> IsEmptyAsync(string connection, CancellationToken cancellation)
    {
        await using var database = NpgsqlDataSource.Create(connection);
        await using var command = database.CreateCommand($"select to_regnamespace('{Application.EventStore.Schema}') is null");
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
