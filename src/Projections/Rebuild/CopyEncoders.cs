using System.Collections.Frozen;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>How values of columns are written into a COPY, by what they are here and what they are in the database.</summary>
internal static class CopyEncoders
{
    private static readonly KeyValuePair<(Type, NpgsqlDbType), Delegate>[] Known =
    [
        .. Of<bool>(NpgsqlDbType.Boolean, (into, value) => into.Write(value)),
        .. Of<short>(NpgsqlDbType.Smallint, (into, value) => into.Write(value)),
        .. Of<int>(NpgsqlDbType.Integer, (into, value) => into.Write(value)),
        .. Of<long>(NpgsqlDbType.Bigint, (into, value) => into.Write(value)),
        .. Of<Guid>(NpgsqlDbType.Uuid, (into, value) => into.Write(value)),
        .. Of<DateTime>(NpgsqlDbType.TimestampTz, (into, value) => into.Write(value)),
        .. Of<DateOnly>(NpgsqlDbType.Date, (into, value) => into.Write(value)),
        OfObject<string>(NpgsqlDbType.Text, (into, value) => into.Write(value)),
        OfObject<string>(NpgsqlDbType.Jsonb, (into, value) => into.WriteJsonb(value)),
        OfObject<byte[]>(NpgsqlDbType.Json, (into, value) => into.Write(value)),
        OfObject<IEnumerable<Guid>>(NpgsqlDbType.Uuid, (into, value) => into.Write(value)),
        OfObject<IEnumerable<string>>(NpgsqlDbType.Text, (into, value) => into.Write(value)),
    ];

    private static readonly FrozenDictionary<(Type, NpgsqlDbType), Delegate> All = Known.ToFrozenDictionary();

    /// <exception cref="NotSupportedException">No column has such values yet.</exception>
    public static Action<CopyBuffer, T> Of<T>(NpgsqlDbType type) =>
        All.TryGetValue((typeof(T), type), out var encoder) ? (Action<CopyBuffer, T>)encoder : throw new NotSupportedException($"No value of {typeof(T)} is written as {type} yet.");

    private static KeyValuePair<(Type, NpgsqlDbType), Delegate>[] Of<T>(NpgsqlDbType type, Action<CopyBuffer, T> write) where T : struct =>
        [new((typeof(T), type), write), new((typeof(T?), type), (CopyBuffer into, T? value) => { if (value is { } known) write(into, known); else into.WriteNull(); })];

    private static KeyValuePair<(Type, NpgsqlDbType), Delegate> OfObject<T>(NpgsqlDbType type, Action<CopyBuffer, T> write) where T : class =>
        new((typeof(T), type), (CopyBuffer into, T? value) => { if (value is null) into.WriteNull(); else write(into, value); });
}
