using System.Buffers.Text;
using System.Security.Cryptography;
using EventSourcedOrgs.Domain;
using Marten;

namespace EventSourcedOrgs.Application.SignIn;

/// <summary>A key that signs access tokens, ready for use.</summary>
public sealed class OpenedKey : IDisposable
{
    public OpenedKey(string id, ReadOnlySpan<byte> privateKey)
    {
        Id = id;
        Key.ImportPkcs8PrivateKey(privateKey, out _);
    }

    public string Id { get; }

    public ECDsa Key { get; } = ECDsa.Create();

    public void Dispose() => Key.Dispose();
}

/// <summary>
/// The keys that access tokens are signed with, read once and kept. The newest signs; older ones stay good for what they signed. A key
/// that another host has added is found when a token names it.
/// </summary>
public sealed class SigningKeys(IDocumentStore documents, Secrets secrets, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim reading = new(1);
    private volatile IReadOnlyList<OpenedKey> known = [];
    private long readAt;

    public async Task<OpenedKey> Newest(CancellationToken cancellation)
    {
        if (known.Count == 0)
            await Read(cancellation);
        return known[0];
    }

    public async Task<OpenedKey?> Find(string id, CancellationToken cancellation)
    {
        if (Among(known) is null && (known.Count == 0 || clock.GetElapsedTime(readAt) > BetweenReads))
            await Read(cancellation);
        return Among(known);

        OpenedKey? Among(IReadOnlyList<OpenedKey> keys) => keys.FirstOrDefault(key => key.Id == id);
    }

    public void Dispose()
    {
        reading.Dispose();
        foreach (var key in known)
            key.Dispose();
    }

    private async Task Read(CancellationToken cancellation)
    {
        await reading.WaitAsync(cancellation);
        try
        {
            await using var session = documents.LightweightSession();
            var stored = await session.Query<SigningKey>().OrderByDescending(key => key.CreatedAt).ToListAsync(cancellation);
            if (stored.Count == 0)
                stored = await First(session, cancellation);
            known = [.. stored.Select(key => known.FirstOrDefault(opened => opened.Id == key.Id) ?? new(key.Id, secrets.Open(key.Sealed)))];
            readAt = clock.GetTimestamp();
        }
        finally
        {
            reading.Release();
        }
    }

    /// <summary>The first key of the installation, made by whichever host asks first.</summary>
    private async Task<IReadOnlyList<SigningKey>> First(IDocumentSession session, CancellationToken cancellation)
    {
        await session.BeginTransactionAsync(cancellation);
        await session.QueryAsync<int>("select 1 from pg_advisory_xact_lock(hashtextextended('signing-key', 0))", cancellation);
        if (await session.Query<SigningKey>().FirstOrDefaultAsync(cancellation) is { } other)
            return [other];

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var id = Base64Url.EncodeToString(SHA256.HashData(key.ExportSubjectPublicKeyInfo()).AsSpan(0, 12));
        var made = new SigningKey(id, secrets.Seal(key.ExportPkcs8PrivateKey()), clock.GetUtcNow());
        session.Insert(made);
        await session.SaveChangesAsync(cancellation);
        return [made];
    }
}
