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

/// <summary>How long a key signs before the next one takes over; null for as long as nobody rotates by hand.</summary>
public sealed record KeyRotation(TimeSpan? Every)
{
    public const int DefaultDays = 90;
}

/// <summary>A key and its time: known from when it is stored, signing from here, good for what it signed until there.</summary>
public sealed record KeyTerm(OpenedKey Key, DateTimeOffset SignsFrom, DateTimeOffset GoodUntil)
{
    public bool IsGood(DateTimeOffset now) => now < GoodUntil;
}

/// <summary>
/// The keys that access tokens are signed with. They are kept in memory and read again every minute; a new one is published ten minutes
/// before it signs, so every Host and every reader of the published keys knows it by then. One that has been followed stays good until
/// everything it signed has expired.
/// </summary>
public sealed class SigningKeys(IDocumentStore documents, Secrets secrets, KeyRotation rotation, TimeProvider clock) : IDisposable
{
    /// <summary>For how long an access token is good.</summary>
    public static readonly TimeSpan TokenLife = TimeSpan.FromHours(1);

    /// <summary>For how long a new key is known before it signs.</summary>
    public static readonly TimeSpan Announced = TimeSpan.FromMinutes(10);

    /// <summary>For how long a reader may keep the published keys.</summary>
    public static readonly TimeSpan Published = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan BetweenReads = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenReadsForUnknown = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim reading = new(1);
    private volatile Known known = new([], default);

    /// <summary>The key that signs now.</summary>
    public async Task<OpenedKey> Signing(CancellationToken cancellation)
    {
        var terms = await Current(BetweenReads, cancellation);
        var now = clock.GetUtcNow();
        return terms.First(term => term.SignsFrom <= now).Key;
    }

    /// <summary>The key of this id, unless nothing that it signed can be good any more.</summary>
    public async Task<OpenedKey?> Find(string id, CancellationToken cancellation)
    {
        var term = Among(await Current(BetweenReads, cancellation)) ?? Among(await Current(BetweenReadsForUnknown, cancellation));
        return term?.IsGood(clock.GetUtcNow()) == true ? term.Key : null;

        KeyTerm? Among(IReadOnlyList<KeyTerm> terms) => terms.FirstOrDefault(candidate => candidate.Key.Id == id);
    }

    /// <summary>The keys that are good, those to come included, the newest first.</summary>
    public async Task<IReadOnlyList<KeyTerm>> Good(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return [.. (await Current(BetweenReads, cancellation)).Where(term => term.IsGood(now))];
    }

    /// <summary>
    /// Makes the next key. It takes over after its announcement, or at once: then the former keys are gone and with them every access
    /// token they signed; sign-ins go on by their refresh tokens.
    /// </summary>
    public async Task<KeyTerm> Rotate(bool atOnce, CancellationToken cancellation)
    {
        await reading.WaitAsync(cancellation);
        try
        {
            await using var session = await Exclusively(cancellation);
            await Add(session, await Stored(session, cancellation), atOnce, cancellation);
            return (await Keep(session, cancellation))[0];
        }
        finally
        {
            reading.Release();
        }
    }

    public void Dispose()
    {
        reading.Dispose();
        foreach (var term in known.Terms)
            term.Key.Dispose();
    }

    private async Task<IReadOnlyList<KeyTerm>> Current(TimeSpan atMost, CancellationToken cancellation)
    {
        if (IsRecent())
            return known.Terms;

        await reading.WaitAsync(cancellation);
        try
        {
            return IsRecent() ? known.Terms : await Read(cancellation);
        }
        finally
        {
            reading.Release();
        }

        bool IsRecent() => known.Terms.Count > 0 && clock.GetUtcNow() - known.ReadAt <= atMost;
    }

    /// <summary>Reads the keys, and makes the next one when it is time for it.</summary>
    private async Task<IReadOnlyList<KeyTerm>> Read(CancellationToken cancellation)
    {
        await using (var session = documents.LightweightSession())
        {
            if (!IsDue(await Stored(session, cancellation)))
                return await Keep(session, cancellation);
        }

        await using var exclusive = await Exclusively(cancellation);
        if (await Stored(exclusive, cancellation) is var stored && IsDue(stored))
            await Add(exclusive, stored, atOnce: stored.Count == 0, cancellation);
        return await Keep(exclusive, cancellation);
    }

    private bool IsDue(IReadOnlyList<SigningKey> stored) =>
        stored.Count == 0 || (rotation.Every is { } every && stored[0].CreatedAt + every <= clock.GetUtcNow());

    /// <summary>Whichever Host comes first; the others find what it made.</summary>
    private async Task<IDocumentSession> Exclusively(CancellationToken cancellation)
    {
        var session = documents.LightweightSession();
        await session.BeginTransactionAsync(cancellation);
        await session.QueryAsync<int>("select 1 from pg_advisory_xact_lock(hashtextextended('signing-key', 0))", cancellation);
        return session;
    }

    private static async Task<IReadOnlyList<SigningKey>> Stored(IDocumentSession session, CancellationToken cancellation) =>
        [.. (await session.QueryAsync<SigningKey>("where true", cancellation)).OrderByDescending(key => key.StartsAt).ThenByDescending(key => key.CreatedAt)];

    /// <summary>Stores a new key, and forgets those that nobody needs any more.</summary>
    private async Task Add(IDocumentSession session, IReadOnlyList<SigningKey> stored, bool atOnce, CancellationToken cancellation)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = clock.GetUtcNow();
        var id = Base64Url.EncodeToString(SHA256.HashData(key.ExportSubjectPublicKeyInfo()).AsSpan(0, 12));
        session.Insert(new SigningKey(id, secrets.Seal(key.ExportPkcs8PrivateKey()), now, atOnce ? now : now + Announced));
        foreach (var (former, until) in stored.Zip(Ends(stored)))
        {
            if (atOnce || until <= now)
                session.Delete<SigningKey>(former.Id);
        }

        await session.SaveChangesAsync(cancellation);
    }

    /// <summary>A key ends when everything it signed until the next one took over has expired, clocks apart.</summary>
    private static IEnumerable<DateTimeOffset> Ends(IReadOnlyList<SigningKey> stored) =>
        stored.Select((_, i) => i == 0 ? DateTimeOffset.MaxValue : stored[i - 1].StartsAt + TokenLife + Skew);

    private async Task<IReadOnlyList<KeyTerm>> Keep(IDocumentSession session, CancellationToken cancellation)
    {
        var stored = await Stored(session, cancellation);
        var opened = known.Terms.ToDictionary(term => term.Key.Id, term => term.Key);
        known = new(
            [.. stored.Zip(Ends(stored), (key, until) => new KeyTerm(opened.GetValueOrDefault(key.Id) ?? new(key.Id, secrets.Open(key.Sealed)), key.StartsAt, until))],
            clock.GetUtcNow());
        return known.Terms;
    }

    private sealed record Known(IReadOnlyList<KeyTerm> Terms, DateTimeOffset ReadAt);
}
