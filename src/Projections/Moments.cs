using EventSourcedOrgs.Domain;
using Marten;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>A moment that somebody asks about: a position, or a time.</summary>
public sealed record AsOf(long? Position, DateTimeOffset? Time)
{
    /// <summary>Reads digits as a position and an ISO 8601 date or time as a time (UTC if it does not say).</summary>
    public static AsOf? Parse(string text) =>
        text.Length > 0 && text.All(char.IsAsciiDigit) ? ListValue.Parse(ListKind.Number, text) is long position ? new(position, null) : null
        : ListValue.Parse(ListKind.Instant, text) is DateTime time ? new(null, time)
        : null;
}

/// <summary>The moment that an answer reflects: the position of its rows, and the time with which dates are compared (UTC).</summary>
public sealed record Moment(long Position, DateTimeOffset At);

/// <summary>Finds the moment of a question, and waits until the read models have come that far.</summary>
public sealed class Moments(NpgsqlDataSource database, IDocumentStore store, Progress progress)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>Of so many events the order in time may differ from that of positions, because commands that began together end one after the other.</summary>
    private const int Overlapping = 500;

    /// <summary>The events of the store, as a table that queries join.</summary>
    internal string Events { get; } = $"{store.Options.Events.DatabaseSchemaName}.mt_events";

    /// <summary>
    /// Where nothing is said about the moment, the position that all these read models have reached, and now. A time means the last position before the first event that is later:
    /// everything that had been acknowledged by then, and nothing that came after. It is found by halving and, because times grow with positions but for the moments that commands
    /// take, by looking at a few more. The time of a position is the latest that any event up to it has.
    /// </summary>
    public async Task<Result<Moment>> Find(AsOf? asOf, DateTimeOffset now, IReadOnlyCollection<string> models, CancellationToken cancellation)
    {
        if (asOf is null)
            return Present(now, models);
        if (asOf.Time > now)
            return Refusal.AsOfInFuture;

        var found = asOf.Time is { } time ? await OfTimeAsync(time, cancellation) : await OfPositionAsync(asOf.Position!.Value, cancellation);
        if (found.Refusal is not null)
            return found;

        return await ReachAsync(found.Value!.Position, models, cancellation) is { } behind ? behind : found;
    }

    /// <summary>Waits until the read models have reached a position, and refuses when that takes too long.</summary>
    internal async Task<Refusal?> ReachAsync(long position, IEnumerable<string> models, CancellationToken cancellation)
    {
        foreach (var model in models)
        {
            if (!await progress.WaitForAsync(model, position, Longest, cancellation))
                return Refusal.ReadModelBehind(position, progress.Of(model).Position);
        }

        return null;
    }

    /// <summary>Now, and the position that all these read models have reached.</summary>
    internal Moment Present(DateTimeOffset now, IEnumerable<string> models) => new(models.Min(model => progress.Of(model).Position), now);

    /// <summary>Waits until a read model reflects everything that was committed before; the refusal when it does not in time.</summary>
    public async Task<Refusal?> Settle(string model, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"select coalesce(max(seq_id), 0) from {Events}");
        var latest = (long)(await command.ExecuteScalarAsync(cancellation))!;
        return await ReachAsync(latest, [model], cancellation);
    }

    private async Task<Result<Moment>> OfPositionAsync(long position, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
             select (select max(seq_id) from {Events}) as last,
                 (select max(e.timestamp) from (select * from {Events} e where e.seq_id <= $1 order by e.seq_id desc limit {Overlapping}) e) as at
             """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var (last, at) = (reader.Get<long?>("last"), reader.Get<DateTimeOffset?>("at"));
        return position > (last ?? 0) ? Refusal.AsOfInFuture : at is null ? Refusal.AsOfBeforeHistory : new Moment(position, at.Value);
    }

    private async Task<Result<Moment>> OfTimeAsync(DateTimeOffset time, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
             with recursive half(low, high) as (
                 select 0::bigint, coalesce((select max(seq_id) from {Events}), 0) + 1
                 union all
                 select case when e.timestamp > $1 then h.low else (h.low + h.high) / 2 end, case when e.timestamp > $1 then e.seq_id else h.high end
                 from half h
                 left join lateral (select * from {Events} e where e.seq_id <= (h.low + h.high) / 2 and e.seq_id > h.low order by e.seq_id desc limit 1) e on true
                 where h.high - h.low > 1)
             select max(e.seq_id) from {Events} e where e.seq_id < coalesce(
                 (select min(e.seq_id) from (select * from {Events} e where e.seq_id <= (select max(low) from half) order by e.seq_id desc limit {Overlapping}) e where e.timestamp > $1),
                 (select max(low) from half) + 1)
             """);
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = time.UtcDateTime });
        return await command.ExecuteScalarAsync(cancellation) is long position ? new Moment(position, time) : Refusal.AsOfBeforeHistory;
    }
}
