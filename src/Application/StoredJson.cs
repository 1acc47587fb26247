using System.Text.Json;
using System.Text.Json.Serialization;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application;

/// <summary>Writes <see cref="Personal{T}"/> as the person's id and the value sealed with that person's key.</summary>
public sealed class PersonalJson(Func<Guid, byte[]?> keyOf, Func<Guid, bool> isErased) : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Personal<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()), keyOf, isErased)!;

    private static ReadOnlySpan<byte> Person => "person"u8;

    private static ReadOnlySpan<byte> Data => "data"u8;

    private sealed class Converter<T>(Func<Guid, byte[]?> keyOf, Func<Guid, bool> isErased) : JsonConverter<Personal<T>>
    {
        public override Personal<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var (person, data) = Stored(ref reader);
            if (data is null || keyOf(person) is not { } key)
                return new(person, default, Erased: true);

            var value = new Personal<T>(person, JsonSerializer.Deserialize<T>(Secrets.Open(key, data), options));
            value.Remember(key, data);
            return value;
        }

        public override void Write(Utf8JsonWriter writer, Personal<T> value, JsonSerializerOptions options)
        {
            var data = value.Erased ? null
                : keyOf(value.Person) is { } key ? value.StoredWith(key) ?? Sealed(key, value, options)
                : isErased(value.Person) ? null
                : throw new InvalidOperationException("Personal data of a person who has no key cannot be stored.");
            writer.WriteStartObject();
            writer.WriteString(Person, value.Person);
            if (data is not null)
                writer.WriteBase64String(Data, data);
            writer.WriteEndObject();
        }

        private static byte[] Sealed(byte[] key, Personal<T> value, JsonSerializerOptions options)
        {
            var data = Secrets.Seal(key, JsonSerializer.SerializeToUtf8Bytes(value.Value, options));
            value.Remember(key, data);
            return data;
        }

        private static (Guid Person, byte[]? Data) Stored(ref Utf8JsonReader reader)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new JsonException("Personal data is stored as an object.");

            var (person, data) = (Guid.Empty, (byte[]?)null);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isPerson, isData) = (reader.ValueTextEquals(Person), reader.ValueTextEquals(Data));
                reader.Read();
                if (isPerson)
                    person = reader.GetGuid();
                else if (isData && reader.TokenType != JsonTokenType.Null)
                    data = reader.GetBytesFromBase64();
                else
                    reader.Skip();
            }

            return (person, data);
        }
    }
}

/// <summary>How events, states and documents are written: one set of rules for everything that is stored.</summary>
public static class StoredJson
{
    /// <summary>What was read of somebody who is erased before it is written is written as erased.</summary>
    public static JsonSerializerOptions Options(PersonKeys keys) => Options(keys.Find, keys.IsErased);

    public static JsonSerializerOptions Options(Func<Guid, byte[]?> keyOf) => Options(keyOf, _ => false);

    private static JsonSerializerOptions Options(Func<Guid, byte[]?> keyOf, Func<Guid, bool> isErased) => new(JsonSerializerDefaults.Web)
    {
        IgnoreReadOnlyProperties = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.Strict,
        Converters = { new PersonalJson(keyOf, isErased) },
    };
}
