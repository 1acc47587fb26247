using Npgsql;

namespace EventSourcedOrgs.Application;

/// <summary>Plain SQL beside the store, for questions that no document answers.</summary>
internal static class Sql
{
    /// <summary>A command whose values are <c>$1</c>, <c>$2</c> ... in its text.</summary>
    public static NpgsqlCommand Command(this NpgsqlDataSource database, string sql, params object[] values)
    {
        var command = database.CreateCommand(sql);
        Add(command.Parameters, values);
        return command;
    }

    /// <summary>The same, as one command of several that are asked at once.</summary>
    public static NpgsqlBatchCommand Part(string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        Add(command.Parameters, values);
        return command;
    }

    private static void Add(NpgsqlParameterCollection parameters, object[] values)
    {
        foreach (var value in values)
            parameters.Add(new NpgsqlParameter { Value = value });
    }
}
