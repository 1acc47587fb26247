using System.Text;
using EventSourcedOrgs.Domain;
using Marten;

namespace EventSourcedOrgs.Application.IdentityProviders;

/// <summary>A provider, and whose it is: an organization's, or with none the account's.</summary>
public sealed record OwnedProvider(Guid Owner, OrganizationId? Organization, IdentityProvider Provider)
{
    /// <summary>The provider of an organization or of the account; an organization that does not exist looks like one without a provider.</summary>
    public static async Task<Result<OwnedProvider>> Find(Store store, OrganizationId? organization, CancellationToken cancellation)
    {
        if (organization is { } id)
        {
            return await store.Organizations.Latest(id, cancellation) is { Exists: true, IdentityProvider: { } own }
                ? new OwnedProvider(id.Value, id, own)
                : Refusal.IdentityProviderNotFound;
        }

        return await store.Session.FindAccount(cancellation) is { IdentityProvider: { } provider } account
            ? new OwnedProvider(account.Id.Value, null, provider)
            : Refusal.IdentityProviderNotFound;
    }
}

/// <summary>The secrets that are shown to providers: sealed, never in an event and never answered.</summary>
public sealed class ProviderSecrets(IDocumentSession session, Secrets secrets)
{
    public async Task<string?> Find(Guid owner, CancellationToken cancellation) =>
        await session.LoadAsync<IdentityProviderSecret>(owner, cancellation) is { } known ? Encoding.UTF8.GetString(secrets.Open(known.Sealed)) : null;

    /// <summary>
    /// Keeps the secret that was given and answers whether it is another one. Without one the former stays, but only for the same issuer and client: nobody
    /// has a secret sent to another place who does not know it.
    /// </summary>
    public async Task<Result<bool>> Keep(Guid owner, string? given, IdentityProvider? before, IdentityProvider after, CancellationToken cancellation)
    {
        var known = await Find(owner, cancellation);
        if (given is null)
            return known is not null && before?.Issuer == after.Issuer && before.ClientId == after.ClientId ? false : Refusal.ClientSecretRequired;
        if (given == known)
            return false;

        session.Store(new IdentityProviderSecret(owner, secrets.Seal(Encoding.UTF8.GetBytes(given))));
        return true;
    }

    public void Forget(Guid owner) => session.Delete<IdentityProviderSecret>(owner);
}
