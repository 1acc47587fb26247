using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>A resource that is JSON already, and written as it is.</summary>
[JsonConverter(typeof(AsItIs))]
internal readonly record struct Rendered(byte[] Utf8)
{
    public sealed class AsItIs : JsonConverter<Rendered>
    {
        public override Rendered Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("What is rendered is only written.");

        public override void Write(Utf8JsonWriter writer, Rendered value, JsonSerializerOptions options) => writer.WriteRawValue(value.Utf8, skipInputValidation: true);
    }
}

/// <summary>
/// What was rendered of states that are listed again and again. A state never changes, only another takes its place; so what was made of one holds as long as all that is shown with it is the same, and is
/// forgotten together with it.
/// </summary>
/// <typeparam name="TState">What is listed.</typeparam>
/// <typeparam name="TWire">How it is shown.</typeparam>
internal sealed class Renderings<TState, TWire>
    where TState : class
{
    /// <summary>What takes more bytes is not kept, so that the memory that all of it takes has a bound.</summary>
    private const int Most = 4096;

    private readonly ConditionalWeakTable<TState, Rendering> known = [];

    /// <param name="state">What is listed.</param>
    /// <param name="with">Everything else that is shown, in an order that depends on the state alone.</param>
    /// <param name="wire">Makes what is shown of the state and of nothing but what is shown with it.</param>
    public Rendered Of(TState state, object?[] with, Func<TState, TWire> wire)
    {
        if (known.TryGetValue(state, out var former) && former.With.AsSpan().SequenceEqual(with))
            return former.Rendered;

        var rendered = new Rendered(JsonSerializer.SerializeToUtf8Bytes(wire(state), HttpJson.Options));
        if (rendered.Utf8.Length <= Most)
            known.AddOrUpdate(state, new(with, rendered));
        return rendered;
    }

    private sealed record Rendering(object?[] With, Rendered Rendered);
}
