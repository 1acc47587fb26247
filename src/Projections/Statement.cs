using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>One multi-row change, executed in the transaction that also records the progress.</summary>
internal sealed record Statement(string Sql, IReadOnlyList<Argument> Arguments)
{
    public NpgsqlBatchCommand AsCommand()
    {
        var command = new NpgsqlBatchCommand(Sql);
        foreach (var argument in Arguments)
            command.Parameters.Add(argument.AsParameter());
        return command;
    }
}
