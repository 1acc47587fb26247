using JasperFx.Events;
using JasperFx.Events.Daemon;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>Where a read model stands after a page, and what its operators wish; broken is the event that it cannot get past.</summary>
internal sealed record FollowedStand(long Position, bool Paused, long Retries, BrokenEventException? Broken);

/// <summary>
/// One page of events for read models that stand at the same position: the events are read once, and in one transaction each read model gets its rows and its position. The transaction begins by locking
/// the rows of the progress, so whoever holds one of them has that read model standing still.
/// </summary>
internal sealed class FollowerPage(EventPages events, NpgsqlDataSource source, IReadOnlyList<ReadModel> models, int size)
{
    /// <summary>A table that somebody has locked must not make those wait who do not need it.</summary>
    private const string Patience = "set local lock_timeout = '1s'";

    /// <summary>A statement that takes longer was sent over a connection that is no more; in seconds.</summary>
    private const int Longest = 120;

    private readonly Dictionary<string, StoredType> types = events.Types(models.SelectMany(model => model.Events).Distinct());
    private readonly HashSet<string> known = events.Known;
    private readonly Dictionary<ReadModel, HashSet<string>> names = models.ToDictionary(model => model, model => events.Types(model.Events).Keys.ToHashSet());

    /// <summary>Where a read model of this version begins that has never followed.</summary>
    public async Task BeginAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"insert into {events.Progression} (name, last_seq_id) select name, 0 from unnest($1) t(name) on conflict (name) do nothing");
        command.Parameters.Add(Shards(models));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Where these stand and what is wished of them.</summary>
    public async Task<Dictionary<ReadModel, FollowedStand>> LookAsync(IReadOnlyList<ReadModel> group, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Stands(group, "") } };
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        return await StandsAsync(group, reader, cancellation);
    }

    /// <summary>
    /// Applies what comes after a position, one page or up to another position, to those that stand there and are not paused. Those that somebody holds are not in the answer; those that stood elsewhere are
    /// where they were. Who is patient waits for a lock as long as it takes; the others a second.
    /// </summary>
    public async Task<Dictionary<ReadModel, FollowedStand>> RunAsync(IReadOnlyList<ReadModel> group, long after, long upTo, bool isPatient, CancellationToken cancellation)
    {
        upTo = Math.Max(after, upTo);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var (stands, page) = await ReadAsync(group, after, upTo, isPatient, connection, cancellation);
        var works = stands.Where(stand => stand.Value.Position == after && !stand.Value.Paused).Select(stand => new Work(stand.Key)).ToList();
        if (works.Count == 0)
            return stands;

        Deal(page, works);
        for (var open = works; open.Count > 0; open = [.. open.Where(work => !work.TryApply())])
        {
            open.ForEach(work => work.TryTouch());
            if (ReadModel.Questions(open.Select(work => work.Rows)) is { Count: > 0 } questions)
                await ReadModel.LoadAsync(questions, connection, cancellation);
        }

        var end = page.Count < size ? upTo : page[^1].Position;
        works.ForEach(work => stands[work.Model] = stands[work.Model] with { Position = work.Broken?.Event.Position - 1 ?? end, Broken = work.Broken });
        await WriteAsync(works, stands, upTo, connection, cancellation);
        await transaction.CommitAsync(cancellation);
        return stands;
    }

    private async Task<(Dictionary<ReadModel, FollowedStand> Stands, List<StoredEvent> Page)> ReadAsync(
        IReadOnlyList<ReadModel> group, long after, long upTo, bool isPatient, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection) { Timeout = Longest };
        if (!isPatient)
            batch.BatchCommands.Add(new(Patience));
        batch.BatchCommands.Add(Stands(group, "for update of p skip locked"));
        batch.BatchCommands.Add(events.Page(after, upTo, size, group.Any(model => model.StopsAtStrangers) ? null : [.. group.SelectMany(model => names[model]).Distinct()]));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var stands = await StandsAsync(group, reader, cancellation);
        await reader.NextResultAsync(cancellation);
        return (stands, await EventPages.ReadAsync(reader, cancellation));
    }

    /// <summary>Gives each read model its events, up to the first that it cannot read.</summary>
    private void Deal(List<StoredEvent> page, List<Work> works)
    {
        foreach (var stored in page)
        {
            var takers = works.FindAll(work => work.Broken is null && names[work.Model].Contains(stored.Type));
            if (takers.Count > 0)
                Deal(stored, takers);
            else if (!known.Contains(stored.Type))
                works.FindAll(work => work.Model.StopsAtStrangers).ForEach(work => work.Broken ??= new(stored.Position, stored.Type, new NotSupportedException($"This version knows no event {stored.Type}.")));
        }
    }

    private void Deal(StoredEvent stored, List<Work> takers)
    {
        try
        {
            var e = events.Event(stored, types[stored.Type]);
            takers.ForEach(work => work.Page.Add(e));
        }
        catch (BrokenEventException broken)
        {
            takers.ForEach(work => work.Broken = broken);
        }
    }

    private async Task WriteAsync(List<Work> works, Dictionary<ReadModel, FollowedStand> stands, long final, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection) { Timeout = Longest };
        foreach (var statement in works.SelectMany(work => work.Rows.Sets).SelectMany(set => set.Changes()))
            batch.BatchCommands.Add(statement.AsCommand());
        var progress = new NpgsqlBatchCommand($"update {events.Progression} p set last_seq_id = t.position, last_updated = now() from unnest($1, $2) t(name, position) where p.name = t.name");
        progress.Parameters.Add(Shards(works.Select(work => work.Model)));
        progress.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. works.Select(work => stands[work.Model].Position)] });
        batch.BatchCommands.Add(progress);
        batch.BatchCommands.Add(FinalPositions.Note(events.Progression, final));
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    private NpgsqlBatchCommand Stands(IReadOnlyList<ReadModel> group, string locking)
    {
        var command = new NpgsqlBatchCommand(
            $"""
             select m.name, p.last_seq_id, coalesce(c.paused, false), coalesce(c.retries, 0)
             from unnest($1, $2) m(name, shard) join {events.Progression} p on p.name = m.shard left join {ReadModelControl.Table} c on c.name = m.name
             order by p.name {locking}
             """);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. group.Select(model => model.Name)] });
        command.Parameters.Add(Shards(group));
        return command;
    }

    private static async Task<Dictionary<ReadModel, FollowedStand>> StandsAsync(IReadOnlyList<ReadModel> group, NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var stands = new Dictionary<ReadModel, FollowedStand>();
        while (await reader.ReadAsync(cancellation))
            stands.Add(group.First(model => model.Name == reader.GetString(0)), new(reader.GetInt64(1), reader.GetBoolean(2), reader.GetInt64(3), null));
        return stands;
    }

    private static NpgsqlParameter<string[]> Shards(IEnumerable<ReadModel> models) => new() { TypedValue = [.. models.Select(model => model.Shard)] };

    /// <summary>What one read model makes of the page: begun anew without the event that turned out to be broken, and all after it.</summary>
    private sealed class Work(ReadModel model)
    {
        public ReadModel Model => model;

        public List<IEvent> Page { get; private set; } = [];

        public Rows Rows { get; private set; } = new(model.Tables);

        public BrokenEventException? Broken { get; set; }

        public void TryTouch()
        {
            while (!Try(() => model.TouchAll(Page, Rows)))
            {
                // Once more, without the broken one.
            }
        }

        public bool TryApply()
        {
            ReadModel.Settle(Rows);
            return Try(() => model.ApplyAll(Page, Rows));
        }

        private bool Try(Action action)
        {
            try
            {
                action();
                return true;
            }
            catch (ApplyEventException broken) when (!Trouble.IsOutage(broken))
            {
                Broken = new(broken.Event.Sequence, broken.Event.EventTypeName, broken);
                (Page, Rows) = ([.. Page.TakeWhile(e => e.Sequence < broken.Event.Sequence)], new(model.Tables));
                return false;
            }
        }
    }
}
