using System.Globalization;
using System.Text;

namespace EventSourcedOrgs.Domain.Licenses;

/// <summary>
/// Makes licence keys from a pattern: the part of regular expressions that describes keys. Literals, escaped literals, classes
/// (<c>[A-F0-9]</c>), groups <c>( )</c>, and counts <c>{n}</c>; anchors <c>^ $</c> are allowed at the ends.
/// </summary>
public sealed class LicenseKeyPattern
{
    public const int ShortestKey = 16;
    public const int LongestKey = 256;
    public const double LeastBits = 64;

    private readonly IReadOnlyList<string> alphabets;

    private LicenseKeyPattern(IReadOnlyList<string> alphabets) => this.alphabets = alphabets;

    /// <summary>How many bits of chance are in a key of this pattern.</summary>
    public double Bits => alphabets.Sum(alphabet => Math.Log2(alphabet.Length));

    /// <summary>The pattern, or the reason why no safe keys can be made from it.</summary>
    public static (LicenseKeyPattern? Pattern, Refusal? Refusal) Parse(string text)
    {
        var body = text.StartsWith('^') ? text[1..] : text;
        body = body.EndsWith('$') && !body.EndsWith("\\$", StringComparison.Ordinal) ? body[..^1] : body;
        var position = 0;
        if (Sequence(body, ref position, depth: 0) is not { } alphabets || position != body.Length)
            return (null, Refusal.InvalidKeyPattern);

        var pattern = new LicenseKeyPattern(alphabets);
        return alphabets.Count is < ShortestKey or > LongestKey || pattern.Bits < LeastBits
            ? (null, Refusal.KeyPatternTooNarrow)
            : (pattern, null);
    }

    /// <summary>A new key. <paramref name="chance"/> yields a uniform number from 0 up to, not including, its argument.</summary>
    public string NewKey(Func<int, int> chance)
    {
        var key = new StringBuilder(alphabets.Count);
        foreach (var alphabet in alphabets)
            key.Append(alphabet.Length == 1 ? alphabet[0] : alphabet[chance(alphabet.Length)]);
        return key.ToString();
    }

    private static List<string>? Sequence(string text, ref int position, int depth)
    {
        var sequence = new List<string>();
        while (position < text.Length && text[position] != ')')
        {
            if (depth > 8 || Piece(text, ref position, depth) is not { } piece || Count(text, ref position) is not { } count)
                return null;
            if (sequence.Count + ((long)piece.Count * count) > LongestKey)
                return null;
            for (var i = 0; i < count; i++)
                sequence.AddRange(piece);
        }

        return sequence;
    }

    private static List<string>? Piece(string text, ref int position, int depth)
    {
        var c = text[position++];
        switch (c)
        {
            case '(':
                if (text.AsSpan(position).StartsWith("?:"))
                    position += 2;
                var group = Sequence(text, ref position, depth + 1);
                return group is not null && position < text.Length && text[position++] == ')' ? group : null;
            case '[':
                return Class(text, ref position) is { } alphabet ? [alphabet] : null;
            case '\\':
                if (position >= text.Length)
                    return null;
                var escaped = text[position++];
                return escaped == 'd' ? ["0123456789"] : Escapable(escaped) ? [escaped.ToString()] : null;
            case '.' or '*' or '+' or '?' or '|' or '{' or '}' or ']' or '^' or '$':
                return null;
            default:
                return c is > ' ' and < (char)127 ? [c.ToString()] : null;
        }
    }

    /// <summary>What stays itself after a backslash; for a regular expression letters, digits, <c>_ &lt; '</c> would mean something else there.</summary>
    private static bool Escapable(char c) => c is > ' ' and < (char)127 and not ('_' or '<' or '\'') && !char.IsAsciiLetterOrDigit(c);

    private static string? Class(string text, ref int position)
    {
        var end = text.IndexOf(']', position);
        if (end <= position || text[position] == '^')
            return null;

        var members = new SortedSet<char>();
        for (; position < end; position++)
        {
            var from = text[position];
            var to = position + 2 < end && text[position + 1] == '-' ? text[position += 2] : from;
            if (from > to || from <= ' ' || to >= 127 || from is '\\' or '[' || to is '\\' or '[')
                return null;
            for (var c = from; c <= to; c++)
                members.Add(c);
        }

        position = end + 1;
        return string.Concat(members);
    }

    private static int? Count(string text, ref int position)
    {
        if (position >= text.Length || text[position] != '{')
            return 1;

        var end = text.IndexOf('}', position);
        if (end < 0 || !int.TryParse(text.AsSpan(position + 1, end - position - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count is < 1 or > LongestKey)
            return null;

        position = end + 1;
        return count;
    }
}
