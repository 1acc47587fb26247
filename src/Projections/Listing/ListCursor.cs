using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// Where a walk through a list goes on: after the row with these keys, at this position and, in the past, at this time (UTC). Its token carries a checksum over
/// itself and over the list it belongs to. That is no signature and needs none: a cursor says nothing that its caller could not ask for with a sort, a filter and <c>asOf</c>.
/// </summary>
sealed record ListCursor(long? Position, DateTimeOffset? Time, IReadOnlyList<object?> Keys)
{
    const int MaxLength = 8192;
    const int ChecksumLength = 16;
    const char Between = '\0';
    const char Beside = '@';

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

    internal static string Write(ReadOnlyMemory<byte> scope, long? position, DateTimeOffset? time, IEnumerable<string?> keys)
    {
        string[] parts = [$"{Text(position)}{(time is { } past ? $"{Beside}{Text(past.UtcTicks)}" : "")}", .. keys.Select(key => key is null ? "" : $"={key}")];
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
        var moment = first.Split(Beside);
        var position = ListValue.Parse(ListKind.Number, moment[0]) as long?;
        var time = moment.Length == 2 ? TimeOf(moment[1]) : null;
        var keys = rest.Zip(sort, (part, term) => part is "" ? null : ListValue.Parse(term.Field.Kind, part[1..])).ToList();
        var isReadable = position is null == moment[0] is "" && time is null == moment.Length is 1
            && rest.Length == sort.Count && keys.Zip(rest).All(pair => pair.First is null == pair.Second is "");
        return isReadable ? new(position, time, keys) : null;
    }

    static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    static DateTimeOffset? TimeOf(string ticks) =>
        ListValue.Parse(ListKind.Number, ticks) is long known && known >= 0 && known <= DateTimeOffset.MaxValue.Ticks ? new DateTimeOffset(known, TimeSpan.Zero) : null;

    static byte[] Checksum(ReadOnlyMemory<byte> scope, byte[] body) => SHA256.HashData([.. scope.Span, .. body])[..ChecksumLength];
}
