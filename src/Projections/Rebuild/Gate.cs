using System.Data.Common;
using Marten.Internal.Operations;
using Npgsql;
using Weasel.Core;
using Weasel.Storage;

namespace EventSourcedOrgs.Projections;

/// <summary>The tables of a read model were replaced while a page was worked on; the page begins again.</summary>
public sealed class ReplacedReadModelException(string name) : Exception($"The tables of {name} were replaced; the page begins again.");

/// <summary>Where each page of a read model begins: it waits there while the read model is paused.</summary>
internal static class Gate
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits until the read model is not paused; answers the generation of its tables.</summary>
    public static async Task<long> PassAsync(string name, Func<NpgsqlConnection> connect, CancellationToken cancellation)
    {
        while (true)
        {
            var (paused, generation) = await LookAsync(name, connect, cancellation);
            if (!paused)
                return generation;

            await Task.Delay(BetweenLooks, cancellation);
        }
    }

    private static async Task<(bool Paused, long Generation)> LookAsync(string name, Func<NpgsqlConnection> connect, CancellationToken cancellation)
    {
        await using var connection = connect();
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(ReadModelControl.Gate, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetBoolean(0), reader.GetInt64(1)) : (false, 0);
    }
}

/// <summary>The last look at a page before it is written: that the tables are still those it was worked out for.</summary>
internal sealed record Fence(string Name, long Generation) : Marten.Internal.Operations.IStorageOperation
{
    public Type DocumentType => typeof(Marten.Storage.StorageFeatures);

    public OperationRole Role() => OperationRole.Other;

    public async Task PostprocessAsync(DbDataReader reader, IList<Exception> exceptions, CancellationToken token)
    {
        if (!await reader.ReadAsync(token) || reader.GetInt64(0) != Generation)
            exceptions.Add(new ReplacedReadModelException(Name));
    }

    public void ConfigureCommand(Weasel.Postgresql.ICommandBuilder builder, IStorageSession session) =>
        builder.AppendWithParameters($"select coalesce((select generation from {ReadModelControl.Table} where name = ?), 0)", '?')[0].Value = Name;
}
