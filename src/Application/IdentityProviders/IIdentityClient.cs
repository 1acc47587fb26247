using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application.IdentityProviders;

/// <summary>Whom a provider has named, in words that were checked to be its own. No groups means that it did not say which.</summary>
public sealed record ProvenIdentity(
    string Issuer, string Subject, string? Email, bool EmailVerified, string? FirstName, string? LastName, ValueList<string>? Groups);

/// <summary>What one sign-in keeps to recognize its answer by: nobody else knows the nonce or the PKCE verifier.</summary>
public sealed record SignInProof(string Nonce, string Verifier, string RedirectUri);

/// <summary>Speaks OpenID Connect with a provider.</summary>
public interface IIdentityClient
{
    /// <summary>Where the browser asks the provider to sign somebody in.</summary>
    Task<Result<Uri>> AddressOf(IdentityProvider provider, string state, SignInProof proof, CancellationToken cancellation);

    /// <summary>Whom the provider has signed in, for the code that the browser brought back.</summary>
    Task<Result<ProvenIdentity>> Redeem(IdentityProvider provider, string clientSecret, string code, SignInProof proof, CancellationToken cancellation);
}
