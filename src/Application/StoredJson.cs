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

    private sealed record Stored(Guid Person, byte[]? Data);

    private sealed class Converter<T>(Func<Guid, byte[]?> keyOf, Func<Guid, bool> isErased) : JsonConverter<Personal<T>>
    {
        public override Personal<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var stored = JsonSerializer.Deserialize<Stored>(ref reader, options)!;
            return stored.Data is not null && keyOf(stored.Person) is { } key
                ? new(stored.Person, JsonSerializer.Deserialize<T>(Secrets.Open(key, stored.Data), options))
                : new(stored.Person, default, Erased: true);
        }

        public override void Write(Utf8JsonWriter writer, Personal<T> value, JsonSerializerOptions options)
        {
            var data = value.Erased ? null
                : keyOf(value.Person) is { } key ? Secrets.Seal(key, JsonSerializer.SerializeToUtf8Bytes(value.Value, options))
                : isErased(value.Person) ? null
                : throw new InvalidOperationException("Personal data of a person who has no key cannot be stored.");
            JsonSerializer.Serialize(writer, new Stored(value.Person, data), options);
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
