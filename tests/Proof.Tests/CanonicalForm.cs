using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;

namespace EventSourcedOrgs.Proof.Tests;

/// <summary>One value, one text: the canonical form of RFC 8785.</summary>
public class CanonicalForm
{
    [Theory]
    [InlineData("""{"b":1,"a":2}""", """{"a":2,"b":1}""")]
    [InlineData("""{ "z" : [ 1 , { "d" : null , "c" : true } ] , "a" : "x" }""", """{"a":"x","z":[1,{"c":true,"d":null}]}""")]
    [InlineData("""[{}, [], "", 0, -0, false]""", """[{},[],"",0,0,false]""")]
    [InlineData(""" "\u0041\/\u20ac\ud83d\ude02\u000f\n\"\\" """, "\"A/€😂\\u000f\\n\\\"\\\\\"")]
    [InlineData("""{"bb":1,"a":1,"ab":1,"b":1}""", """{"a":1,"ab":1,"b":1,"bb":1}""")]
    [InlineData("""[9223372036854775807,9007199254740993,-1]""", """[9223372036854775807,9007199254740993,-1]""")]
    public void Members_are_in_order_and_nothing_else_is_written(string json, string canonical) => Canonical(json).ShouldBe(canonical);

    /// <summary>The example of RFC 8785, section 3.2.3: UTF-16 code units, in which an emoji comes before a Hebrew presentation form.</summary>
    [Fact]
    public void Names_are_compared_by_utf16_code_units() =>
        Canonical("""{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}""")
            .ShouldBe("{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}");

    /// <summary>From appendix B of RFC 8785: the bits of a double, and how it is written.</summary>
    [Theory]
    [InlineData(0x0000000000000000, "0")]
    [InlineData(0x8000000000000000, "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(0xbecbf647612f3696, "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void Doubles_are_written_as_ecmascript_writes_them(ulong bits, string written) => CanonicalWriter.EcmaScript(BitConverter.UInt64BitsToDouble(bits)).ShouldBe(written);

    [Theory]
    [InlineData("1.50", "1.5")]
    [InlineData("1E2", "100")]
    [InlineData("100.0", "100")]
    public void Numbers_with_point_or_exponent_have_one_form(string json, string canonical) => Canonical(json).ShouldBe(canonical);

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"b":1,"a":2,"b":3}""")]
    [InlineData("""{"a":1""")]
    [InlineData("1 2")]
    public void What_has_no_form_is_refused(string json) => Should.Throw<JsonException>(() => Canonical(json));

    [Fact]
    public void The_order_of_members_never_matters() => Value.Sample(value =>
    {
        var text = value.ToJsonString();
        Canonical(Shuffled(value).ToJsonString()).ShouldBe(Canonical(text));
        Canonical(Canonical(text)).ShouldBe(Canonical(text));
        JsonNode.DeepEquals(JsonNode.Parse(Canonical(text)), JsonNode.Parse(text)).ShouldBeTrue();
    }, iter: 500);

    private static Gen<JsonNode> Scalar { get; } = Gen.OneOf(
        Gen.String.Select(text => (JsonNode)JsonValue.Create(new string([.. text.Where(c => !char.IsSurrogate(c))]))!),
        Gen.Long.Select(number => (JsonNode)JsonValue.Create(number)), Gen.Bool.Select(truth => (JsonNode)JsonValue.Create(truth)));

    private static Gen<JsonNode> Value { get; } = Nested(Nested(Nested(Scalar)));

    private static Gen<JsonNode> Nested(Gen<JsonNode> value) => Gen.OneOf(
        value,
        value.Array[0, 4].Select(items => (JsonNode)new JsonArray([.. items.Select(item => item.DeepClone())])),
        Gen.Select(Gen.String[Gen.Char["ab\"\\\u00e9\u0001"], 0, 4], value).Array[0, 5].Select(members => (JsonNode)new JsonObject(
            members.DistinctBy(member => member.Item1).Select(member => KeyValuePair.Create(member.Item1, (JsonNode?)member.Item2.DeepClone())))));

    private static JsonNode Shuffled(JsonNode node) => node switch
    {
        JsonObject o => new JsonObject(o.Reverse().Select(member => KeyValuePair.Create(member.Key, (JsonNode?)Shuffled(member.Value!)))),
        JsonArray a => new JsonArray([.. a.Select(item => Shuffled(item!))]),
        _ => node.DeepClone(),
    };

    private static string Canonical(string json)
    {
        var writer = new CanonicalWriter();
        writer.Json(Encoding.UTF8.GetBytes(json));
        return Encoding.UTF8.GetString(writer.Written);
    }
}
