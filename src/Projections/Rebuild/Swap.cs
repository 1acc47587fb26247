using System.Data;
using Marten;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// The end of a rebuild. Every page of the live read model begins its transaction by locking its row of the progress; who holds that row has the read model
/// standing still, and at a position that is known.
/// </summary>
internal sealed class Swap(EventPages events, NpgsqlDataSource source, NpgsqlConnection holder, SideTables sides)
{
    private const int PageSize = 1000;

    /// <summary>A reader that takes long must not make those wait who come after it: we step back and try again.</summary>
    private const string Patience = "set local lock_timeout = '50ms'";

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private ReadModel Model => sides.Model;

    /// <summary>Compares at one position of both; null where the new tables are ahead.</summary>
    public async Task<Drift?> CompareAsync(CancellationToken cancellation)
    {
        await CatchUpAsync(cancellation);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        long position;
        await using (var transaction = await holder.BeginTransactionAsync(cancellation))
        {
            position = await HoldAsync(transaction, cancellation);
            if (position < sides.Position)
                return null;

            await FollowAsync(position, cancellation);
            await using var begin = new NpgsqlCommand($"set local idle_in_transaction_session_timeout = 0{sides.Pace.Session.Replace("; set ", "; set local ", StringComparison.Ordinal)}; select 1", connection, snapshot);
            await begin.ExecuteScalarAsync(cancellation);
        }

        return await Comparison.OfAsync(sides, position, connection, cancellation);
    }

    /// <summary>Lets the new tables take the place of the old.</summary>
    public async Task ReplaceAsync(CancellationToken cancellation)
    {
        for (var watch = System.Diagnostics.Stopwatch.StartNew(); ;)
        {
            await CatchUpAsync(cancellation);
            try
            {
                await TryReplaceAsync(cancellation);
                return;
            }
            catch (PostgresException blocked) when (blocked.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected && watch.Elapsed < Longest)
            {
                await Task.Delay(BetweenTries, cancellation);
            }
        }
    }

    private async Task TryReplaceAsync(CancellationToken cancellation)
    {
        await using var transaction = await holder.BeginTransactionAsync(cancellation);
        var position = await HoldAsync(transaction, cancellation);
        var overtakes = position < sides.Position;
        if (!overtakes)
            await FollowAsync(position, cancellation);

        await ExecuteAsync(Patience);
        await ExecuteAsync($"lock table {string.Join(", ", sides.Pairs.Select(pair => pair.Live.Name))} in access exclusive mode");
        foreach (var (live, side) in sides.Pairs)
            await ExecuteAsync($"drop table {live.Name}; alter table {side.Name} set schema {Table.Schema}");
        if (overtakes)
            await ExecuteAsync($"insert into {events.Progression} as p (name, last_seq_id) values ('{Model.Shard}', {sides.Position}) on conflict (name) do update set last_seq_id = {sides.Position}");
        if (overtakes)
            await ExecuteAsync($"update {ReadModelControl.Table} set failure = null, poison_position = null, poison_name = null where name = '{Model.Name}'");
        await transaction.CommitAsync(cancellation);

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, holder, transaction);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>Follows the live read model as long as it is ahead, so that little is left to do while it stands still.</summary>
    private async Task CatchUpAsync(CancellationToken cancellation)
    {
        for (var round = 0; round < 20; round++)
        {
            var position = (await Stand.OfAsync(events.Store, Model, source, cancellation)).Position;
            if (position <= sides.Position)
                return;

            var few = position - sides.Position < PageSize;
            await FollowAsync(position, cancellation);
            if (few)
                return;
        }
    }

    private async Task FollowAsync(long position, CancellationToken cancellation)
    {
        await foreach (var page in events.ReadAsync(Model.Events, sides.Position, position, PageSize, sides.Pace.Cores, cancellation))
            await sides.FollowAsync(page, cancellation);
        sides.Position = Math.Max(position, sides.Position);
    }

    /// <summary>Lets the live read model stand still until the transaction ends; answers where.</summary>
    private async Task<long> HoldAsync(NpgsqlTransaction transaction, CancellationToken cancellation)
    {
        if (await HoldRowAsync() is { } position)
            return position;

        // A read model without a first page has no row yet: the one who writes it would not see that we hold it.
        await using (var rows = new NpgsqlCommand($"lock table {events.Progression} in share row exclusive mode", holder, transaction))
            await rows.ExecuteNonQueryAsync(cancellation);
        return await HoldRowAsync() ?? 0;

        async Task<long?> HoldRowAsync()
        {
            await using var row = new NpgsqlCommand($"select last_seq_id from {events.Progression} where name = $1 for update", holder, transaction);
            row.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Model.Shard });
            return await row.ExecuteScalarAsync(cancellation) as long?;
        }
    }
}
