using System.Security.Cryptography;
using System.Text;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Writing;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Users;
using Marten;
using Npgsql;

namespace EventSourcedOrgs.Application.SignIn;

/// <summary>
/// Who is asking, read anew for every request from the states as committed: a role, a suspension or a deletion counts at once. One
/// statement each, which decrypts nothing.
/// </summary>
public sealed class Callers(NpgsqlDataSource database, IDocumentStore documents, States states, Scopes scopes, TimeProvider clock)
{
    /// <summary>So that scanners find a secret that leaked.</summary>
    public const string SecretPrefix = "eso_pat_";

    /// <summary>What secrets of organizations begin with, for the same reason.</summary>
    public const string OrganizationPrefix = "eso_org_";

    private static readonly TimeSpan BetweenNotes = TimeSpan.FromMinutes(1);

    private const string Standing = """
        select u.id, u.data ->> 'role', (u.data ->> 'organization')::uuid, (u.data ->> 'suspended')::boolean,
            coalesce((o.data ->> 'suspended')::boolean, false), (u.data ->> 'allowCustomerPortalAccess')::boolean,
            array(
                select jsonb_array_elements_text(r.data -> 'claims') from events.mt_doc_customrole r
                where r.data ->> 'name' = u.data ->> 'role' and not (r.data ->> 'deleted')::boolean)
        """;

    private const string OfPerson = $"""
        {Standing}
        from events.mt_doc_user u
        left join events.mt_doc_organization o on o.id = (u.data ->> 'organization')::uuid
        where u.id = $1 and not (u.data ->> 'deleted')::boolean
        """;

    private const string OfSecret = $"""
        {Standing}, t.id, array(select jsonb_array_elements_text(t.data -> 'scopes')), (n.data ->> 'lastUsedAt')::timestamptz
        from events.mt_doc_accesstokensecret s
        join events.mt_doc_accesstoken t on t.id = (s.data ->> 'accessToken')::uuid
        join events.mt_doc_user u on u.id = (t.data ->> 'user')::uuid
        left join events.mt_doc_organization o on o.id = (u.data ->> 'organization')::uuid
        left join events.mt_doc_accesstokenuse n on n.id = t.id
        where s.id = $1 and not (u.data ->> 'deleted')::boolean and not (t.data ->> 'revoked')::boolean and not (t.data ->> 'deleted')::boolean
            and (t.data ->> 'expiresAt' is null or (t.data ->> 'expiresAt')::timestamptz > $2)
            and (s.data ->> 'endsAt' is null or (s.data ->> 'endsAt')::timestamptz > $2)
        """;

    private const string OfOrganizationSecret = """
        select t.id, o.id, (o.data ->> 'suspended')::boolean, array(select jsonb_array_elements_text(t.data -> 'scopes')), (n.data ->> 'lastUsedAt')::timestamptz
        from events.mt_doc_accesstokensecret s
        join events.mt_doc_accesstoken t on t.id = (s.data ->> 'accessToken')::uuid
        join events.mt_doc_organization o on o.id = (t.data ->> 'organization')::uuid
        left join events.mt_doc_accesstokenuse n on n.id = t.id
        where s.id = $1 and not (o.data ->> 'deleted')::boolean and not (t.data ->> 'revoked')::boolean and not (t.data ->> 'deleted')::boolean
            and (t.data ->> 'expiresAt' is null or (t.data ->> 'expiresAt')::timestamptz > $2)
            and (s.data ->> 'endsAt' is null or (s.data ->> 'endsAt')::timestamptz > $2)
        """;

    /// <summary>The user who has proved the password.</summary>
    public async Task<Caller> OfUser(UserId user, CancellationToken cancellation)
    {
        await using var command = database.Command(OfPerson, user.Value);
        return await Read(command, cancellation);
    }

