using System.Data.Common;
using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>A column of a table: its name, its type, and where the value comes from. The values of many rows travel as one array.</summary>
public abstract record Column<TSource>(string Name, NpgsqlDbType Type)
{
    internal abstract string Definition { get; }

    /// <summary>What makes a value of the column out of one that travelled.</summary>
    internal virtual string Cast => "";

    internal string SqlType => Type.ToString().ToLowerInvariant();

    internal abstract Argument Of(IReadOnlyCollection<TSource> sources);

    /// <summary>Writes the value of one row into a COPY.</summary>
    internal abstract void Copy(CopyBuffer into, TSource source);
}

/// <summary>A column of single values.</summary>
public sealed record Column<TSource, T>(string Name, NpgsqlDbType Type, Func<TSource, T> Value) : Column<TSource>(Name, Type)
{
    private readonly Action<CopyBuffer, T> encode = CopyEncoders.Of<T>(Type);

    internal override string Definition => $"{Name} {SqlType}{(default(T) is null ? "" : " not null")}";

    internal override Argument Of(IReadOnlyCollection<TSource> sources) => new(sources.Select(Value).ToArray(), NpgsqlDbType.Array | Type);

    internal override void Copy(CopyBuffer into, TSource source) => encode(into, Value(source));
}

/// <summary>A column of arrays. An array of arrays would arrive flattened, so each travels as its text.</summary>
public sealed record SetColumn<TSource, T>(string Name, NpgsqlDbType Type, Func<TSource, IEnumerable<T>> Value) : Column<TSource>(Name, Type)
{
    private readonly Action<CopyBuffer, IEnumerable<T>> encode = CopyEncoders.Of<IEnumerable<T>>(Type);

    internal override string Definition => $"{Name} {SqlType}[] not null";

    internal override string Cast => $"::{SqlType}[]";

    internal override Argument Of(IReadOnlyCollection<TSource> sources) =>
        new(sources.Select(source => Literal(Value(source))).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);

    internal override void Copy(CopyBuffer into, TSource source) => encode(into, Value(source));

    private static string Literal(IEnumerable<T> items)
    {
        var text = new StringBuilder("{");
        foreach (var item in items)
        {
            text.Append(text.Length == 1 ? "" : ",");
            if (item is Guid id)
                text.Append(CultureInfo.InvariantCulture, $"{id}");
            else
                text.Append('"').Append($"{item}".Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        }

        return text.Append('}').ToString();
    }
}

/// <summary>Reads the fields of a row by name; a null needs a type that can hold it.</summary>
public static class Fields
{
    public static T Get<T>(this DbDataReader reader, string column)
    {
        var ordinal = reader.GetOrdinal(column);
        return default(T) is null && reader.IsDBNull(ordinal) ? default! : reader.GetFieldValue<T>(ordinal);
    }
}

internal readonly record struct Argument(object Value, NpgsqlDbType Type)
{
    public NpgsqlParameter AsParameter() => new() { Value = Value, NpgsqlDbType = Type };
}
