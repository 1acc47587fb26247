using System.Globalization;
using System.Text.Json;
using EventSourcedOrgs.Portal.Api;

namespace EventSourcedOrgs.Portal;

/// <summary>How the pages say things: moments in UTC, numbers with thousands, limits in words.</summary>
public static class Words
{
    private static readonly CultureInfo English = CultureInfo.InvariantCulture;

    /// <summary>Names that their owners write in their own way.</summary>
    private static readonly Dictionary<string, string> Systems = new() { ["macos"] = "macOS", ["ios"] = "iOS" };

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

    /// <summary>Who did something.</summary>
    public static string Actor(Actor actor) => actor.Name ?? actor.Kind switch
    {
        "vendor" => "the vendor",
        "system" => "the service itself",
        "anonymous" => "a machine or somebody not signed in",
        "user" => "somebody erased",
        _ => $"{actor.Kind} {actor.Id}",
    };

    /// <summary>A field by its JSON pointer.</summary>
    public static string Field(string pointer) => string.Join(" › ", pointer.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Camel));

    /// <summary>A value of a state, as people read it.</summary>
    public static string Json(JsonElement? value, IReadOnlyDictionary<Guid, string>? names = null) => value switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => "nothing",
        { ValueKind: JsonValueKind.True } => "yes",
        { ValueKind: JsonValueKind.False } => "no",
        { ValueKind: JsonValueKind.String } id when names is not null && Guid.TryParse(id.GetString(), out var known) && names.TryGetValue(known, out var name) => name,
        { ValueKind: JsonValueKind.String } text => DateTimeOffset.TryParseExact(text.GetString(), "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", English, DateTimeStyles.None, out var time) ? Moment(time) : text.GetString()!,
        { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() == 0 => "none",
        { ValueKind: JsonValueKind.Array } list => string.Join(", ", list.EnumerateArray().Select(item => Json(item, names))),
        { ValueKind: JsonValueKind.Object } some when some.TryGetProperty("erased", out _) => "erased",
        { } other => other.GetRawText(),
    };

    private static string Camel(string name)
    {
        var words = string.Concat(name.Select(letter => char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{letter}"));
        return words.Length == 0 ? words : char.ToUpperInvariant(words[0]) + words[1..];
    }

    /// <summary>A name of the code or of an event, as words: <c>group_assigned_to_license_v1</c>, <c>node-locked</c>, <c>NOT_ASSIGNED</c>.</summary>
    public static string Plain(string name)
    {
        if (Systems.TryGetValue(name, out var system))
            return system;
        if (name.All(char.IsLetter) && name.Any(char.IsLower))
            return Camel(name);
        var words = name.Split('_', '-', '.').Where(word => word.Length > 0 && !(word[0] == 'v' && word.Skip(1).All(char.IsDigit))).ToList();
        return words.Count == 0 ? name : char.ToUpperInvariant(words[0][0]) + string.Join(' ', words).ToLowerInvariant()[1..];
    }
}
