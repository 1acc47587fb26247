using System.Data.Common;
using Marten.Internal.Operations;
using Npgsql;
using Weasel.Core;
using Weasel.Storage;

namespace EventSourcedOrgs.Projections;

/// <summary>One multi-row change, executed by Marten in the transaction that also records the progress.</summary>
internal sealed record Statement(string Sql, IReadOnlyList<Argument> Arguments) : Marten.Internal.Operations.IStorageOperation, NoDataReturnedCall
{
    public Type DocumentType => typeof(Marten.Storage.StorageFeatures);

    public OperationRole Role() => OperationRole.Other;

    public Task PostprocessAsync(DbDataReader reader, IList<Exception> exceptions, CancellationToken token) => Task.CompletedTask;

    /// <summary>The same as a command of its own.</summary>
    public NpgsqlBatchCommand AsCommand()
    {
        var parts = Sql.Split('?');
        var command = new NpgsqlBatchCommand(string.Concat(parts.Select((part, n) => n == 0 ? part : $"${n}{part}")));
        foreach (var argument in Arguments)
            command.Parameters.Add(argument.AsParameter());
        return command;
    }

    public void ConfigureCommand(Weasel.Postgresql.ICommandBuilder builder, IStorageSession session)
    {
        foreach (var (parameter, argument) in builder.AppendWithParameters(Sql, '?').Zip(Arguments))
            (parameter.NpgsqlDbType, parameter.Value) = (argument.Type, argument.Value);
    }
}
