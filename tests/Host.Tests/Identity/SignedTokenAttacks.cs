using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Host.Setup;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Identity;

public class SignedTokenAttacks
{
    /// <summary>Every way to make a token that must not be taken; the key of each is what the test is called with.</summary>
    private static readonly Dictionary<string, Func<Token, Token>> Forgeries = new()
    {
        ["alg none, no signature"] = token => token.Header("alg", "none") with { Sign = _ => [] },
        ["alg None, signature kept"] = token => token.Header("alg", "None"),
        ["alg absent"] = token => token.Header("alg", null),
        ["HS256 with the public key as the secret"] = token =>
            token.Header("alg", "HS256") with { Sign = data => HMACSHA256.HashData(token.Key.ExportSubjectPublicKeyInfo(), data) },
        ["HS256 with the public key in PEM as the secret"] = token =>
            token.Header("alg", "HS256") with { Sign = data => HMACSHA256.HashData(Encoding.ASCII.GetBytes(token.Key.ExportSubjectPublicKeyInfoPem()), data) },
        ["ES384 of the same key"] = token => token.Header("alg", "ES384") with { Sign = data => token.Key.SignData(data, HashAlgorithmName.SHA384) },
        ["no signature"] = token => token with { Sign = _ => [] },
        ["half a signature"] = token => token with { Sign = data => token.Sign(data)[..32] },
        ["a signature of zeros"] = token => token with { Sign = _ => new byte[64] },
        ["a signature of something else"] = token => token with { Sign = _ => token.Sign([1, 2, 3]) },
        ["another key under the same kid"] = token => token with { Sign = data => Signed(data) },
        ["another key in the header"] = token => token.Header("jwk", Jwk()) with { Sign = data => Signed(data) },
        ["another key at an address"] = token => token.Header("jku", "https://attacker.example/keys") with { Sign = data => Signed(data) },
        ["an unknown kid"] = token => token.Header("kid", "unknown"),
        ["no kid"] = token => token.Header("kid", null),
        ["a kid that is SQL"] = token => token.Header("kid", "' or '1'='1"),
        ["another issuer"] = token => token.Claim("iss", "https://attacker.example"),
        ["no issuer"] = token => token.Claim("iss", null),
        ["another audience"] = token => token.Claim("aud", "another"),
        ["no audience"] = token => token.Claim("aud", null),
        ["expired a second ago"] = token => token.Claim("exp", DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 1),
        ["no expiry"] = token => token.Claim("exp", null),
        ["an expiry that is text"] = token => token.Claim("exp", "tomorrow"),
        ["not yet valid"] = token => token.Claim("nbf", DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 60),
        ["another type"] = token => token.Header("typ", "JWT"),
        ["no type"] = token => token.Header("typ", null),
        ["a critical extension"] = token => token.Header("crit", new JsonArray("x")).Header("x", true),
        ["nobody"] = token => token.Claim("sub", null),
        ["a user who is no id"] = token => token.Claim("sub", "root"),
        ["another user by this sign-in"] = token => token.Claim("sub", Guid.NewGuid().ToString()),
        ["no sign-in"] = token => token.Claim("sid", null),
        ["another sign-in"] = token => token.Claim("sid", Guid.NewGuid().ToString()),
        ["a payload changed after it was signed"] = token => token.Claim("sub", Guid.NewGuid().ToString()) with { Sign = _ => token.Sign(token.Data) },
    };

    public static TheoryData<string> Names => [.. Forgeries.Keys];

    [Theory, MemberData(nameof(Names))]
    public async Task A_forged_token_is_nobodys(string name)
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var genuine = await Genuine(ada);
        await ada.Host.Client(genuine.Text).Get("/v3/me").Expect(200);

        var problem = await ada.Host.Client(Forgeries[name](genuine).Text).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");

