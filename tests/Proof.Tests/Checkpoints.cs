using System.Text;

namespace EventSourcedOrgs.Proof.Tests;

/// <summary>What the log was, signed so that nobody can say it was otherwise.</summary>
public class Checkpoints
{
    private static readonly LogKey Key = LogKey.From("vendor.example/log", new byte[32]);
    private static readonly Checkpoint Some = new("vendor.example/log", 42, Digest.OfLeaf("x"u8), 50, new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_signed_checkpoint_is_read_with_the_public_key_alone() =>
        Checkpoint.Open(Some.Sign(Key), LogPublicKey.Parse(Key.Public.ToString())).ShouldBe(Some);

    [Fact]
    public void Its_text_is_the_one_that_other_tools_know() => Some.Sign(Key).Split('\n')[..^2].ShouldBe(
        ["vendor.example/log", "42", Some.Root.ToString(), "position 50", "time 2026-03-01T10:00:00Z", ""]);

    [Theory]
    [InlineData("42", "43")]
    [InlineData("position 50", "position 51")]
    [InlineData("10:00:00", "10:00:01")]
    [InlineData("vendor.example/log\n42", "other.example/log\n42")]
    [InlineData("— vendor", "- vendor")]
    [InlineData("\n\n", "\n")]
    public void An_altered_one_is_refused(string from, string to) =>
        Should.Throw<FormatException>(() => Checkpoint.Open(Some.Sign(Key).Replace(from, to, StringComparison.Ordinal), Key.Public));

    [Fact]
    public void One_that_another_key_signed_is_refused()
    {
        using var other = LogKey.From(Key.Name, LogKey.NewSecret());
        Should.Throw<FormatException>(() => Checkpoint.Open(Some.Sign(other), Key.Public)).Message.ShouldContain("not signed");
    }

    [Fact]
    public void One_of_several_keys_is_enough()
    {
        using var other = LogKey.From(Key.Name, LogKey.NewSecret());
        Checkpoint.Open(Some.Sign(other), Key.Public, other.Public).ShouldBe(Some);
    }

    [Theory]
    [InlineData("")]
    [InlineData("name+00000000+AAAA")]
    [InlineData("name")]
    public void A_text_that_is_no_key_is_refused(string text) => Should.Throw<FormatException>(() => LogPublicKey.Parse(text));

    [Fact]
    public void A_key_whose_hash_is_wrong_is_refused() =>
        Should.Throw<FormatException>(() => LogPublicKey.Parse(Key.Public.ToString().Replace("+" + Convert.ToHexStringLower(Key.Public.Hash.AsSpan()), "+00000000", StringComparison.Ordinal)));

    /// <summary>RFC 8032, test 1: the key and signature of the empty message.</summary>
    [Fact]
    public void Signatures_are_those_of_rfc_8032()
    {
        using var key = LogKey.From("x", Convert.FromHexString("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
        Convert.ToHexStringLower(key.Sign([])).ShouldBe(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    }

    [Fact]
    public void The_content_of_a_leaf_is_one_canonical_object()
    {
        var sealedEvent = new SealedEvent(
            7, new("00000000-0000-0000-0000-000000000001"), new("00000000-0000-0000-0000-000000000002"), 3, "license_created_v1", new(2026, 3, 1, 10, 0, 0, 123, 456, TimeSpan.Zero),
            Encoding.UTF8.GetBytes("""{"b": 1, "a": "é"}"""), Encoding.UTF8.GetBytes("""{"z": {}}"""), "user:1", "request", null, "*DEFAULT*", IsArchived: false);
        sealedEvent.ToString().ShouldBe("""{"actor":"user:1","correlation":"request","data":{"a":"é","b":1},"headers":{"z":{}},"id":"00000000-0000-0000-0000-000000000001","position":7,"stream":"00000000-0000-0000-0000-000000000002","tenant":"*DEFAULT*","time":"2026-03-01T10:00:00.123456Z","type":"license_created_v1","version":3}""");
        var writer = new CanonicalWriter();
        writer.Json(Encoding.UTF8.GetBytes(sealedEvent.ToString()));
        Encoding.UTF8.GetString(writer.Written).ShouldBe(sealedEvent.ToString(), "it is its own canonical form");
    }
}
