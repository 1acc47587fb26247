using System.Security.Cryptography;
using System.Text;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Writing;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.AccessTokens;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Users;
using Marten;
using Npgsql;

namespace EventSourcedOrgs.Application.SignIn;

/// <summary>
/// Who is asking, found anew for every request from the states as committed: a role, a suspension or a deletion counts at once. Nothing
/// is decrypted for that.
/// </summary>
public sealed class Callers(NpgsqlDataSource database, IDocumentStore documents, States states, Scopes scopes, TimeProvider clock)
{
    /// <summary>So that scanners find a secret that leaked.</summary>
    public const string SecretPrefix = "eso_pat_";

    /// <summary>What secrets of organizations begin with, for the same reason.</summary>
    public const string OrganizationPrefix = "eso_org_";

    private static readonly TimeSpan BetweenNotes = TimeSpan.FromMinutes(1);

    /// <summary>Nothing where the user has another role by then.</summary>
    private const string ClaimsOfRole = """
        select jsonb_array_elements_text(r.data -> 'claims') from events.mt_doc_user u join events.mt_doc_customrole r on r.data ->> 'name' = u.data ->> 'role'
        where u.id = $1 and u.data ->> 'role' = $2 and not (r.data ->> 'deleted')::boolean
        """;

    /// <summary>The user who has proved the password.</summary>
    public async Task<Caller> OfUser(UserId user, CancellationToken cancellation) =>
        await Of(user, await states.Read([StateKey.Sealed<User>(user.Value)], found => OrganizationOf(found, user), null, cancellation), null, cancellation);

    /// <summary>
    /// The user of a signed token, as long as the sign-in lasts that it was made for, and the moment at which that was so. What the request is about is read in the same statement.
    /// </summary>
    public async Task<(Caller Caller, States.Moment Moment)> OfSession(UserId user, Guid session, IEnumerable<StateKey> about, CancellationToken cancellation)
    {
        var ofSession = StateKey.Sealed<SignInSession>(session);
        var moment = await states.Read([StateKey.Sealed<User>(user.Value), ofSession, .. about], found => OrganizationOf(found, user), null, cancellation);
        if (moment.Find<SignInSession>(ofSession) is not { } signIn || signIn.User != user || signIn.ExpiresAt <= clock.GetUtcNow())
            return (Caller.Anonymous, moment);

        var caller = await Of(user, moment, null, cancellation);
        return (caller.IsAnonymous ? caller : caller with { Session = session }, moment);
    }

    /// <summary>The owner of an access token, a user or an organization, limited to its scopes, and the moment, as for a session.</summary>
    public async Task<(Caller Caller, States.Moment Moment)> OfAccessToken(string secret, IEnumerable<StateKey> about, CancellationToken cancellation)
    {
        var (now, ofSecret) = (clock.GetUtcNow(), StateKey.Of<AccessTokenSecret>(HashOf(secret)));
        var moment = await states.Read([ofSecret, .. about], Needed, null, cancellation);
        if (moment.Find<AccessTokenSecret>(ofSecret) is not { } known || known.EndsAt <= now || TokenIn(moment) is not { } token || !token.ValidAt(now))
            return (Caller.Anonymous, moment);

        var caller = token.Organization is { } organization ? Of(moment.Find<Organization>(StateKey.Sealed<Organization>(organization.Value)), token)
            : await Of(token.User, moment, token.Scopes, cancellation);
        if (caller.IsAnonymous)
            return (caller, moment);

        if (moment.Find<AccessTokenUse>(StateKey.Of<AccessTokenUse>(token.Id.Value)) is not { } use || use.LastUsedAt <= now - BetweenNotes)
            await NoteUse(token.Id, now, cancellation);
        return (caller with { AccessToken = token.Id }, moment);

        AccessToken? TokenIn(States.Moment found) =>
            found.Find<AccessTokenSecret>(ofSecret) is { } leads ? found.Find<AccessToken>(StateKey.Sealed<AccessToken>(leads.AccessToken.Value)) : null;

        IEnumerable<StateKey> Needed(States.Moment found)
        {
            if (found.Find<AccessTokenSecret>(ofSecret) is not { } leads)
                return [];
            StateKey[] ofToken = [StateKey.Sealed<AccessToken>(leads.AccessToken.Value), StateKey.Of<AccessTokenUse>(leads.AccessToken.Value)];
            return TokenIn(found) switch
            {
                null => ofToken,
                { Organization: { } organization } => [.. ofToken, StateKey.Sealed<Organization>(organization.Value)],
                { User: var user } => [.. ofToken, StateKey.Sealed<User>(user.Value), .. OrganizationOf(found, user)],
            };
        }
    }

