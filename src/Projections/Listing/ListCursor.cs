using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// Where a walk through a list goes on: after the row with these keys, at this position. Its token carries a checksum over itself and over the list it
/// belongs to. That is no signature and needs none: a cursor says nothing that its caller could not ask for with a sort, a filter and <c>asOf</c>.
/// </summary>
sealed record ListCursor(long? Position, IReadOnlyList<object?> Keys)
{
    const int MaxLength = 8192;
    const int ChecksumLength = 16;
    const char Between = '\0';

    internal static ReadOnlyMemory<byte> Scope(Listing listing, ListSource source, ListRequest request, ListPlan plan)
    {
        string[] parts =
        [
            listing.Name, source.From, source.Where, JsonSerializer.Serialize(source.Parameters), request.Search ?? "",
            .. plan.Sort.Select(term => $"{term.Order} {term.Field.Name}"),
            .. request.Filters.Select(filter => $"{listing.Find(filter.Field)!.Name} {filter.Operator} {filter.Value}").Order(StringComparer.Ordinal),
        ];
        return SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(Between, parts)));
    }

    internal static string Write(ReadOnlyMemory<byte> scope, long? position, IEnumerable<string?> keys)
    {
        string[] parts = [position?.ToString(CultureInfo.InvariantCulture) ?? "", .. keys.Select(key => key is null ? "" : $"={key}")];
        var body = Encoding.UTF8.GetBytes(string.Join(Between, parts));
        return Base64Url.EncodeToString([.. Checksum(scope, body), .. body]);
    }

    internal static ListCursor? Read(string token, ReadOnlyMemory<byte> scope, IReadOnlyList<SortTerm> sort)
    {
        if (token.Length > MaxLength || !Base64Url.IsValid(token)) return null;

        var bytes = Base64Url.DecodeFromChars(token);
        if (bytes.Length < ChecksumLength || Base64Url.EncodeToString(bytes) != token) return null;

        var body = bytes[ChecksumLength..];
        if (!bytes.AsSpan(0, ChecksumLength).SequenceEqual(Checksum(scope, body))) return null;

        var (first, rest) = Encoding.UTF8.GetString(body).Split(Between) is [var head, .. var tail] ? (head, tail) : ("", []);
        var position = ListValue.Parse(ListKind.Number, first) as long?;
        var keys = rest.Zip(sort, (part, term) => part is "" ? null : ListValue.Parse(term.Field.Kind, part[1..])).ToList();
        var isReadable = position is null == first is "" && rest.Length == sort.Count && keys.Zip(rest).All(pair => pair.First is null == pair.Second is "");
        return isReadable ? new(position, keys) : null;
    }

    static byte[] Checksum(ReadOnlyMemory<byte> scope, byte[] body) => SHA256.HashData([.. scope.Span, .. body])[..ChecksumLength];
}
