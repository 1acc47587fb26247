using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>
/// Events and states as people read them: what belongs to a person in the clear, what was erased as <c>{"erased":true}</c>, sets in an order. And what differs between two states.
/// </summary>
internal static class HistoryJson
{
    /// <summary>What the store keeps beside a state, and what it keeps only to find it.</summary>
    private static readonly string[] NoFields = ["recorded", "held", "noticeDue"];

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        IgnoreReadOnlyProperties = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new HttpJson.UtcJson(), new ReadablePersonal(), new OrderedSets() },
    };

    /// <summary>Keys of rows may be tuples, which have fields; the key of a sum is no name.</summary>
    private static readonly JsonSerializerOptions Rows = new(Options) { IncludeFields = true };

    /// <summary>A row of a read model in one line.</summary>
    public static string LineOf(object row) => JsonSerializer.Serialize(row, row.GetType(), Rows);

    public static JsonObject Of(object eventOrState) => JsonSerializer.SerializeToNode(eventOrState, eventOrState.GetType(), Options)!.AsObject();

    /// <summary>What differs. Of something new, everything that is not as it always begins, and nothing was before.</summary>
    public static IReadOnlyList<WireFieldChange> Changes(object before, object after, bool isNew)
    {
        var changes = new List<WireFieldChange>();
        var (from, to) = (Of(before), Of(after));
        foreach (var name in NoFields)
            (_, _) = (from.Remove(name), to.Remove(name));
        Compare("", from, to, changes);
        return isNew ? changes.ConvertAll(change => change with { Before = null }) : changes;
    }

    private static void Compare(string pointer, JsonObject before, JsonObject after, List<WireFieldChange> changes)
    {
        foreach (var name in before.Select(member => member.Key).Union(after.Select(member => member.Key)))
        {
            var (from, to, path) = (before[name], after[name], $"{pointer}/{Escaped(name)}");
            if (JsonNode.DeepEquals(from, to))
                continue;
            if (from is JsonObject one && to is JsonObject other)
                Compare(path, one, other, changes);
            else
                changes.Add(new(path, from?.DeepClone(), to?.DeepClone()));
        }
    }

    private static string Escaped(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>Writes what belongs to a person as it is.</summary>
    private sealed class ReadablePersonal : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Personal<>);

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

        private sealed class Converter<T> : JsonConverter<Personal<T>>
        {
            public override Personal<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
                throw new NotSupportedException("What is written for people is not read again.");

            public override void Write(Utf8JsonWriter writer, Personal<T> value, JsonSerializerOptions options)
            {
                if (!value.Erased)
                {
                    JsonSerializer.Serialize(writer, value.Value, options);
                    return;
                }

                writer.WriteStartObject();
                writer.WriteBoolean("erased", true);
                writer.WriteEndObject();
            }
        }
    }
}
