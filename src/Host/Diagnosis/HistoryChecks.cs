using System.Globalization;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Projections;
using EventSourcedOrgs.Proof;
using Npgsql;

namespace EventSourcedOrgs.Host.Diagnosis;

/// <summary>Read models, and the sealed history with its checkpoints.</summary>
internal sealed class HistoryChecks(IServiceProvider services, Surroundings surroundings)
{
    private static readonly TimeSpan Unsealed = TimeSpan.FromMinutes(1);

    private readonly NpgsqlDataSource database = services.GetRequiredService<NpgsqlDataSource>();
    private readonly CheckpointFolder folder = new(surroundings.Proof);

    public IEnumerable<(string, Func<CancellationToken, Task<Condition>>)> All =>
        [("READ_MODELS", ReadModels), ("SEALING", Sealing), ("LOG_KEY", LogKey), ("CHECKPOINT_FOLDER", Folder), ("CHECKPOINTS", Checkpoints)];

    private async Task<Condition> ReadModels(CancellationToken cancellation)
    {
        var all = await services.GetRequiredService<ReadModelStates>().AllAsync(cancellation);
        if (all.Where(model => model.State == ReadModelStatus.Failed).ToList() is [_, ..] failed)
            return Condition.Error("READ_MODELS", string.Join(" ", failed.Select(model => $"{model.Name} stands at {model.Position}: {model.Error}")), "Install the version that can apply the event, then 'projections retry NAME'; nothing is skipped.");
        if (all.Where(model => model.State == ReadModelStatus.Paused).ToList() is [_, ..] paused)
            return Condition.Warning("READ_MODELS", $"Paused: {Names(paused)}.", "Let them go on with 'projections resume NAME'.");
        if (all.Where(model => model is { EventsBehind: > 0, State: ReadModelStatus.Stopped or ReadModelStatus.Behind }).ToList() is [_, ..] behind)
            return Condition.Warning("READ_MODELS", $"Behind: {Names(behind)}.", behind.Exists(model => model.State == ReadModelStatus.Stopped) ? "No Host runs them: start 'serve'." : "Wait, or look for a long transaction that holds them back.");
        return Condition.Ok("READ_MODELS", $"All {all.Count} have everything.");

        static string Names(IEnumerable<ReadModelStatus> of) => string.Join(", ", of.Select(model => $"{model.Name} ({model.EventsBehind} events)"));
    }

    private async Task<Condition> Sealing(CancellationToken cancellation)
    {
        var (size, position) = await new LogTiles(database).End(cancellation);
        await using var command = database.CreateCommand($"select count(*), coalesce(extract(epoch from now() - min(timestamp)), 0)::float8 from {EventStore.Schema}.mt_events where seq_id > $1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var (waiting, age) = (reader.GetInt64(0), reader.GetDouble(1));
        return waiting == 0 || age < Unsealed.TotalSeconds
            ? Condition.Ok("SEALING", $"{size} events are sealed.")
            : Condition.Warning("SEALING", string.Create(CultureInfo.InvariantCulture, $"{waiting} events are not sealed, the oldest for {age:0} s."), "Start 'serve'; if it runs, its log says why it does not seal.");
    }

    private async Task<LogKey?> Key(CancellationToken cancellation) => await services.GetRequiredService<LogSecrets>().Find(() => throw new NoKeyException(), cancellation) is var (name, secret)
        ? Proof.LogKey.From(name, secret)
        : null;

    private async Task<Condition> LogKey(CancellationToken cancellation)
    {
        try
        {
            using var key = await Key(cancellation);
            return key is null || await folder.Key(cancellation) is not { } published ? Condition.Ok("LOG_KEY", "No key is published in the folder of the checkpoints yet.")
                : published.Trim() == key.Public.ToString() ? Condition.Ok("LOG_KEY", "The published key is that of the log.")
                : Condition.Error("LOG_KEY", "The key in the folder of the checkpoints is not that of the log.", "Name the folder of this installation in --proof, or find out who replaced log.pub.");
        }
        catch (NoKeyException)
        {
            return Condition.Ok("LOG_KEY", "The log has no key yet; the first 'serve' makes it.");
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return Condition.Error("LOG_KEY", "The master key does not open the key of the log.", "Give the master key that the data were written with.");
        }
    }

    private Task<Condition> Folder(CancellationToken cancellation) => Task.FromResult(PlaceChecks.Writable(folder.Path) is { } wrong
        ? Condition.Error("CHECKPOINT_FOLDER", $"The folder of the checkpoints cannot be written: {wrong}", "Correct --proof or the rights on the folder: while it cannot be written, nothing is sealed.")
        : Condition.Ok("CHECKPOINT_FOLDER", "Checkpoints can be published."));

    /// <summary>The last one that was published has to be of the log as it is in the database.</summary>
    private async Task<Condition> Checkpoints(CancellationToken cancellation)
    {
        if (await folder.Key(cancellation) is not { } published)
            return Condition.Ok("CHECKPOINTS", "Nothing is published yet.");

        LogPublicKey key;
        try
        {
            key = LogPublicKey.Parse(published);
        }
        catch (FormatException e)
        {
            return Condition.Error("CHECKPOINTS", $"log.pub in the folder of the checkpoints cannot be read: {e.Message}", "Put the file back from a copy.");
        }

        Checkpoint? last = null;
        await foreach (var (place, checkpoint, wrong) in folder.All([key], cancellation))
        {
            if (checkpoint is null)
                return Condition.Error("CHECKPOINTS", $"The {place} is not to be trusted. {wrong}", "Run 'history verify', and find out who altered the folder.");
            last = checkpoint.Size >= (last?.Size ?? 0) ? checkpoint : last;
        }

        if (last is null)
            return Condition.Ok("CHECKPOINTS", "Nothing is published yet.");

        var tiles = new LogTiles(database);
        var (size, _) = await tiles.End(cancellation);
        if (last.Size > size)
            return Condition.Error("CHECKPOINTS", $"{last.Size} events were published at {last.Time:u}, and the database has {size}: it is older than its proof, and {last.Size - size} events or more are gone.", "If a backup was restored on purpose, find out what was lost and go on with a new, empty folder (docs/operations.md); otherwise restore a later backup.");

        try
        {
            return await new MerkleTree(size, tiles.Node).Root(last.Size, cancellation) == last.Root
                ? Condition.Ok("CHECKPOINTS", $"The last published checkpoint, of {last.Size} events at {last.Time:u}, is of this log.")
                : Condition.Error("CHECKPOINTS", $"The first {last.Size} events are not those that were published.", "Run 'history verify': it finds what was altered.");
        }
        catch (InvalidDataException e)
        {
            return Condition.Error("CHECKPOINTS", e.Message, "Run 'history verify': it finds what was altered.");
        }
    }

    /// <summary>There is no key of the log yet, and looking makes none.</summary>
    private sealed class NoKeyException : Exception;
}
