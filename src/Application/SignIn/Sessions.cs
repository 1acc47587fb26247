using System.Buffers.Text;
using System.Security.Cryptography;
using EventSourcedOrgs.Application.Writing;
using EventSourcedOrgs.Domain;
using Marten;

namespace EventSourcedOrgs.Application.SignIn;

/// <summary>A sign-in as its owner gets it; the refresh token is shown this once.</summary>
public sealed record SignedIn(UserId User, Guid Session, string RefreshToken);

/// <summary>Makes secrets that nobody can guess: 256 bits of chance.</summary>
public static class Secret
{
    public static string New(string prefix = "") => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}

/// <summary>
/// Sign-ins that last. Each has one refresh token at a time; it is used once and gives the next. One that comes back was stolen, from
/// its owner or by somebody before its owner: the whole sign-in ends. Nothing of this is history; a sign-in is an event of the user.
/// </summary>
public sealed class Sessions(IDocumentSession session)
{
    public static readonly TimeSpan Life = TimeSpan.FromDays(30);

    public SignedIn Start(UserId user, Origin origin, DateTimeOffset now)
    {
        Remove("(data ->> 'user')::uuid = ? and (data ->> 'expiresAt')::timestamptz <= ?", user.Value, now);
        return Continue(new SignInSession(Guid.CreateVersion7(now), user, now, now), origin, now);
    }

    /// <summary>Prolongs the sign-in and gives it its next refresh token.</summary>
    public SignedIn Continue(SignInSession known, Origin origin, DateTimeOffset now)
    {
        var next = Secret.New();
        session.Store(known with { ExpiresAt = now + Life, LastUsedAt = now, Origin = Personal.Of(known.User, origin) });
        session.Insert(new RefreshToken(Callers.HashOf(next), known.Id, known.User, now + Life, Spent: false));
        return new(known.User, known.Id, next);
    }

    /// <summary>The sign-ins of a user that last, the last used first.</summary>
    public async Task<IReadOnlyList<SignInSession>> Of(UserId user, DateTimeOffset now, CancellationToken cancellation) =>
    [
        .. (await session.QueryAsync<SignInSession>(
            "where (data ->> 'user')::uuid = ? and (data ->> 'expiresAt')::timestamptz > ?", cancellation, user.Value, now))
            .OrderByDescending(known => known.LastUsedAt ?? known.StartedAt).ThenByDescending(known => known.Id),
    ];

    public void End(Guid known)
    {
        session.Delete<SignInSession>(known);
        session.QueueSqlCommand("delete from events.mt_doc_refreshtoken where (data ->> 'session')::uuid = ?", known);
    }

    /// <summary>Ends all sign-ins of a user.</summary>
    public static void EndAll(UserId user, Documents documents)
    {
        documents.DeleteOf<SignInSession>(user);
        documents.DeleteOf<RefreshToken>(user);
    }

    /// <summary>Ends all sign-ins of a user but the one that goes on, if any.</summary>
    public void EndAll(UserId user, Guid? except)
    {
        session.QueueSqlCommand("delete from events.mt_doc_signinsession where (data ->> 'user')::uuid = ? and id <> ?", user.Value, except ?? Guid.Empty);
        session.QueueSqlCommand(
            "delete from events.mt_doc_refreshtoken where (data ->> 'user')::uuid = ? and (data ->> 'session')::uuid <> ?", user.Value, except ?? Guid.Empty);
    }

    private void Remove(string which, params object[] values)
    {
        foreach (var table in (string[])["mt_doc_signinsession", "mt_doc_refreshtoken"])
            session.QueueSqlCommand($"delete from events.{table} where {which}", values);
    }
}
