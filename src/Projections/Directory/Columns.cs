using System.Text.Json;
using EventSourcedOrgs.Domain;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>Columns that many lists have.</summary>
internal static class Columns
{
    public static Table<Guid, Entry<TState>> Text<TState>(this Table<Guid, Entry<TState>> table, string column, Func<TState, string> value) =>
        table.Column(column, NpgsqlDbType.Text, entry => value(entry.State));

    public static Table<Guid, Entry<TState>> Number<TState>(this Table<Guid, Entry<TState>> table, string column, Func<TState, int> value) =>
        table.Column(column, NpgsqlDbType.Integer, entry => value(entry.State));

    public static Table<Guid, Entry<TState>> Flag<TState>(this Table<Guid, Entry<TState>> table, string column, Func<TState, bool> value) =>
        table.Column(column, NpgsqlDbType.Boolean, entry => value(entry.State));

    public static Table<Guid, Entry<TState>> Instant<TState>(this Table<Guid, Entry<TState>> table, string column, Func<TState, DateTimeOffset?> value) =>
        table.Column(column, NpgsqlDbType.TimestampTz, entry => value(entry.State)?.UtcDateTime);

    public static Table<Guid, Entry<TState>> Reference<TState>(this Table<Guid, Entry<TState>> table, string column, Func<TState, Guid?> value) =>
        table.Column(column, NpgsqlDbType.Uuid, entry => value(entry.State));

    /// <summary>Key and value of each entry, for filters; ids and times stay in the document.</summary>
    public static Table<Guid, Entry<TState>> Metadata<TState>(this Table<Guid, Entry<TState>> table, Func<TState, ValueList<MetadataEntry>> value) =>
        table.Column("metadata", NpgsqlDbType.Jsonb, entry => value(entry.State) is { Count: > 0 } pairs ? JsonSerializer.Serialize(pairs.Select(pair => new { key = pair.Key, value = pair.Value })) : "[]");

    public static Table<Guid, Entry<TState>> Times<TState>(this Table<Guid, Entry<TState>> table, Func<TState, Recorded> recorded) => table
        .Column("created_at", NpgsqlDbType.TimestampTz, entry => recorded(entry.State).CreatedAt.UtcDateTime)
        .Column("updated_at", NpgsqlDbType.TimestampTz, entry => recorded(entry.State).UpdatedAt.UtcDateTime)
        .Order("created_at, id");

    /// <summary>
    /// Two indexes by which a list is walked in its order: that of all versions at a position, and that of the rows of now, which is as long as the list, however often they have changed.
    /// </summary>
    public static Table<Guid, Entry<TState>> Order<TState>(this Table<Guid, Entry<TState>> table, string columns) =>
        table.Index($"({columns})").Index($"({columns}) where until is null");

    /// <summary>What a state says once the key of its person is gone, in these columns too.</summary>
    public static Table<Guid, Entry<TState>> Erased<TState>(this Table<Guid, Entry<TState>> table, Func<TState, TState> erased, params string[] columns) =>
        table.Erasing(entry => entry with { State = erased(entry.State) }, columns);

    public static IReadOnlyList<ListField> Times(string alias) =>
        [ListField.Instant("createdAt", $"{alias}.created_at") with { Required = true }, ListField.Instant("updatedAt", $"{alias}.updated_at") with { Required = true }];
}
