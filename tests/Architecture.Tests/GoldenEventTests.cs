using System.Text.Json;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Tests;

namespace EventSourcedOrgs.Architecture.Tests;

/// <summary>
/// One stored event of every name, as it was written when the name was new. It must load for ever into what it meant, and be written the same today, apart from
/// what is sealed, which never looks the same twice.
/// </summary>
public class GoldenEventTests
{
    private const string Folder = "tests/Architecture.Tests/Golden";
    private const string Sealed = "(sealed)";

    private static readonly byte[] Key = [.. Enumerable.Range(0, Secrets.KeySize).Select(i => (byte)i)];
    private static readonly JsonSerializerOptions Json = new(StoredJson.Options(_ => Key)) { WriteIndented = true };
    private static readonly JsonSerializerOptions Erased = StoredJson.Options(_ => null);

    public static TheoryData<string> Names => [.. EventNames.All.Values.Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Names))]
    public void It_is_written_as_ever(string name)
    {
        var sample = Sample.Of(TypeOf(name));
        var now = JsonSerializer.SerializeToNode(sample, TypeOf(name), Json)!;
        var stored = File.Exists(FileOf(name)) ? JsonNode.Parse(Stored(name)) : null;
        var same = stored is not null && JsonNode.DeepEquals(Shape(stored), Shape(now.DeepClone()));

        (same ? Stored(name) : now.ToJsonString(Json)).ShouldBeApprovedAs($"{Folder}/{name}.json");
    }

    [Theory, MemberData(nameof(Names))]
    public void What_was_stored_loads_into_what_it_meant(string name) =>
        JsonSerializer.Deserialize(Stored(name), TypeOf(name), Json).ShouldBe(Sample.Of(TypeOf(name)));

    [Theory, MemberData(nameof(Names))]
    public void Without_the_persons_key_it_still_loads(string name)
    {
        var loaded = JsonSerializer.Deserialize(Stored(name), TypeOf(name), Erased).ShouldNotBeNull();

        JsonSerializer.Serialize(loaded, TypeOf(name), Erased).ShouldNotContain("\"data\"");
    }

    [Fact]
    public void Every_file_is_of_a_stored_name() =>
        Directory.GetFiles(Path.Combine(Approved.Root, Folder), "*.json").Select(Path.GetFileNameWithoutExtension).Except(EventNames.All.Values).ShouldBeEmpty();

    private static Type TypeOf(string name) => EventNames.All.Single(entry => entry.Value == name).Key;

    private static string FileOf(string name) => Path.Combine(Approved.Root, Folder, $"{name}.json");

    private static string Stored(string name) => File.ReadAllText(FileOf(name));

    private static JsonNode Shape(JsonNode node)
    {
        if (node is JsonObject { Count: 2 } personal && personal.ContainsKey("person") && personal.ContainsKey("data"))
            personal["data"] = Sealed;
        foreach (var part in node is JsonObject o ? o.Select(member => member.Value) : node is JsonArray list ? list : [])
            _ = part is null ? null : Shape(part);
        return node;
    }
}
