using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace EventSourcedOrgs.Host.Tests.Identity.Providers;

/// <summary>
/// A small OpenID Connect provider on a port of its own: discovery, keys, authorization codes with PKCE, client authentication, ID tokens. Whoever comes is signed in
/// as <see cref="Person"/>; what it says can be forged before it is signed, or instead.
/// </summary>
internal sealed class SomeProvider : IAsyncDisposable
{
    public const string Secret = "unmistakable client secret: 1+1=2";

    private readonly WebApplication app;
    private readonly TimeProvider clock;
    private readonly ConcurrentDictionary<string, (string Redirect, string Nonce, string Challenge, Dictionary<string, object> Person)> codes = new();
    private RsaSecurityKey key = NewKey();

    private SomeProvider(WebApplication app, TimeProvider clock) => (this.app, this.clock) = (app, clock);

    public string Client { get; } = $"client {Guid.NewGuid():N}";

    public string Issuer => app.Urls.First();

    public bool OnlyPost { get; set; }

    /// <summary>The claims of whoever signs in next.</summary>
    public Dictionary<string, object> Person { get; set; } = [];

    /// <summary>Changes what the next tokens say.</summary>
    public Action<Dictionary<string, object>> Forge { get; set; } = _ => { };

    /// <summary>Signs the next tokens in another way.</summary>
    public Func<Dictionary<string, object>, string>? Sign { get; set; }

    public int KeysRead { get; private set; }

    /// <summary>What the metadata answer instead of the truth.</summary>
    public Func<HttpContext, Task>? Discovery { get; set; }

    public static async Task<SomeProvider> Start(TimeProvider clock)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var provider = new SomeProvider(builder.Build(), clock);
        provider.Map();
        await provider.app.StartAsync();
        return provider;
    }

    public static Dictionary<string, object> Named(string subject, string email, bool verified = true, params string[] groups) => new()
    {
        ["sub"] = subject, ["email"] = email, ["email_verified"] = verified, ["given_name"] = "Emmy", ["family_name"] = "Noether", ["groups"] = groups,
    };

    /// <summary>The key of the provider, without its id.</summary>
    public SecurityKey Nameless => new RsaSecurityKey(key.Rsa);

    public void ChangeKey() => key = NewKey();

    public string Signed(Dictionary<string, object> claims, SecurityKey? by = null, string algorithm = SecurityAlgorithms.RsaSha256) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor { Claims = claims, SigningCredentials = new(by ?? key, algorithm) });

    public object Settings(bool provisioning = false, string? defaultRole = null, string[]? domains = null, object[]? groups = null) => groups is null
        ? new { issuer = Issuer, clientId = Client, clientSecret = Secret, provisioning, defaultRole = defaultRole ?? "user", allowedEmailDomains = domains ?? [] }
        : new
        {
            issuer = Issuer, clientId = Client, clientSecret = Secret, provisioning, defaultRole = defaultRole ?? "user", allowedEmailDomains = domains ?? [],
            groupClaim = "groups", groupMappings = groups,
        };

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private static RsaSecurityKey NewKey() => new(RSA.Create(2048)) { KeyId = Guid.NewGuid().ToString("N") };

    private void Map()
    {
        app.MapGet("/.well-known/openid-configuration", http => Discovery is { } other ? other(http) : http.Response.WriteAsJsonAsync(new Dictionary<string, object>
        {
            ["issuer"] = Issuer,
            ["authorization_endpoint"] = $"{Issuer}/authorize",
            ["token_endpoint"] = $"{Issuer}/token",
            ["jwks_uri"] = $"{Issuer}/keys",
            ["token_endpoint_auth_methods_supported"] = new[] { OnlyPost ? "client_secret_post" : "client_secret_basic" },
        }));
        app.MapGet("/keys", () =>
        {
            KeysRead++;
            var open = key.Rsa.ExportParameters(false);
            return new { keys = new[] { new { kty = "RSA", use = "sig", kid = key.KeyId, n = Base64UrlEncoder.Encode(open.Modulus), e = Base64UrlEncoder.Encode(open.Exponent) } } };
        });
        app.MapGet("/authorize", Authorize);
        app.MapPost("/token", (Delegate)Token);
    }

    private IResult Authorize(HttpContext http)
    {
        var query = http.Request.Query;
        if (query["client_id"] != Client || query["response_type"] != "code" || query["code_challenge_method"] != "S256" || !query["scope"].ToString().Split(' ').Contains("openid"))
            return Results.BadRequest();

        var code = Guid.NewGuid().ToString("N");
        codes[code] = (query["redirect_uri"]!, query["nonce"]!, query["code_challenge"]!, new(Person));
        return Results.Redirect($"{query["redirect_uri"]}?code={code}&state={query["state"]}");
    }

    private async Task<IResult> Token(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        if (!IsClient(http, form) || !codes.TryRemove(form["code"].ToString(), out var asked) || form["redirect_uri"] != asked.Redirect
            || Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != asked.Challenge)
            return Results.BadRequest(new { error = "invalid_grant" });

        var now = clock.GetUtcNow();
        var claims = new Dictionary<string, object>(asked.Person)
        {
            ["iss"] = Issuer, ["aud"] = Client, ["nonce"] = asked.Nonce, ["iat"] = now.ToUnixTimeSeconds(), ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds(),
        };
        Forge(claims);
        return Results.Json(new { access_token = "opaque", token_type = "Bearer", id_token = Sign is { } other ? other(claims) : Signed(claims) });
    }

    private bool IsClient(HttpContext http, IFormCollection form)
    {
        if (OnlyPost)
            return form["client_id"] == Client && form["client_secret"] == Secret;
        var basic = $"{WebUtility.UrlEncode(Client)}:{WebUtility.UrlEncode(Secret)}";
        return http.Request.Headers.Authorization == $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(basic))}" && !form.ContainsKey("client_secret");
    }
}
