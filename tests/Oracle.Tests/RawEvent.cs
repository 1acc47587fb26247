using System.Text.Json;

namespace EventSourcedOrgs.Oracle.Tests;

/// <summary>One event as it is stored: its place, its stored name and the few members of its JSON that have to do with access.</summary>
internal sealed record RawEvent(long Position, Guid Id, Guid Stream, string Type, DateTimeOffset At, string? Actor)
{
    /// <summary>The user or the group that an event of another stream is about.</summary>
    public Guid? Subject { get; private init; }

    public Guid? Organization { get; private init; }

    public Guid? Product { get; private init; }

    /// <summary>The name of a group, the key of a licence.</summary>
    public string? Name { get; private init; }

    public DateTimeOffset? ExpiresAt { get; private init; }

    public DateTimeOffset? EffectiveDate { get; private init; }

    public DateTimeOffset? From { get; private init; }

    public DateTimeOffset? Until { get; private init; }

    public RawEvent With(JsonElement data) => this with
    {
        Subject = IdIn(data, "userGroup") ?? IdIn(data, "user"),
        Organization = IdIn(data, "organization"),
        Product = IdIn(data, "product"),
        Name = TextIn(data, Type.StartsWith("license", StringComparison.Ordinal) ? "key" : Type.StartsWith("user_group", StringComparison.Ordinal) ? "name" : ""),
        ExpiresAt = TimeIn(data, "expiresAt"),
        EffectiveDate = TimeIn(data, "effectiveDate"),
        From = TimeIn(data, "from"),
        Until = TimeIn(data, "until"),
    };

    private static JsonElement? In(JsonElement data, string member) =>
        data.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value : null;

    private static Guid? IdIn(JsonElement data, string member) => In(data, member)?.GetGuid();

    private static string? TextIn(JsonElement data, string member) => In(data, member)?.GetString();

    private static DateTimeOffset? TimeIn(JsonElement data, string member) => In(data, member)?.GetDateTimeOffset();
}
