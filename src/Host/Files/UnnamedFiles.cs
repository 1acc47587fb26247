using System.Globalization;
using EventSourcedOrgs.Application.Releases;
using Npgsql;

namespace EventSourcedOrgs.Host.Files;

/// <summary>
/// Drops contents that no release names: of files that were replaced or removed, of deleted releases, and of uploads whose Host died before they were recorded. Each stays
/// for a day, so that nothing is dropped that is just about to be named. Whose contents they are is noted beside them, by an event of the history that named them: where that event is not,
/// in another installation or in one restored from before it, nothing is dropped.
/// </summary>
internal sealed partial class UnnamedFiles(IReleaseFiles files, NpgsqlDataSource database, TimeProvider clock, ILogger<UnnamedFiles> log)
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private const int AtOnce = 1000;

    public async Task Drop(CancellationToken cancellation)
    {
        var before = clock.GetUtcNow() - Kept;
        if (!await AreOurs(cancellation))
            return;

        await files.DropUnfinished(before, cancellation);
        await foreach (var contents in files.All(cancellation).Where(kept => kept.Since < before).Select(kept => kept.Content).Chunk(AtOnce).WithCancellation(cancellation))
        {
            foreach (var content in contents.Except(await Named(contents, cancellation)))
                await files.Delete(content, cancellation);
        }
    }

    /// <summary>Whether the contents are those of this history, whose last event is noted now. Where nothing was noted yet they are taken for its own, and dropped from the next time on.</summary>
    private async Task<bool> AreOurs(CancellationToken cancellation)
    {
        if (!await files.All(cancellation).AnyAsync(cancellation))
            return false;

        var noted = await files.Noted(cancellation);
        var (position, id) = Parts(noted);
        await using var command = database.CreateCommand(
            "select e.seq_id || ' ' || e.id, exists (select from events.mt_events n where n.seq_id = $1 and n.id = $2) from events.mt_events e order by e.seq_id desc limit 1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation) || (noted is not null && !reader.GetBoolean(1)))
        {
            LogForeign(log, noted);
            return false;
        }

        await files.Note(reader.GetString(0), cancellation);
        return noted is not null;
    }

    private static (long Position, Guid Event) Parts(string? noted) =>
        noted?.Trim().Split(' ') is [var position, var id] && long.TryParse(position, CultureInfo.InvariantCulture, out var at) && Guid.TryParse(id, out var named) ? (at, named) : default;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The contents of releases belong to another history, which has event {Noted}: none is dropped. If they are of this one, delete the note named history beside them")]
    private static partial void LogForeign(ILogger log, string? noted);

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