    /// <summary>Who asked for something before, as far as that one may still act: with the role and rights of now, within the scopes of then; nobody when the user or the token is no more.</summary>
    public async Task<Caller> OfNow(Caller before, CancellationToken cancellation)
    {
        if (before.User is not { } user)
            return before;

        StateKey[] ofToken = before.AccessToken is { } token ? [StateKey.Sealed<AccessToken>(token.Value)] : [];
        var moment = await states.Read([StateKey.Sealed<User>(user.Value), .. ofToken], found => OrganizationOf(found, user), null, cancellation);
        if (ofToken is [var key] && moment.Find<AccessToken>(key)?.ValidAt(clock.GetUtcNow()) != true)
            return Caller.Anonymous;

        var caller = await Of(user, moment, before.Scopes, cancellation);
        return caller.IsAnonymous ? caller : caller with { AccessToken = before.AccessToken };
    }

    /// <summary>What is stored of a secret.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private static IEnumerable<StateKey> OrganizationOf(States.Moment found, UserId user) =>
        found.Find<User>(StateKey.Sealed<User>(user.Value))?.Organization is { } id ? [StateKey.Sealed<Organization>(id.Value)] : [];

    private async Task<Caller> Of(UserId id, States.Moment moment, IReadOnlyCollection<string>? ofToken, CancellationToken cancellation)
    {
        if (moment.Find<User>(StateKey.Sealed<User>(id.Value)) is not { Exists: true } user)
            return Caller.Anonymous;

        var organization = user.Organization is { } own ? moment.Find<Organization>(StateKey.Sealed<Organization>(own.Value)) : null;
        if (DenialOf(user.Role, user.Suspended, organization?.Suspended ?? false, user.AllowCustomerPortalAccess) is { } denial)
            return Caller.Denied(denial);

        var claims = user.Role.IsReserved ? [] : await ClaimsOf(user, cancellation);
        return new(id, user.Role, user.Organization, scopes.Limits(user.Role, claims, ofToken), null);
    }

    /// <summary>An organization acts with the rights of its organization-admins, and is no user.</summary>
    private Caller Of(Organization? organization, AccessToken token) => organization switch
    {
        not { Exists: true } => Caller.Anonymous,
        { Suspended: true } => Caller.Denied(Refusal.OrganizationSuspended),
        _ => new(null, Role.OrganizationAdmin, organization.Id, scopes.Limits(Role.OrganizationAdmin, [], token.Scopes), null),
    };

    private async Task<IReadOnlyCollection<string>> ClaimsOf(User user, CancellationToken cancellation)
    {
        await using var command = database.Command(ClaimsOfRole, user.Id.Value, user.Role.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var claims = new List<string>();
        while (await reader.ReadAsync(cancellation))
            claims.Add(reader.GetString(0));
        return claims;
    }

    /// <summary>Why somebody who is known may do nothing at the moment.</summary>
    internal static Refusal? DenialOf(Role role, bool suspended, bool organizationSuspended, bool allowed) =>
        suspended ? Refusal.UserSuspended
        : organizationSuspended ? Refusal.OrganizationSuspended
        : !role.IsTeam && !allowed ? Refusal.CustomerPortalNotAllowed
        : null;

    private async Task NoteUse(AccessTokenId token, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var session = documents.LightweightSession();
        session.Store(new AccessTokenUse(token, now));
        await session.SaveChangesAsync(cancellation);
    }
}
