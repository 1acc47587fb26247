using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Marten;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// Folds every state anew from its stream and compares it with the one that is kept beside the stream, on which commands decide. A state is written in the transaction of its
/// events, so the two agree at every moment: some hundred streams are looked at in one snapshot of the database, which costs flat memory and no lock. Repairs are counted under a name among the
/// positions of what follows the events, for whoever keeps states in memory.
/// </summary>
public sealed class StateVerifier(
    IDocumentStore store, NpgsqlDataSource source, JsonSerializerOptions stored, Func<Guid, bool> isErased, Func<object, IEnumerable<(string Id, Guid Holder)>> claimsOf, string repairs)
{
    /// <summary>What all states together are called.</summary>
    public const string All = "states";

    private const int Batch = 200;
    private const int MostRounds = 5;
    private static readonly TimeSpan BetweenReports = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(500);

    private readonly StateJson json = new(stored);
    private readonly LostKeys lostKeys = new(store.Options.Events.DatabaseSchemaName);
    private readonly HeldClaims claims = new(store.Options.Events.DatabaseSchemaName, claimsOf);

    /// <summary>The kinds of states under a name: one, all, or null when there is nothing of that name.</summary>
    public static IReadOnlyList<Resource>? Find(string? aggregate) => aggregate is null ? Resource.All : Resource.Find(aggregate) is { } one ? [one] : null;

    /// <summary>What the states of one kind are called, among the read models.</summary>
    public static string NameOf(Resource resource) => $"{All}/{resource.Name}";

    /// <summary>Compares, and rewrites what differs if that is wanted; answers what was found, kind by kind.</summary>
    public async Task<IReadOnlyList<Drift>> RunAsync(IReadOnlyList<Resource> resources, bool repair, IProgress<RebuildProgress>? report, CancellationToken cancellation, RebuildPace? pace = null)
    {
        var tables = resources.Select(resource => new StateTable(store, resource)).ToList();
        var (total, done, watch, next) = (0L, 0L, Stopwatch.StartNew(), TimeSpan.Zero);
        foreach (var table in tables)
            total += await table.CountAsync(source, cancellation);

        var found = new List<Drift>();
        foreach (var table in tables)
        {
            var position = await PositionAsync(cancellation);
            var (drifted, healable, first, after) = (0L, new List<Guid>(), new List<DriftedValue>(), (Guid?)null);
            for (var step = Stopwatch.GetTimestamp(); await LookAsync(table, after, cancellation) is { Count: > 0 } batch; step = await (pace ?? RebuildPace.Full).RestAsync(step, cancellation))
            {
                Found(batch);
                (after, done) = (batch.Last, done + batch.Count);
                if (watch.Elapsed >= next)
                {
                    next = watch.Elapsed + BetweenReports;
                    report?.Report(Now("comparing"));
                }
            }

            foreach (var strays in (await table.StraysAsync(source, cancellation)).Chunk(Batch))
                Found(await LookAgainAsync(table, strays, cancellation));
            found.Add(new(NameOf(table.Resource), position, drifted, first));
            if (repair && healable.Count > 0)
            {
                report?.Report(Now("repairing"));
                await RepairAsync(table, healable, cancellation);
            }

            void Found(Look batch)
            {
                drifted += batch.Drifted;
                healable.AddRange(batch.Healable);
                first.AddRange(batch.Values.Take(Drift.MostListed - first.Count));
            }
        }

        total = done;
        report?.Report(Now("done"));
        return found;

        RebuildProgress Now(string phase) => new(phase, done, Math.Max(total, done), done / Math.Max(0.001, watch.Elapsed.TotalSeconds));
    }

    /// <summary>
    /// Rewrites these states. A command that had read one of them before, and commits after, would put the wrong one back: so what was rewritten is looked at again until it stays right.
    /// </summary>
    private async Task RepairAsync(StateTable table, List<Guid> drifted, CancellationToken cancellation)
    {
        for (var round = 1; drifted.Count > 0; round++)
        {
            if (round > MostRounds)
                throw new InvalidOperationException($"{drifted.Count} rows of {table.Name} did not stay as they were repaired.");

            foreach (var ids in drifted.Chunk(Batch))
                await RewriteAsync(table, ids, cancellation);
            await Task.Delay(BetweenRounds, cancellation);

            var still = new List<Guid>();
            foreach (var ids in drifted.Chunk(Batch))
                still.AddRange((await LookAgainAsync(table, ids, cancellation)).Healable);

            drifted = still;
        }
    }

    private async Task RewriteAsync(StateTable table, Guid[] ids, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await table.LockAsync(connection, ids, cancellation);
        var made = new List<MadeState>();
        await foreach (var state in table.MakeAsync(connection, ids, cancellation))
            made.Add(state);
        await using var batch = new NpgsqlBatch(connection) { Timeout = 0 };
        foreach (var step in made.SelectMany(table.Write).Concat(claims.Write(made)).Concat(ids.Except(made.Select(state => state.Id)).Select(table.Drop)))
            batch.BatchCommands.Add(step);
        batch.BatchCommands.Add(new(
            $"""
             insert into {Stand.Progression(store)} as p (name, last_seq_id) values ('{repairs}', 1)
             on conflict (name) do update set last_seq_id = p.last_seq_id + 1
             """));
        await batch.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private async Task<Look> LookAsync(StateTable table, Guid? after, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        return await CompareAsync(table, connection, await table.NextAsync(connection, after, Batch, cancellation), cancellation);
    }

    private async Task<Look> LookAgainAsync(StateTable table, Guid[] ids, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        return await CompareAsync(table, connection, await table.KeptOfAsync(connection, ids, cancellation), cancellation);
    }

    private async Task<Look> CompareAsync(StateTable table, NpgsqlConnection connection, List<KeptState> kept, CancellationToken cancellation)
    {
        var (drifted, healable, values, all, left) = (new HashSet<Guid>(), new HashSet<Guid>(), new List<DriftedValue>(), new List<MadeState>(), kept.ToDictionary(state => state.Id));
        await foreach (var made in table.MakeAsync(connection, [.. left.Keys], cancellation))
        {
            left.Remove(made.Id, out var state);
            Note(made.Id, Differences(table, state!, made));
            all.Add(made);
        }

        foreach (var (state, wrong) in await claims.CompareAsync(connection, all, cancellation))
            Note(state, [wrong]);

        foreach (var (state, wrong) in await lostKeys.FindAsync(connection, all.Select(made => (made.Id, json.PersonsIn(made.State))), cancellation))
            Note(state, [wrong], heals: false);

        foreach (var foreign in left.Values.Where(state => state.Data is not null || state.StreamType is not null))
            Note(foreign.Id, [new(foreign.Data is null ? table.Streams : table.Name, $"{foreign.Id}", "row", "a row without events", null)], heals: foreign.Data is not null);
        return new(kept.Count, kept.Count == 0 ? null : kept[^1].Id, drifted.Count, [.. healable], values);

        void Note(Guid id, List<DriftedValue> differences, bool heals = true)
        {
            if (differences.Count == 0)
                return;

            drifted.Add(id);
            if (heals)
                healable.Add(id);
            values.AddRange(differences);
        }
    }

    private List<DriftedValue> Differences(StateTable table, KeptState kept, MadeState made)
    {
        var (key, found) = ($"{made.Id}", new List<DriftedValue>());
        if (kept.StreamType != table.StreamType)
            found.Add(new(table.Streams, key, "type", kept.StreamType, table.StreamType));
        if (kept.StreamVersion != made.LastVersion)
            found.Add(new(table.Streams, key, "version", Text(kept.StreamVersion), Text(made.LastVersion)));
        if (kept.IsArchived)
            found.Add(new(table.Streams, key, "is_archived", "true", "false"));
        if (kept.Data is null)
            found.Add(new(table.Name, key, "row", null, $"version {made.Events}"));
        else if (kept.Version != made.Events)
            found.Add(new(table.Name, key, "mt_version", Text(kept.Version), Text(made.Events)));
        if (kept.Data is { } data)
            found.AddRange(Members(table, key, data, made));
        return found;
    }

    private IEnumerable<DriftedValue> Members(StateTable table, string key, string data, MadeState made)
    {
        if (table.Read(data) is not { } read)
            return [new(table.Name, key, "data", "unreadable", $"version {made.Events}")];

        using var text = JsonDocument.Parse(data);
        return [.. json.Compare(text.RootElement, read, made.State, isErased).Select(member => new DriftedValue(table.Name, key, member.Member, member.Live, member.Recomputed))];
    }

    private static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    private async Task<long> PositionAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"select coalesce(max(seq_id), 0) from {store.Options.Events.DatabaseSchemaName}.mt_events");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private sealed record Look(int Count, Guid? Last, int Drifted, List<Guid> Healable, List<DriftedValue> Values);
}
