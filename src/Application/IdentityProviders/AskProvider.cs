using System.Text.Json;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Domain;
using Marten;

namespace EventSourcedOrgs.Application.IdentityProviders;

/// <summary>Where the browser goes, and what it keeps in its cookie meanwhile.</summary>
public sealed record AskedProvider(Uri Address, string Browser);

/// <summary>
/// Somebody wants to sign in with the provider of an organization, or with that of the account. A browser that has a cookie of ours keeps it, so that two sign-ins
/// side by side both come to an end. What is kept is no history.
/// </summary>
public sealed record AskProvider(OrganizationId? Organization, string RedirectUri, string? Browser) : IQuery<AskedProvider>
{
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    public sealed class Handler(Store store, IIdentityClient client, IDocumentStore documents, Secrets secrets) : IQueryHandler<AskProvider, AskedProvider>
    {
        public async Task<Result<AskedProvider>> Handle(AskProvider query, CancellationToken cancellationToken)
        {
            var found = await OwnedProvider.Find(store, query.Organization, cancellationToken);
            if (found.Refusal is { } absent)
                return absent;

            var (provider, state, now) = (found.Value!.Provider, Secret.New(), store.Context.Now);
            var proof = new SignInProof(Secret.New(), Secret.New(), query.RedirectUri);
            var address = await client.AddressOf(provider, state, proof, cancellationToken);
            if (address.Refusal is { } unreachable)
                return unreachable;

            var browser = IsOurs(query.Browser) ? query.Browser! : Secret.New();
            await using var session = documents.LightweightSession();
            session.Insert(new AskedSignIn(
                Callers.HashOf(state), query.Organization, provider.Issuer, provider.ClientId, query.RedirectUri, Callers.HashOf(browser),
                secrets.Seal(JsonSerializer.SerializeToUtf8Bytes(proof)), now + Life));
            session.QueueSqlCommand(
                """
                delete from events.mt_doc_askedsignin where id in (
                    select id from events.mt_doc_askedsignin where events.mt_immutable_timestamptz(data ->> 'expiresAt') < ? limit 100 for update skip locked)
                """,
                now);
            await session.SaveChangesAsync(cancellationToken);
            return new AskedProvider(address.Value!, browser);
        }

        private static bool IsOurs(string? cookie) =>
            cookie?.Length == Secret.New().Length && cookie.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
    }
}
