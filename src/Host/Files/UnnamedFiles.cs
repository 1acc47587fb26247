using EventSourcedOrgs.Application.Releases;
using Npgsql;

namespace EventSourcedOrgs.Host.Files;

/// <summary>
/// Drops contents that no release names: of files that were replaced or removed, of deleted releases, and of uploads whose Host died before they were recorded. Each stays
/// for a day, so that nothing is dropped that is just about to be named.
/// </summary>
internal sealed class UnnamedFiles(IReleaseFiles files, NpgsqlDataSource database, TimeProvider clock)
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private const int AtOnce = 1000;

    public async Task Drop(CancellationToken cancellation)
    {
        var before = clock.GetUtcNow() - Kept;
        await files.DropUnfinished(before, cancellation);
        await foreach (var contents in files.All(cancellation).Where(kept => kept.Since < before).Select(kept => kept.Content).Chunk(AtOnce).WithCancellation(cancellation))
        {
            foreach (var content in contents.Except(await Named(contents, cancellation)))
                await files.Delete(content, cancellation);
        }
    }

    private async Task<IReadOnlyList<Guid>> Named(Guid[] contents, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select c.content from unnest($1) c(content) where exists (
                select from events.mt_doc_release r
                where not (r.data ->> 'deleted')::boolean and r.data -> 'files' @> jsonb_build_array(jsonb_build_object('file', jsonb_build_object('content', c.content))))
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = contents });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var named = new List<Guid>();
        while (await reader.ReadAsync(cancellation))
            named.Add(reader.GetGuid(0));
        return named;
    }
}
