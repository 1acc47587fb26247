using EventSourcedOrgs.Domain;
using Marten;
using Npgsql;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace EventSourcedOrgs.Application.Releases;

/// <summary>How often each file was downloaded: a counter beside the history, which it would only make long.</summary>
public sealed class ReleaseDownloads(NpgsqlDataSource database)
{
    private const string Name = $"{EventStore.Schema}.release_downloads";

    public static void Configure(StoreOptions options)
    {
        var table = new Table(new PostgresqlObjectName(EventStore.Schema, "release_downloads", SchemaUtils.IdentifierUsage.General));
        table.AddColumn("file", "uuid").AsPrimaryKey();
        table.AddColumn("downloads", "bigint").NotNull();
        options.Storage.ExtendedSchemaObjects.Add(table);
    }

    public async Task Count(ReleaseFileId file, CancellationToken cancellation)
    {
        await using var command = database.Command(
            $"insert into {Name} as d (file, downloads) values ($1, 1) on conflict (file) do update set downloads = d.downloads + 1", file.Value);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The downloads of those of these files that were ever downloaded.</summary>
    public async Task<IReadOnlyDictionary<ReleaseFileId, long>> Of(IEnumerable<ReleaseFileId> files, CancellationToken cancellation)
    {
        var counts = new Dictionary<ReleaseFileId, long>();
        Guid[] ids = [.. files.Select(file => file.Value)];
        if (ids.Length == 0)
            return counts;

        await using var command = database.Command($"select file, downloads from {Name} where file = any($1)", ids);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            counts[ReleaseFileId.From(reader.GetGuid(0))] = reader.GetInt64(1);
        return counts;
    }
}
