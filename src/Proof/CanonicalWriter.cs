using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace EventSourcedOrgs.Proof;

/// <summary>
/// Writes JSON in its one canonical form (RFC 8785): members in the order of their names, no space, the shortest escapes. An integer that is written without
/// point and exponent keeps all its digits, also where RFC 8785 would round it to a double, because two integers must never look alike. It is used again and again:
/// the bytes of one form are there until the next is begun.
/// </summary>
public sealed class CanonicalWriter
{
    private const int Deepest = 128;

    /// <summary>Control characters, the quote and the backslash.</summary>
    private static readonly SearchValues<byte> ToEscape = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(control => (byte)control), (byte)'"', (byte)'\\']);

    private readonly List<Member> members = [];
    private byte[] bytes = new byte[4096];
    private byte[] scratch = new byte[4096];
    private int length;

    /// <summary>What has been written, UTF-8.</summary>
    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, length);

    /// <summary>Begins the next form.</summary>
    public void Clear() => length = 0;

    /// <summary>Writes bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Room(text.Length));
        length += text.Length;
    }

    /// <summary>Writes an integer.</summary>
    public void Integer(long value)
    {
        value.TryFormat(Room(20), out var written, provider: CultureInfo.InvariantCulture);
        length += written;
    }

    /// <summary>Writes a string, with its quotes.</summary>
    public void String(string text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var utf8 = most <= 1024 ? stackalloc byte[most] : new byte[most];
        String(utf8[..Encoding.UTF8.GetBytes(text, utf8)]);
    }

    /// <summary>Writes a string (UTF-8, without escapes), with its quotes.</summary>
    public void String(ReadOnlySpan<byte> text)
    {
        Raw("\""u8);
        while (text.IndexOfAny(ToEscape) is >= 0 and var next)
        {
            Raw(text[..next]);
            Escaped(text[next]);
            text = text[(next + 1)..];
        }

        Raw(text);
        Raw("\""u8);
    }

    /// <summary>Writes the canonical form of a JSON text (UTF-8).</summary>
    /// <exception cref="JsonException">It is no JSON, or an object names a member twice.</exception>
    public void Json(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new() { MaxDepth = Deepest });
        members.Clear();
        reader.Read();
        Value(ref reader);
        if (reader.Read())
            throw new JsonException("There is more after the JSON value.");
    }

    /// <summary>Where a member was written: its name with quotes, and up to and with the comma behind its value; and whether the name is ASCII without escapes.</summary>
    private readonly record struct Member(int Start, int NameLength, int End, bool IsPlain);

    private void Value(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                Object(ref reader);
                break;
            case JsonTokenType.StartArray:
                Array(ref reader);
                break;
            case JsonTokenType.String:
                String(ref reader);
                break;
            case JsonTokenType.Number:
                Number(reader.ValueSpan);
                break;
            default:
                Raw(reader.ValueSpan);
                break;
        }
    }

    private void Array(ref Utf8JsonReader reader)
    {
        Raw("["u8);
        for (var first = true; reader.Read() && reader.TokenType != JsonTokenType.EndArray; first = false)
        {
            if (!first)
                Raw(","u8);
            Value(ref reader);
        }

        Raw("]"u8);
    }

    /// <summary>Writes the members as they come, and puts them in order afterwards if they were not.</summary>
    private void Object(ref Utf8JsonReader reader)
    {
        Raw("{"u8);
        var (start, first, inOrder) = (length, members.Count, true);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var at = length;
            String(ref reader);
            var nameLength = length - at;
            Raw(":"u8);
            reader.Read();
            Value(ref reader);
            Raw(","u8);
            var name = bytes.AsSpan(at, nameLength);
            members.Add(new(at, nameLength, length, Ascii.IsValid(name) && !name.Contains((byte)'\\')));
            inOrder = inOrder && (members.Count - first < 2 || Compare(members[^2], members[^1]) < 0);
        }

        if (!inOrder)
            Sort(start, first);
        members.RemoveRange(first, members.Count - first);
        length -= length > start ? 1 : 0;
        Raw("}"u8);
    }

    /// <summary>By insertion: members are few.</summary>
    private void Sort(int start, int first)
    {
        for (var i = first + 1; i < members.Count; i++)
        {
            var (member, at) = (members[i], i);
            for (; at > first && Compare(members[at - 1], member) is >= 0 and var order; at--)
            {
                if (order == 0)
                    throw new JsonException("An object names a member twice.");
                members[at] = members[at - 1];
            }

            members[at] = member;
        }

        if (scratch.Length < length - start)
            scratch = new byte[2 * (length - start)];
        bytes.AsSpan(start, length - start).CopyTo(scratch);
        length = start;
        for (var i = first; i < members.Count; i++)
            Raw(scratch.AsSpan(members[i].Start - start, members[i].End - members[i].Start));
    }

    /// <summary>By UTF-16 code units, as RFC 8785 demands; for plain ASCII that is the order of the bytes.</summary>
    private int Compare(Member a, Member b)
    {
        var left = bytes.AsSpan(a.Start, a.NameLength);
        var right = bytes.AsSpan(b.Start, b.NameLength);
        return a.IsPlain && b.IsPlain ? left[1..^1].SequenceCompareTo(right[1..^1]) : string.CompareOrdinal(Text(left), Text(right));

        static string Text(ReadOnlySpan<byte> quoted)
        {
            var reader = new Utf8JsonReader(quoted);
            reader.Read();
            return reader.GetString()!;
        }
    }

    private void String(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            Raw("\""u8);
            Raw(reader.ValueSpan);
            Raw("\""u8);
            return;
        }

        var plain = new byte[reader.ValueSpan.Length];
        String(plain.AsSpan(0, reader.CopyString(plain)));
    }

    private void Number(ReadOnlySpan<byte> digits)
    {
        if (digits.SequenceEqual("-0"u8))
            Raw("0"u8);
        else if (digits.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0)
            Raw(digits);
        else
            Raw(Encoding.ASCII.GetBytes(EcmaScript(double.Parse(digits, CultureInfo.InvariantCulture))));
    }

    /// <summary>A double as ECMAScript writes it (Number::toString): the fewest digits that stand for it.</summary>
    /// <exception cref="JsonException">It is not finite.</exception>
    internal static string EcmaScript(double value)
    {
        if (!double.IsFinite(value))
            throw new JsonException("A number is too large for a double.");
        if (value == 0)
            return "0";

        var parts = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture).Split('E');
        var whole = parts[0].Split('.');
        var fraction = whole.Length > 1 ? whole[1] : "";
        var written = whole[0] + fraction;
        var digits = written.TrimStart('0');
        // The value is 0.digits times ten to the power of the point.
        var point = whole[0].Length - (written.Length - digits.Length) + (parts.Length > 1 ? int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0);
        digits = digits.TrimEnd('0');

        return (value < 0 ? "-" : "") + (point switch
        {
            > 21 => Exponential(digits, point - 1, '+'),
            > 0 when digits.Length <= point => digits.PadRight(point, '0'),
            > 0 => $"{digits[..point]}.{digits[point..]}",
            > -6 => $"0.{new string('0', -point)}{digits}",
            _ => Exponential(digits, 1 - point, '-'),
        });

        static string Exponential(string digits, int exponent, char sign) =>
            string.Create(CultureInfo.InvariantCulture, $"{digits[0]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{sign}{exponent}");
    }

    private void Escaped(byte character)
    {
        Raw(character switch
        {
            (byte)'"' => "\\\""u8,
            (byte)'\\' => "\\\\"u8,
            (byte)'\b' => "\\b"u8,
            (byte)'\f' => "\\f"u8,
            (byte)'\n' => "\\n"u8,
            (byte)'\r' => "\\r"u8,
            (byte)'\t' => "\\t"u8,
            _ => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}")),
        });
    }

    private Span<byte> Room(int count)
    {
        if (bytes.Length < length + count)
            System.Array.Resize(ref bytes, 2 * (length + count));
        return bytes.AsSpan(length);
    }
}
