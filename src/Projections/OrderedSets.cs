using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventSourcedOrgs.Projections;

/// <summary>Writes sets in the order of the texts of their elements, so that equal sets are equal. What it writes is for people and for comparing, and is not read again.</summary>
public sealed class OrderedSets : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(ImmutableHashSet<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Converter<T> : JsonConverter<ImmutableHashSet<T>>
    {
        public override ImmutableHashSet<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("What is written in order is not read again.");

        public override void Write(Utf8JsonWriter writer, ImmutableHashSet<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.OrderBy(element => element?.ToString(), StringComparer.Ordinal).ToArray(), options);
    }
}
