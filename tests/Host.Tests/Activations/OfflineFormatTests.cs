using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Activations;

/// <summary>The format as the document describes it, made here by hand: what it names is taken, everything else is refused, and nothing breaks the service.</summary>
public class OfflineFormatTests
{
    private const string Key = "AAAAAA-BBBBBB-CCCCCC-DDDDDD";

    private static JsonObject Payload(string product) => new()
    {
        ["kind"] = "activate", ["requestId"] = Guid.NewGuid().ToString(), ["madeAt"] = "2026-03-01T12:00:00Z", ["productId"] = product, ["fingerprint"] = new string('c', 64),
        ["userHash"] = "ada", ["hostname"] = "drawing-board", ["os"] = "linux",
    };

    private static string Signed(string payload, string key = Key, string? header = null)
    {
        var derived = SHA256.HashData(Encoding.UTF8.GetBytes($"eventsourcedorgs offline request 1\n{key}"));
        header ??= $$"""{"alg":"HS256","typ":"offline-request/1","kid":"{{Base64Url.EncodeToString(SHA256.HashData(derived).AsSpan(0, 8))}}"}""";
        var signed = $"{Encode(header)}.{Encode(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(derived, Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static async Task<(Carrier Carrier, Sold Sold)> Licensed()
    {
        var sold = await Sold.With(("allowedActivations", 50), ("key", $"{Key}-{Guid.NewGuid():N}"));
        return (await Carrier.Of(sold), sold);
    }

    [Fact]
    public async Task What_the_document_describes_is_taken()
    {
        var (carrier, sold) = await Licensed();
        var payload = Payload(sold.Designer.Id);
        await carrier.Carry(Signed(payload.ToJsonString(), carrier.Key)).Expect(200);
        (payload["requestId"], payload["osVersion"], payload["container"], payload["releaseVersion"]) = (Guid.NewGuid().ToString(), "6.12", true, "1.4.2");
        payload["metadata"] = new JsonArray(new JsonObject { ["key"] = "room", ["value"] = "12" });
        var broken = string.Join("\r\n  ", Signed(payload.ToJsonString(), carrier.Key).Chunk(40).Select(line => new string(line)));
        var token = (await carrier.Carry($"-----BEGIN ANYTHING-----\n{broken}\n-----END-----").Expect(200)).Text("offlineResponse");
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!;
        (claims.Text("rid"), claims["amd"]!.ToJsonString()).ShouldBe((payload.Text("requestId"), """[{"key":"room","value":"12"}]"""));
    }

    [Theory]
    [InlineData("kind", "\"rule\""), InlineData("kind", null), InlineData("kind", "0"), InlineData("requestId", null), InlineData("requestId", "\"7\""), InlineData("madeAt", null), InlineData("madeAt", "\"noon\"")]
    [InlineData("productId", null), InlineData("fingerprint", null), InlineData("fingerprint", "\"short\""), InlineData("fingerprint", "7"), InlineData("userHash", "\"\""), InlineData("hostname", null)]
    [InlineData("hostname", "\"\\ud800\""), InlineData("hostname", "\"a\\u0000b\""), InlineData("os", "\"beos\""), InlineData("os", null), InlineData("os", "1"), InlineData("container", "\"yes\""), InlineData("role", "\"admin\"")]
    [InlineData("Kind", "\"activate\""), InlineData("releaseVersion", "\"one\""), InlineData("metadata", "{}"), InlineData("metadata", "[{\"key\":\"a\"}]"), InlineData("metadata", "[null]"), InlineData("userId", "\"me\"")]
    [InlineData("metadata", "[{\"key\":\"a\",\"value\":\"\\u0000\"}]"), InlineData("metadata", "null"), InlineData("fingerprint", "null"), InlineData("osVersion", "\"\\udc00\"")]
    public async Task What_it_does_not_describe_is_refused(string member, string? value)
    {
        var (carrier, sold) = await Licensed();
        var payload = Payload(sold.Designer.Id);
        payload.Remove(member);
        var text = payload.ToJsonString();
        await carrier.Carry(Signed(value is null ? text : $"{text[..^1]},\"{member}\":{value}}}", carrier.Key)).ExpectProblem(400, "INVALID_OFFLINE_REQUEST");
        (await sold.Totals()).ShouldBe((0, 0));
    }

    [Theory, InlineData("[]"), InlineData("null"), InlineData("7"), InlineData("{}"), InlineData("{"), InlineData("\"text\"")]
    public async Task What_is_no_object_is_refused(string payload)
    {
        var (carrier, _) = await Licensed();
        await carrier.Carry(Signed(payload, carrier.Key)).ExpectProblem(400, "INVALID_OFFLINE_REQUEST");
        await carrier.Carry(Signed(Payload(carrier.Sold.Designer.Id).ToJsonString(), carrier.Key, payload)).ExpectProblem(400, "INVALID_OFFLINE_REQUEST");
    }

    [Fact]
    public async Task A_member_that_is_given_twice_and_a_key_that_was_changed_are_refused()
    {
        var (carrier, sold) = await Licensed();
        var text = Payload(sold.Designer.Id).ToJsonString();
        await carrier.Carry(Signed($"{text[..^1]},\"kind\":\"activate\"}}", carrier.Key)).ExpectProblem(400, "INVALID_OFFLINE_REQUEST");
        await carrier.Carry(Signed(text, "SOME-OTHER-KEY")).ExpectProblem(400, "INVALID_OFFLINE_REQUEST");
    }
}
