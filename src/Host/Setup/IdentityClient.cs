using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EventSourcedOrgs.Application.IdentityProviders;
using EventSourcedOrgs.Domain;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>OpenID Connect as a client that has a secret: the authorization code flow with PKCE. What goes wrong at the provider is told to the log, never to the browser.</summary>
internal sealed partial class IdentityClient(GuardedHttp http, ProviderMetadata metadata, TimeProvider clock, ILogger<IdentityClient> log) : IIdentityClient
{
    private const string Code = "code";
    private const string Basic = "client_secret_basic";

    private readonly IdentityTokens tokens = new(clock);

    public Task<Result<Uri>> AddressOf(IdentityProvider provider, string state, SignInProof proof, CancellationToken cancellation) => Asking<Uri>(provider, async () =>
    {
        var about = (await metadata.Of(provider.Issuer, cancellation)).About;
        return new Uri(QueryHelpers.AddQueryString(about.AuthorizationEndpoint, new Dictionary<string, string?>
        {
            [OpenIdConnectParameterNames.ResponseType] = Code,
            [OpenIdConnectParameterNames.ClientId] = provider.ClientId,
            [OpenIdConnectParameterNames.RedirectUri] = proof.RedirectUri,
            [OpenIdConnectParameterNames.Scope] = string.Join(' ', provider.Scopes.Prepend("openid").Distinct()),
            [OpenIdConnectParameterNames.State] = state,
            [OpenIdConnectParameterNames.Nonce] = proof.Nonce,
            ["code_challenge"] = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(proof.Verifier))),
            ["code_challenge_method"] = "S256",
        }));
    }, cancellation);

    public Task<Result<ProvenIdentity>> Redeem(IdentityProvider provider, string clientSecret, string code, SignInProof proof, CancellationToken cancellation) =>
        Asking<ProvenIdentity>(provider, async () =>
        {
            var about = (await metadata.Of(provider.Issuer, cancellation)).About;
            var form = new Dictionary<string, string>
            {
                [OpenIdConnectParameterNames.GrantType] = "authorization_code",
                [OpenIdConnectParameterNames.Code] = code,
                [OpenIdConnectParameterNames.RedirectUri] = proof.RedirectUri,
                ["code_verifier"] = proof.Verifier,
            };
            var isBasic = about.TokenEndpointAuthMethodsSupported.Count == 0 || about.TokenEndpointAuthMethodsSupported.Contains(Basic);
            if (!isBasic)
                (form[OpenIdConnectParameterNames.ClientId], form[OpenIdConnectParameterNames.ClientSecret]) = (provider.ClientId, clientSecret);

            var (status, text) = await http.Send(about.TokenEndpoint, form, isBasic ? Credentials(provider.ClientId, clientSecret) : null, cancellation);
            if (status != HttpStatusCode.OK)
            {
                LogDeclined(log, provider.Issuer, (int)status);
                return Refusal.SignInDeclined;
            }

            using var answer = JsonDocument.Parse(text);
            if (answer.RootElement.ValueKind != JsonValueKind.Object || !answer.RootElement.TryGetProperty(OpenIdConnectParameterNames.IdToken, out var token)
                || token.ValueKind != JsonValueKind.String)
                return Refusal.InvalidIdentityToken;

            var read = await tokens.Read(token.GetString()!, provider, proof.Nonce, id => metadata.Find(provider.Issuer, id, cancellation));
            if (read.Wrong is { } wrong)
                LogInvalid(log, provider.Issuer, wrong);
            return read.Identity is { } identity ? identity : Refusal.InvalidIdentityToken;
        }, cancellation);

    /// <summary>RFC 6749, 2.3.1: both parts are form-encoded first.</summary>
    private static AuthenticationHeaderValue Credentials(string id, string secret) => new(
        "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{WebUtility.UrlEncode(id)}:{WebUtility.UrlEncode(secret)}")));

    private async Task<Result<T>> Asking<T>(IdentityProvider provider, Func<Task<Result<T>>> ask, CancellationToken cancellation)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException or FormatException or ArgumentException or InvalidOperationException
                or CryptographicException or SecurityTokenException
            || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            LogUnreachable(log, e, provider.Issuer);
            return Refusal.IdentityProviderUnreachable;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The identity provider {Issuer} could not be asked")]
    private static partial void LogUnreachable(ILogger log, Exception e, string issuer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The identity provider {Issuer} took no code: status {Status}")]
    private static partial void LogDeclined(ILogger log, string issuer, int status);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The identity provider {Issuer} gave a token that is not taken: {Wrong}")]
    private static partial void LogInvalid(ILogger log, string issuer, string wrong);
}
