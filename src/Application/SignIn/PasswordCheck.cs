using System.Globalization;
using System.Text;
using EventSourcedOrgs.Application.Writing;
using EventSourcedOrgs.Domain;
using Marten;

namespace EventSourcedOrgs.Application.SignIn;

/// <summary>The account that a sign-in means, by id or alias, when it names one.</summary>
public readonly record struct MeantAccount(string? Id, string? Alias)
{
    public bool IsNamed => !string.IsNullOrEmpty(Id) || !string.IsNullOrEmpty(Alias);
}

/// <summary>
/// Whether an e-mail address and a password belong together. Five failures in a row lock the address for five minutes. An address that
/// nobody has costs the same time and locks in the same way, so nobody learns who is known here. What it notes stays, whatever becomes
/// of the request: attempts under one address are counted one after the other, in a unit of work of their own.
/// </summary>
public sealed class PasswordCheck(IDocumentStore documents, States states, IPasswords passwords, Secrets secrets, TimeProvider clock)
{
    public const int MostFailures = 5;
    public static readonly TimeSpan LockedFor = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan RememberedFor = TimeSpan.FromDays(1);

    /// <summary>The hash that is verified where there is none.</summary>
    private readonly string nobody = passwords.Hash(Guid.NewGuid().ToString());

    /// <summary>The owner of address and password; with a second factor when it is asked for.</summary>
    public async Task<Result<Proven>> Of(string email, string password, MeantAccount account, GivenCodes? codes, CancellationToken cancellation)
    {
        using var turn = await passwords.Turn(cancellation);
        return await Attempt(email, async (session, now) =>
        {
            if (await Owner(session, email, password, account, cancellation) is not { } known)
                return Refusal.InvalidCredentials;

            var proven = codes is { } given ? await new SecondFactor(session, secrets).Prove(known.Id, given, now, cancellation) : new Proven(known.Id, null);
            return proven.Select(user => user with { PasswordHash = Callers.HashOf(known.PasswordHash) });
        }, cancellation);
    }

    /// <summary>
    /// A code of somebody who is signed in; wrong ones count like failed sign-ins, under the user and not the address, which that somebody could change.
    /// </summary>
    public Task<Result<Proven>> OfCode(UserId user, GivenCodes codes, CancellationToken cancellation) =>
        Attempt($"user/{user}", (session, now) => new SecondFactor(session, secrets).Prove(user, codes, now, cancellation), cancellation);

    private async Task<Result<Proven>> Attempt(string under, Func<IDocumentSession, DateTimeOffset, Task<Result<Proven>>> prove, CancellationToken cancellation)
    {
        var id = IdOf(under, secrets);
        await using var session = documents.LightweightSession();
        await session.BeginTransactionAsync(cancellation);
        var turnOfAddress = long.Parse(id.AsSpan(0, 15), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        await session.QueryAsync<int>("select 1 from pg_advisory_xact_lock(?)", cancellation, turnOfAddress);

        var now = clock.GetUtcNow();
        var before = await session.LoadAsync<SignInFailures>(id, cancellation);
        if (before?.LockedUntil > now)
            return Refusal.AccountLocked;

        var proven = await prove(session, now);
        if (proven.Refusal is null)
            session.Delete<SignInFailures>(id);
        else if (proven.Refusal != Refusal.TwoFactorCodeRequired)
            NoteFailure(session, before ?? new(id, 0, now, null), now);
        await session.SaveChangesAsync(cancellation);
        return proven;
    }

    /// <summary>Forgets the failures under an address: its owner proved to be it in another way.</summary>
    public static void Forgive(string email, IDocumentSession session, Secrets secrets) => session.Delete<SignInFailures>(IdOf(email, secrets));

    private async Task<Credentials?> Owner(IDocumentSession session, string email, string password, MeantAccount account, CancellationToken cancellation)
    {
        var holder = await new Claims(new(), secrets, states).Holder(Unique.Email(email), cancellation);
        var credentials = holder is { } user ? await session.LoadAsync<Credentials>(UserId.From(user), cancellation) : null;
        var isMeant = !account.IsNamed
            || (await session.FindAccount(cancellation))?.IsMeantBy(account.Id, account.Alias) == true;
        var isRight = passwords.Verify(credentials?.PasswordHash ?? nobody, password);
        return isRight && isMeant ? credentials : null;
    }

    private static void NoteFailure(IDocumentSession session, SignInFailures before, DateTimeOffset now)
    {
        var count = before.LockedUntil is null && before.LastAt > now - RememberedFor ? before.Count + 1 : 1;
        session.Store(before with { Count = count, LastAt = now, LockedUntil = count >= MostFailures ? now + LockedFor : null });
        session.QueueSqlCommand(
            """
            delete from events.mt_doc_signinfailures where id in (
                select id from events.mt_doc_signinfailures
                where events.mt_immutable_timestamptz(data ->> 'lastAt') < ? and id <> ?
                limit 100 for update skip locked)
            """,
            now - RememberedFor, before.Id);
    }

    private static string IdOf(string email, Secrets secrets) => secrets.Hash(Encoding.UTF8.GetBytes($"sign-in/{Unique.Email(email).Value}"));
}
