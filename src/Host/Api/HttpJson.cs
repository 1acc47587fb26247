using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Host.Api;

/// <summary>How bodies are read and written: camelCase, UTC with Z, unknown and missing members refused. Numbers are read from text, too, and written as numbers.</summary>
internal static class HttpJson
{
    /// <summary>The bytes of a time with all its digits, and of one down to the microsecond without Z.</summary>
    private const int MostOfTime = 32, Microseconds = 26;

    public static JsonSerializerOptions Options { get; } = Configure(new(JsonSerializerDefaults.Web));

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.NumberHandling = JsonNumberHandling.AllowReadingFromString;
        options.AllowDuplicateProperties = false;
        options.Converters.Add(new UtcJson());
        options.Converters.Add(new OptionalUtcJson());
        options.Converters.Add(new OptionalJson());
        return options;
    }

    /// <summary>A time as it is written: UTC with Z.</summary>
    public static string Text(DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[MostOfTime];
        return Encoding.ASCII.GetString(text[..Write(time, text)]);
    }

    public static string? Text(DateTimeOffset? time) => time is { } given ? Text(given) : null;

    /// <summary>Down to the microsecond, without zeros at the end; answers how many bytes. A format that leaves them out takes several times as long, and a page of a list holds a hundred times.</summary>
    private static int Write(DateTimeOffset time, Span<byte> text)
    {
        time.UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        var length = text[..Microseconds].TrimEnd((byte)'0').TrimEnd((byte)'.').Length;
        text[length] = (byte)'Z';
        return length + 1;
    }

    /// <summary>Writes times as UTC with Z and reads any ISO 8601 time; one without an offset is UTC.</summary>
    internal sealed class UtcJson : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Iso8601.TryParse(reader.GetString().AsSpan(), out var time) ? time
                : throw new JsonException("The value is not an ISO 8601 time.");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
        {
            Span<byte> text = stackalloc byte[MostOfTime];
            writer.WriteStringValue(text[..HttpJson.Write(value, text)]);
        }
    }

    /// <summary>A time that there may be or not; in an empty text there is none.</summary>
    internal sealed class OptionalUtcJson : JsonConverter<DateTimeOffset?>
    {
        private static readonly UtcJson Some = new();

        public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("") ? null : Some.Read(ref reader, typeof(DateTimeOffset), options);

        public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options)
        {
            if (value is { } time)
                Some.Write(writer, time, options);
            else
                writer.WriteNullValue();
        }
    }

    /// <summary>Reads a member that may be left out; null is left out, too, because clients send it for whatever they do not set. It is never written.</summary>
    private sealed class OptionalJson : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Optional<>);

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

        private sealed class Converter<T> : JsonConverter<Optional<T>>
        {
            public override bool HandleNull => true;

            /// <summary>What is wrong inside is told without a path, so that the reader around it tells the path to the member.</summary>
            public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
            {
                if (reader.TokenType == JsonTokenType.Null)
                    return default;

                try
                {
                    return JsonSerializer.Deserialize<T>(ref reader, options)!;
                }
                catch (JsonException inside)
                {
                    throw new JsonException(inside.Message, inside);
                }
            }

            public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options) =>
                JsonSerializer.Serialize(writer, value.Value, options);
        }
    }
}
