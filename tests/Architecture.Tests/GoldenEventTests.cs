using System.Text.Json;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Tests;

namespace EventSourcedOrgs.Architecture.Tests;

/// <summary>
/// One stored event of every name, as it was written when the name was new. It must load for ever into what it meant, and be written the same today, apart from
/// what is sealed, which never looks the same twice. An event that gained members has a second file, with them.
/// </summary>
public class GoldenEventTests
{
    private const string Folder = "tests/Architecture.Tests/Golden";
    private const string Sealed = "(sealed)";
    private const string WithLaterMembers = "+later";

    private static readonly byte[] Key = [.. Enumerable.Range(0, Secrets.KeySize).Select(i => (byte)i)];
    private static readonly JsonSerializerOptions Json = new(StoredJson.Options(_ => Key)) { WriteIndented = true };
    private static readonly JsonSerializerOptions Erased = StoredJson.Options(_ => null);

    public static TheoryData<string> Names => [.. Files.Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Files =>
        EventNames.All.Values.Concat(EventNames.All.Where(entry => Sample.HasLaterMembers(entry.Key)).Select(entry => entry.Value + WithLaterMembers));

    [Theory, MemberData(nameof(Names))]
    public void It_is_written_as_ever(string name)
    {
        var sample = SampleOf(name);
        var now = JsonSerializer.SerializeToNode(sample, TypeOf(name), Json)!;
        var stored = File.Exists(FileOf(name)) ? JsonNode.Parse(Stored(name)) : null;
        var same = stored is not null && JsonNode.DeepEquals(Shape(stored), Shape(now.DeepClone()));

        (same ? Stored(name) : now.ToJsonString(Json)).ShouldBeApprovedAs($"{Folder}/{name}.json");
    }

    [Theory, MemberData(nameof(Names))]
    public void What_was_stored_loads_into_what_it_meant(string name) =>
        JsonSerializer.Deserialize(Stored(name), TypeOf(name), Json).ShouldBe(SampleOf(name));

    [Theory, MemberData(nameof(Names))]
    public void Without_the_persons_key_it_still_loads(string name)
    {
        var loaded = JsonSerializer.Deserialize(Stored(name), TypeOf(name), Erased).ShouldNotBeNull();

        JsonSerializer.Serialize(loaded, TypeOf(name), Erased).ShouldNotContain("\"data\"");
    }

    [Fact]
    public void Every_file_is_of_a_stored_name() =>
        Directory.GetFiles(Path.Combine(Approved.Root, Folder), "*.json").Select(Path.GetFileNameWithoutExtension).Except(Files).ShouldBeEmpty();

    private static object SampleOf(string name) =>
        name.EndsWith(WithLaterMembers, StringComparison.Ordinal) ? Sample.Of(TypeOf(name)) : Sample.AsFirst(TypeOf(name));

    private static Type TypeOf(string name) => EventNames.All.Single(entry => entry.Value == name.Replace(WithLaterMembers, "", StringComparison.Ordinal)).Key;

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
