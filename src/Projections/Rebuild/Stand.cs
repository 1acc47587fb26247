using Marten;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>Where a read model stands by what is recorded, and up to which position events are final.</summary>
internal sealed record Stand(long Position, long Final, bool Failed)
{
    private const long Far = 20_000;

    /// <summary>So far that a rebuild shall not wait for it, or stopped by an event, or never brought on by anybody.</summary>
    public bool IsFarBehind => Failed || Position == 0 || Final - Position > Far;

    public static async Task<Stand> OfAsync(IDocumentStore store, ReadModel model, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            $"""
             select coalesce((select last_seq_id from {Progression(store)} where name = $1), 0), coalesce((select last_seq_id from {Progression(store)} where name = 'HighWaterMark'), 0),
                 exists (select from {ReadModelControl.Table} where name = $2 and failure is not null)
             """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = model.Shard });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = model.Name });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new(reader.GetInt64(0), reader.GetInt64(1), reader.GetBoolean(2));
    }

    public static string Progression(IDocumentStore store) => $"{store.Options.Events.DatabaseSchemaName}.mt_event_progression";
}
