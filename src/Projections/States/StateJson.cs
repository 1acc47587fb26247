using System.Text.Json;
using System.Text.Json.Serialization;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Projections;

/// <summary>A member of a state that is not what the events say.</summary>
internal readonly record struct StateDifference(string Member, string? Live, string? Recomputed);

/// <summary>Compares a state as it is kept with one that was folded anew, member by member. What belongs to a person is compared in plain and never told.</summary>
internal sealed class StateJson
{
    private const string Mark = "$personal";
    private const int LongestValue = 200;

    private readonly JsonSerializerOptions plain;

    public StateJson(JsonSerializerOptions stored)
    {
        plain = new(stored);
        plain.Converters.Clear();
        plain.Converters.Add(new PersonalInPlain());
        plain.Converters.Add(new OrderedSets());
    }

    /// <summary>What differs between the text that is stored, the state that was read from it, and the state that follows from the events.</summary>
    public List<StateDifference> Compare(JsonElement stored, object read, object recomputed, Func<Guid, bool> isErased)
    {
        var (found, live, right) = (new List<StateDifference>(), Plain(read), Plain(recomputed));
        Differences("", live, right, isErased, found);
        if (found.Count == 0)
            Strangers("", stored, live, found);
        return found;
    }

    /// <summary>The persons of whom a state holds values.</summary>
    public IReadOnlySet<Guid> PersonsIn(object state) => PersonsIn(Plain(state)).ToHashSet();

    private static IEnumerable<Guid> PersonsIn(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object when Person(element) is { } person => [person],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => PersonsIn(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(PersonsIn),
        _ => [],
    };

    private JsonElement Plain(object state) => JsonSerializer.SerializeToElement(state, state.GetType(), plain);

    private static void Differences(string path, JsonElement live, JsonElement right, Func<Guid, bool> isErased, List<StateDifference> found)
    {
        if (Person(live) is { } person && Person(right) is { } owner)
        {
            // Who was erased has no value any more, be it in the state only, or under the key only.
            if (person != owner || (!JsonElement.DeepEquals(live, right) && !isErased(person)))
                found.Add(new(path, "(personal)", "(personal, differs)"));
        }
        else if (live.ValueKind == JsonValueKind.Object && right.ValueKind == JsonValueKind.Object)
        {
            foreach (var name in Names(live).Union(Names(right)))
            {
                var member = path.Length == 0 ? name : $"{path}.{name}";
                if (!live.TryGetProperty(name, out var was))
                    found.Add(new(member, null, Text(right.GetProperty(name))));
                else if (!right.TryGetProperty(name, out var should))
                    found.Add(new(member, Text(was), null));
                else
                    Differences(member, was, should, isErased, found);
            }
        }
        else if (live.ValueKind == JsonValueKind.Array && right.ValueKind == JsonValueKind.Array && live.GetArrayLength() == right.GetArrayLength())
        {
            for (var n = 0; n < live.GetArrayLength(); n++)
                Differences($"{path}[{n}]", live[n], right[n], isErased, found);
        }
        else if (!JsonElement.DeepEquals(live, right))
        {
            found.Add(new(path, Text(live), Text(right)));
        }
    }

    /// <summary>Members that somebody added and that no state has: reading ignores them, an audit must not.</summary>
    private static void Strangers(string path, JsonElement stored, JsonElement live, List<StateDifference> found)
    {
        if (stored.ValueKind == JsonValueKind.Object && live.ValueKind == JsonValueKind.Object && Person(live) is null)
        {
            foreach (var member in stored.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
            {
                var name = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
                if (live.TryGetProperty(member.Name, out var known))
                    Strangers(name, member.Value, known, found);
                else
                    found.Add(new(name, Text(member.Value), null));
            }
        }
        else if (stored.ValueKind == JsonValueKind.Array && live.ValueKind == JsonValueKind.Array && stored.GetArrayLength() == live.GetArrayLength())
        {
            for (var n = 0; n < stored.GetArrayLength(); n++)
                Strangers($"{path}[{n}]", stored[n], live[n], found);
        }
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(member => member.Name);

    private static Guid? Person(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(Mark, out var person) ? person.GetGuid() : null;

    private static string Text(JsonElement element)
    {
        if (Holds(element))
            return "(personal)";

        var text = element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();
        return text.Length <= LongestValue ? text : $"{text[..LongestValue]}…";
    }

    private static bool Holds(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => Person(element) is not null || element.TryGetProperty("person", out _) || element.EnumerateObject().Any(member => Holds(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().Any(Holds),
        _ => false,
    };

    private sealed class PersonalInPlain : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Personal<>);

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

        private sealed class Converter<T> : JsonConverter<Personal<T>>
        {
            public override Personal<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

            public override void Write(Utf8JsonWriter writer, Personal<T> value, JsonSerializerOptions options)
            {
                writer.WriteStartObject();
                writer.WriteString(Mark, value.Person);
                if (!value.Erased)
                {
                    writer.WritePropertyName("value");
                    JsonSerializer.Serialize(writer, value.Value, options);
                }

                writer.WriteEndObject();
            }
        }
    }
}
