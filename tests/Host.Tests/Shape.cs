using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>
/// The members of a body as the contract lists them: <c>name type</c>, comma separated, the type <c>id</c>, <c>dt</c>, <c>str</c>, <c>int</c>, <c>bool</c>,
/// <c>obj</c> or <c>list</c>, with <c>?</c> where null is allowed. There must be these and no others.
/// </summary>
internal static class Shape
{
    public static void ShouldHaveShape(this JsonNode body, string shape)
    {
        var expected = shape.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(member => member.Split(' ')).ToDictionary(parts => parts[0], parts => parts[1]);
        body.AsObject().Select(member => member.Key).ShouldBe(expected.Keys, ignoreOrder: true);
        foreach (var (name, type) in expected)
            Fits(body[name], type).ShouldBeTrue($"{name} should be {type}, is {body[name]?.ToJsonString() ?? "null"}");
    }

    private static bool Fits(JsonNode? value, string type) => value is null ? type.EndsWith('?') : type.TrimEnd('?') switch
    {
        "id" => value.GetValueKind() == JsonValueKind.String && Guid.TryParse(value.GetValue<string>(), out _),
        "dt" => value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().EndsWith('Z') && DateTimeOffset.TryParse(value.GetValue<string>(), CultureInfo.InvariantCulture, out _),
        "str" => value.GetValueKind() == JsonValueKind.String,
        "int" => value.GetValueKind() == JsonValueKind.Number && long.TryParse(value.ToJsonString(), CultureInfo.InvariantCulture, out _),
        "bool" => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        "obj" => value is JsonObject,
        "list" => value is JsonArray,
        _ => throw new ArgumentException($"'{type}' is no type.", nameof(type)),
    };
}
