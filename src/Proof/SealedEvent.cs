using System.Globalization;
using System.Text;

namespace EventSourcedOrgs.Proof;

/// <summary>
/// An event as the log seals it: everything that is stored of it, the JSON of its data and headers as text. Its canonical form is the content of a leaf.
/// </summary>
/// <param name="Position">Its place in the order of the store, from 1; there are gaps.</param>
/// <param name="Id">Its own id.</param>
/// <param name="Stream">The id of what it happened to.</param>
/// <param name="Version">Its place in that stream, from 1.</param>
/// <param name="Type">Its stored name.</param>
/// <param name="Time">When it was appended, UTC, in microseconds.</param>
/// <param name="Data">What happened, JSON.</param>
/// <param name="Headers">What goes with it, JSON.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Correlation">The request it belongs to.</param>
/// <param name="Causation">The command that caused it.</param>
/// <param name="Tenant">The tenant of the store.</param>
/// <param name="IsArchived">Whether it is put aside.</param>
public sealed record SealedEvent(
    long Position, Guid Id, Guid Stream, long Version, string Type, DateTimeOffset Time, ReadOnlyMemory<byte> Data, ReadOnlyMemory<byte>? Headers, string? Actor,
    string? Correlation, string? Causation, string Tenant, bool IsArchived)
{
    /// <summary>Writes the canonical form and gives its leaf hash. The bytes are there until the writer is used again.</summary>
    public Digest Seal(CanonicalWriter writer)
    {
        WriteTo(writer);
        return Digest.OfLeaf(writer.Written);
    }

    /// <summary>Writes the canonical form: an object whose members are in the order of their names; what is not there is left out.</summary>
    public void WriteTo(CanonicalWriter writer)
    {
        writer.Clear();
        writer.Raw("{"u8);
        if (Actor is not null)
            Text("\"actor\":"u8, Actor);
        if (IsArchived)
            writer.Raw("\"archived\":true,"u8);
        if (Causation is not null)
            Text("\"causation\":"u8, Causation);
        if (Correlation is not null)
            Text("\"correlation\":"u8, Correlation);
        writer.Raw("\"data\":"u8);
        writer.Json(Data.Span);
        if (Headers is { } headers)
        {
            writer.Raw(",\"headers\":"u8);
            writer.Json(headers.Span);
        }

        writer.Raw(","u8);
        Identifier("\"id\":\""u8, Id);
        writer.Raw("\"position\":"u8);
        writer.Integer(Position);
        writer.Raw(","u8);
        Identifier("\"stream\":\""u8, Stream);
        Text("\"tenant\":"u8, Tenant);
        writer.Raw("\"time\":\""u8);
        Span<byte> time = stackalloc byte[32];
        Time.UtcDateTime.TryFormat(time, out var length, "O", CultureInfo.InvariantCulture);
        writer.Raw(time[..(length - "0Z".Length)]);
        writer.Raw("Z\",\"type\":"u8);
        writer.String(Type);
        writer.Raw(",\"version\":"u8);
        writer.Integer(Version);
        writer.Raw("}"u8);

        void Text(ReadOnlySpan<byte> name, string value)
        {
            writer.Raw(name);
            writer.String(value);
            writer.Raw(","u8);
        }

        void Identifier(ReadOnlySpan<byte> name, Guid value)
        {
            Span<byte> text = stackalloc byte[36];
            value.TryFormat(text, out _);
            writer.Raw(name);
            writer.Raw(text);
            writer.Raw("\","u8);
        }
    }

    /// <summary>The canonical form as text.</summary>
    public override string ToString()
    {
        var writer = new CanonicalWriter();
        WriteTo(writer);
        return Encoding.UTF8.GetString(writer.Written);
    }
}
