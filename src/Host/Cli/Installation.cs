using EventSourcedOrgs.Host.Setup;
using Npgsql;

namespace EventSourcedOrgs.Host.Cli;

/// <summary>The database and the key that a command works on: one that was named, or a private one in a folder, started for as long as the command runs.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly EmbeddedPostgres? postgres;

    private Installation(string connection, byte[] masterKey, EmbeddedPostgres? postgres) => (Connection, MasterKey, this.postgres) = (connection, masterKey, postgres);

    public string Connection { get; }

    public byte[] MasterKey { get; }

    /// <summary>True when the database is private, so that no other Host works on it.</summary>
    public bool IsPrivate => postgres is not null;

    public static async Task<Installation> OpenAsync(string? connection, string data, CancellationToken cancellation)
    {
        if (connection is not null)
            return new(connection, Setup.MasterKey.OfEnvironmentOnly(), null);

        var postgres = await EmbeddedPostgres.StartAsync(new() { DataRoot = data, Log = line => Console.Error.WriteLine(line) }, cancellation);
        try
        {
            return new(postgres.ConnectionString, await KeyBeside(postgres, cancellation), postgres);
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => postgres?.DisposeAsync() ?? ValueTask.CompletedTask;

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
