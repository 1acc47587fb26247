using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventSourcedOrgs.Portal.Api;

/// <summary>An answer without a body.</summary>
public sealed record NoContent;

/// <summary>One request of the contract, not yet sent: what is asked, and the type of what is answered.</summary>
public sealed record Call<T>(HttpMethod Method, string Path)
{
    private readonly Query? query;

    public object? Body { get; init; }

    /// <summary>Names of the query parameters that the operation knows, apart by spaces.</summary>
    public string Knows { get; init; } = "";

    /// <summary>The answer is no JSON: a file, or rows as they come.</summary>
    public bool IsStream { get; init; }

    public Query? Query
    {
        get => query;
        init => query = value is null || value.Unknown(Knows) is not { } name ? value : throw new ArgumentException($"{Method} {Path} knows no '{name}'.");
    }

    public bool Understands(string name) => Knows.Split(' ').Contains(name);
}

/// <summary>Pieces of requests that no operation has for itself.</summary>
public static class Call
{
    public static string Escape(Guid id) => id.ToString();

    public static string Escape(string part) => Uri.EscapeDataString(part);

    public static string Escape(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Parameters of a question: a page of a list, filters as in <c>createdAt[gte]</c>. What is empty is not sent.</summary>
public sealed class Query
{
    private readonly Dictionary<string, string> values = [];

    public string? this[string name]
    {
        get => values.GetValueOrDefault(name);
        set
        {
            if (string.IsNullOrWhiteSpace(value))
                values.Remove(name);
            else
                values[name] = value;
        }
    }

    /// <summary>All of these, and those of another question that are not among them.</summary>
    public Query And(Query others)
    {
        var both = new Query();
        foreach (var (name, value) in others.values.Concat(values))
            both[name] = value;
        return both;
    }

    public string? Unknown(string known) => values.Keys.FirstOrDefault(name => !known.Split(' ').Contains(name.Split('[')[0]));

    public string AsText()
    {
        var text = new StringBuilder();
        foreach (var (name, value) in values)
            text.Append(text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return text.ToString();
    }
}

/// <summary>A field of a change: left out, or given, also as null.</summary>
[JsonConverter(typeof(GivenJson))]
public readonly record struct Given<T>(bool IsGiven, T? Value)
{
    public static implicit operator Given<T>(T? value) => new(true, value);
}

/// <summary>Fields of a change that is told only where it is one.</summary>
public static class Given
{
    /// <summary>Left out where it stays as it is.</summary>
    public static Given<T> IfChanged<T>(T? before, T? after) => EqualityComparer<T>.Default.Equals(before, after) ? default : new(true, after);
}

/// <summary>Writes what is given; what is left out is left out by the record around it.</summary>
public sealed class GivenJson : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Given<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Converter<T> : JsonConverter<Given<T>>
    {
        public override Given<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonSerializer.Deserialize<T>(ref reader, options);

        public override void Write(Utf8JsonWriter writer, Given<T> value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value.Value, options);
    }
}