    /// <summary>
    /// The user of a signed token, as long as the sign-in lasts that it was made for; and, read in the same statement, the organization that the question is about, if it is about one.
    /// </summary>
    public async Task<(Caller Caller, Organization? About)> OfSession(UserId user, Guid session, OrganizationId? about, CancellationToken cancellation)
    {
        var (ofUser, ofSession) = (StateKey.Sealed<User>(user.Value), StateKey.Sealed<SignInSession>(session));
        StateKey[] ofAbout = about is { } asked ? [StateKey.Of<Organization>(asked.Value)] : [];
        var moment = await states.Read(
            [ofUser, ofSession, .. ofAbout], found => found.Find<User>(ofUser)?.Organization is { } id ? [StateKey.Sealed<Organization>(id.Value)] : [], cancellation);
        if (moment.Find<User>(ofUser) is not { Exists: true } known || moment.Find<SignInSession>(ofSession) is not { } signIn || signIn.User != user || signIn.ExpiresAt <= clock.GetUtcNow())
            return (Caller.Anonymous, null);

        var organization = known.Organization is { } own ? moment.Find<Organization>(StateKey.Sealed<Organization>(own.Value)) : null;
        var caller = !Role.Reserved.Contains(known.Role) ? await OfUser(user, cancellation)
            : DenialOf(known.Role, known.Suspended, organization?.Suspended ?? false, known.AllowCustomerPortalAccess) is { } denial ? Caller.Denied(denial)
            : new Caller(user, known.Role, known.Organization, scopes.Limits(known.Role, [], null), null);
        return caller.IsAnonymous ? (caller, null) : (caller with { Session = session }, ofAbout is [var key] ? moment.Find<Organization>(key) : null);
    }

    /// <summary>The owner of an access token, a user or an organization, limited to its scopes.</summary>
    public async Task<Caller> OfAccessToken(string secret, CancellationToken cancellation)
    {
        var ofOrganization = secret.StartsWith(OrganizationPrefix, StringComparison.Ordinal);
        var now = clock.GetUtcNow();
        await using var command = database.Command(ofOrganization ? OfOrganizationSecret : OfSecret, HashOf(secret), now.UtcDateTime);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
            return Caller.Anonymous;

        var (caller, lastUse) = ofOrganization ? OfOrganizationToken(reader) : OfToken(reader);
        await reader.CloseAsync();
        if (caller.AccessToken is { } token && (lastUse is null || lastUse <= now.UtcDateTime - BetweenNotes))
            await NoteUse(token, now, cancellation);
        return caller;
    }

    /// <summary>What is stored of a secret.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private async Task<Caller> Read(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? Of(reader) : Caller.Anonymous;
    }

    private Caller Of(NpgsqlDataReader row, IReadOnlyCollection<string>? ofToken = null)
    {
        var role = new Role(row.GetString(1));
        return DenialOf(role, suspended: row.GetBoolean(3), organizationSuspended: row.GetBoolean(4), allowed: row.GetBoolean(5)) is { } denial
            ? Caller.Denied(denial)
            : new Caller(UserId.From(row.GetGuid(0)), role, row.IsDBNull(2) ? null : OrganizationId.From(row.GetGuid(2)),
                scopes.Limits(role, row.GetFieldValue<string[]>(6), ofToken), null);
    }

    private (Caller Caller, DateTime? LastUse) OfToken(NpgsqlDataReader row)
    {
        var caller = Of(row, ofToken: row.GetFieldValue<string[]>(8));
        return (caller.IsAnonymous ? caller : caller with { AccessToken = AccessTokenId.From(row.GetGuid(7)) }, row.IsDBNull(9) ? null : row.GetDateTime(9));
    }

    /// <summary>An organization acts with the rights of its organization-admins, and is no user.</summary>
    private (Caller Caller, DateTime? LastUse) OfOrganizationToken(NpgsqlDataReader row) => (
        row.GetBoolean(2)
            ? Caller.Denied(Refusal.OrganizationSuspended)
            : new(null, Role.OrganizationAdmin, OrganizationId.From(row.GetGuid(1)), scopes.Limits(Role.OrganizationAdmin, [], row.GetFieldValue<string[]>(3)),
                AccessTokenId.From(row.GetGuid(0))),
        row.IsDBNull(4) ? null : row.GetDateTime(4));

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
