using System.Globalization;

namespace EventSourcedOrgs.Portal;

/// <summary>How the pages say things: moments in UTC, numbers with thousands, limits in words.</summary>
public static class Words
{
    private static readonly CultureInfo English = CultureInfo.InvariantCulture;

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("d MMM yyyy, HH:mm", English);

    public static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("d MMM yyyy", English);

    /// <summary>A moment as it was asked for: a time, or a position of the history.</summary>
    public static string Moment(string? moment) => DateTimeOffset.TryParse(moment, English, DateTimeStyles.AssumeUniversal, out var time) ? Moment(time) : $"position {moment}";

    public static string Moment(DateTimeOffset time) => time.UtcDateTime.ToString("d MMM yyyy, HH:mm:ss 'UTC'", English);

    public static string Number(long number) => number.ToString("N0", English);

    /// <summary>A limit, where -1 is none.</summary>
    public static string Limit(long limit) => limit < 0 ? "unlimited" : Number(limit);

    public static string Count(long number, string one, string? many = null) => $"{Number(number)} {(number == 1 ? one : many ?? one + "s")}";

    public static string Size(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => string.Create(English, $"{bytes / 1024.0:0.#} KB"),
        < 1024L * 1024 * 1024 => string.Create(English, $"{bytes / 1024.0 / 1024:0.#} MB"),
        _ => string.Create(English, $"{bytes / 1024.0 / 1024 / 1024:0.##} GB"),
    };

    public static string Initials(string name) =>
        string.Concat(name.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(2).Select(part => char.ToUpperInvariant(part[0])));

    /// <summary>How long ago, roughly.</summary>
    public static string Ago(DateTimeOffset then, DateTimeOffset now) => (now - then) switch
    {
        { TotalSeconds: < 60 } => "just now",
        { TotalMinutes: < 60 } gone => $"{(int)gone.TotalMinutes} min ago",
        { TotalHours: < 24 } gone => $"{(int)gone.TotalHours} h ago",
        { TotalDays: < 30 } gone => Count((int)gone.TotalDays, "day") + " ago",
        _ => Date(then),
    };

    /// <summary>A name of the code or of an event, as words: <c>group_assigned_to_license_v1</c>, <c>node-locked</c>, <c>NOT_ASSIGNED</c>.</summary>
    public static string Plain(string name)
    {
        var words = name.Split('_', '-', '.').Where(word => word.Length > 0 && !(word[0] == 'v' && word.Skip(1).All(char.IsDigit))).ToList();
        return words.Count == 0 ? name : char.ToUpperInvariant(words[0][0]) + string.Join(' ', words).ToLowerInvariant()[1..];
    }
}
