using Marten;

namespace EventSourcedOrgs.Application;

/// <summary>The secret that signs the checkpoints of the log, sealed with the master key. There is one, for as long as the history lasts.</summary>
public sealed record LogSecret(string Id, string Name, byte[] Sealed);

/// <summary>Keeps the secret of the log.</summary>
public sealed class LogSecrets(IDocumentStore documents, Secrets secrets)
{
    private const string Only = "log";

    /// <summary>The name of the log, which checkpoints begin with, and the secret; null before there is an account.</summary>
    /// <param name="make">Makes a secret when there is none; whichever Host comes first, the others find what it made.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<(string Name, byte[] Secret)?> Find(Func<byte[]> make, CancellationToken cancellation)
    {
        await using var session = documents.LightweightSession();
        if (await session.LoadAsync<LogSecret>(Only, cancellation) is { } known)
            return (known.Name, secrets.Open(known.Sealed));
        if (await session.FindAccount(cancellation) is not { } account)
            return null;

        await session.BeginTransactionAsync(cancellation);
        await session.QueryAsync<int>("select 1 from pg_advisory_xact_lock(hashtextextended('log-secret', 0))", cancellation);
        if (await session.LoadAsync<LogSecret>(Only, cancellation) is { } made)
            return (made.Name, secrets.Open(made.Sealed));

        var secret = make();
        var name = $"eventsourcedorgs/{account.Id}";
        session.Insert(new LogSecret(Only, name, secrets.Seal(secret)));
        await session.SaveChangesAsync(cancellation);
        return (name, secret);
    }
}
