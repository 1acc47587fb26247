using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>A column of a table: its name, its type, and where the value comes from. Many values travel as one array, so a column itself cannot be an array: use jsonb.</summary>
public abstract record Column<TSource>(string Name, NpgsqlDbType Type)
{
    internal abstract string Definition { get; }

    internal abstract Argument Of(IReadOnlyCollection<TSource> sources);
}

/// <summary>A column whose values are of one .NET type.</summary>
public sealed record Column<TSource, T>(string Name, NpgsqlDbType Type, Func<TSource, T> Value) : Column<TSource>(Name, Type)
{
    internal override string Definition => $"{Name} {SqlType}{(default(T) is null ? "" : " not null")}";

    private string SqlType => Type switch
    {
        NpgsqlDbType.Bigint => "bigint",
        NpgsqlDbType.Boolean => "boolean",
        NpgsqlDbType.Date => "date",
        NpgsqlDbType.Integer => "integer",
        NpgsqlDbType.Jsonb => "jsonb",
        NpgsqlDbType.Smallint => "smallint",
        NpgsqlDbType.Text => "text",
        NpgsqlDbType.TimestampTz => "timestamptz",
        NpgsqlDbType.Uuid => "uuid",
        _ => throw new NotSupportedException($"Column {Name}: {Type} is not a type of read models."),
    };

    internal override Argument Of(IReadOnlyCollection<TSource> sources)
    {
        var values = new T[sources.Count];
        var next = 0;
        foreach (var source in sources)
            values[next++] = Value(source);

        return new(values, NpgsqlDbType.Array | Type);
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