        problem.Text("detail").ShouldBe("Send a valid token: 'Authorization: Bearer ...'.");
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer x")]
    [InlineData("Bearer a.b.c")]
    [InlineData("Bearer ..")]
    [InlineData("Bearer eyJhbGciOiJub25lIn0.e30.")]
    [InlineData("Bearer a.b.c.d.e")]
    [InlineData("Bearer eso_pat_")]
    [InlineData("Bearer eso_pat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Basic cm9vdDpyb290")]
    [InlineData("eso_pat_x")]
    public async Task What_is_no_token_is_nobodys(string header)
    {
        var client = (await TestHost.Shared).Client(null);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
        await client.Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
    }

    [Fact]
    public async Task A_token_of_many_kilobytes_is_nobodys()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var long1 = (await Genuine(ada)).Claim("filler", new string('x', 6000));
        await ada.Host.Client(long1.Text).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
    }

    [Fact]
    public async Task Two_tokens_at_once_are_nobodys()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var client = ada.Host.Client(null);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", [$"Bearer {(await ada.Tokens()).Access}", $"Bearer {(await ada.Tokens()).Access}"]);
        await client.Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
    }

    [Fact]
    public async Task The_scheme_is_written_in_any_case()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var client = ada.Host.Client(null);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"bEARER {(await ada.Tokens()).Access}");
        await client.Get("/v3/me").Expect(200);
    }

    [Fact]
    public async Task A_token_of_another_installation_is_nobodys()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        await using var other = await TestHost.StartAsync();
        await other.Client((await ada.Tokens()).Access).Get("/v3/me").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
    }

    [Fact]
    public async Task A_token_outlives_the_process_by_its_key()
    {
        await using var first = await TestHost.StartAsync();
        var ada = await SignInHost.Somebody(first);
        await using var next = await TestHost.StartAsync(owner: ada.Host.Owner);

        await next.Client((await ada.Tokens()).Access).Get("/v3/me").Expect(200);
        (await next.Scalar<long>("select count(*) from events.mt_doc_signingkey")).ShouldBe(1);
    }

    [Fact]
    public async Task A_token_says_who_and_by_which_sign_in_and_nothing_about_what_they_may_do()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var payload = (await Genuine(ada)).Payload;

        payload.Select(member => member.Key).Order().ShouldBe(["aud", "exp", "iat", "iss", "jti", "nbf", "sid", "sub"]);
        (payload["exp"]!.GetValue<long>() - payload["iat"]!.GetValue<long>()).ShouldBe(3600);
    }

    private static async Task<Token> Genuine(Somebody user)
    {
        var parts = (await user.Tokens()).Access.Split('.');
        var key = await user.Host.Services.GetRequiredService<SigningKeys>().Signing(CancellationToken.None);
        return new(Read(parts[0]), Read(parts[1]), key.Key, data => key.Key.SignData(data, HashAlgorithmName.SHA256));
    }

    private static JsonObject Read(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part))!.AsObject();

    private static byte[] Signed(byte[] data)
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return other.SignData(data, HashAlgorithmName.SHA256);
    }

    private static JsonObject Jwk()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = other.ExportParameters(false).Q;
        return new() { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y) };
    }

    /// <summary>A token in parts, signed whenever it is written.</summary>
    private sealed record Token(JsonObject Head, JsonObject Payload, ECDsa Key, Func<byte[], byte[]> Sign)
    {
        public byte[] Data => Encoding.ASCII.GetBytes($"{Part(Head)}.{Part(Payload)}");

        public string Text => $"{Encoding.ASCII.GetString(Data)}.{Base64Url.EncodeToString(Sign(Data))}";

        public Token Header(string name, JsonNode? value) => this with { Head = With(Head, name, value) };

        public Token Claim(string name, JsonNode? value) => this with { Payload = With(Payload, name, value) };

        private static string Part(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));

        private static JsonObject With(JsonObject part, string name, JsonNode? value)
        {
            var copy = part.DeepClone().AsObject();
            copy.Remove(name);
            if (value is not null)
                copy[name] = value;
            return copy;
        }
    }
}
