using System.Data;
using EventSourcedOrgs.Domain;
using Marten;
using MediatR;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>A period cut into intervals (UTC): from the first moment on, at every full hour, day, week (Monday) or month, up to the last one, not included.</summary>
public sealed record UsedPeriod(DateTimeOffset From, DateTimeOffset To, string? Interval)
{
    public const int MostIntervals = 3660;

    /// <summary>The intervals that there are.</summary>
    public static IReadOnlyList<string> Intervals { get; } = ["hour", "day", "week", "month"];

    /// <summary>Where the intervals begin and end; null when there would be too many.</summary>
    public IReadOnlyList<DateTimeOffset>? Bounds()
    {
        List<DateTimeOffset> bounds = [From];
        for (var next = After(From); Interval is not null && next < To; next = After(next))
        {
            bounds.Add(next);
            if (bounds.Count > MostIntervals)
                return null;
        }

        return [.. bounds, To];
    }

    private DateTimeOffset After(DateTimeOffset moment)
    {
        var day = new DateTimeOffset(moment.UtcDateTime.Date, TimeSpan.Zero);
        return Interval switch
        {
            "hour" => day.AddHours(moment.UtcDateTime.Hour + 1),
            "day" => day.AddDays(1),
            "week" => day.AddDays(7 - (((int)day.DayOfWeek + 6) % 7)),
            _ => new DateTimeOffset(day.Year, day.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1),
        };
    }
}

/// <summary>How licences were used in a period: the whole, and interval by interval; <see cref="Position"/> is the last event it holds.</summary>
public sealed record Used(
    LicenseId? LicenseId, OrganizationId? OrganizationId, DateTimeOffset From, DateTimeOffset To, string? Interval, long Position, UsedInterval Total, IReadOnlyList<UsedInterval> Intervals);

/// <summary>How a licence was used in a period, as known now or at a past moment.</summary>
public sealed record GetLicenseUtilisation(LicenseId License, UsedPeriod Period, Moment? AsOf) : IRequest<Result<Used>>, IReadModelQuery
{
    string IReadModelQuery.ReadModel => Utilisation.ModelName;

    public sealed class Handler(UtilisationReader reader) : IRequestHandler<GetLicenseUtilisation, Result<Used>>
    {
        public Task<Result<Used>> Handle(GetLicenseUtilisation query, CancellationToken cancellationToken) =>
            reader.Read(null, query.License, query.Period, query.AsOf, cancellationToken);
    }
}

/// <summary>How the licences of an organization were used in a period, or one of them: while they belonged to it.</summary>
public sealed record GetOrganizationUtilisation(OrganizationId Organization, LicenseId? License, UsedPeriod Period, Moment? AsOf)
    : IRequest<Result<Used>>, IReadModelQuery, IWithinOrganization
{
    string IReadModelQuery.ReadModel => Utilisation.ModelName;

    public sealed class Handler(UtilisationReader reader) : IRequestHandler<GetOrganizationUtilisation, Result<Used>>
    {
        public Task<Result<Used>> Handle(GetOrganizationUtilisation query, CancellationToken cancellationToken) =>
            reader.Read(query.Organization, query.License, query.Period, query.AsOf, cancellationToken);
    }
}

/// <summary>Reads the stays that touch a period, at one moment, and sweeps over them.</summary>
public sealed class UtilisationReader(NpgsqlDataSource database, IDocumentStore store)
{
    private static readonly string Shard = new Utilisation().Shard;

    private readonly string reached = $"coalesce((select last_seq_id from {store.Options.Events.DatabaseSchemaName}.mt_event_progression where name = '{Shard}'), 0)";

    internal async Task<Result<Used>> Read(OrganizationId? organization, LicenseId? license, UsedPeriod period, Moment? asOf, CancellationToken cancellation)
    {
        var bounds = period.Bounds()!;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var position = asOf?.Position ?? await Reached(connection, cancellation);
        var tenures = await Tenures(connection, organization, license, position, cancellation);
        if (license is not null && tenures.Count == 0)
            return Refusal.LicenseNotFound;

        var counted = tenures.Where(tenure => tenure.From < period.To && tenure.Until > period.From).ToLookup(tenure => tenure.License);
        Guid[] ids = [.. counted.Select(tenure => tenure.Key.Value)];
        Sweep whole = new([period.From, period.To]), parts = new(bounds);
        await using (var command = Stays(connection, ids, period, asOf))
        {
            await using var stays = await command.ExecuteReaderAsync(cancellation);
            while (await stays.ReadAsync(cancellation))
            {
                var stay = Utilisation.ReadStay(stays);
                whole.Add(stay, counted[stay.License]);
                parts.Add(stay, counted[stay.License]);
            }
        }

        await using (var command = Refusals(connection, ids, period, position))
        {
            await using var refusals = await command.ExecuteReaderAsync(cancellation);
            while (await refusals.ReadAsync(cancellation))
            {
                var refusal = Utilisation.Refused.Read(refusals);
                whole.AddRefusal(refusal.At, counted[refusal.License]);
                parts.AddRefusal(refusal.At, counted[refusal.License]);
            }
        }

        return new Used(license, organization, period.From, period.To, period.Interval, position, whole.Intervals(tenures)[0], parts.Intervals(tenures));
    }

    private async Task<long> Reached(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = Command(connection, $"select {reached}");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static NpgsqlCommand Refusals(NpgsqlConnection connection, Guid[] licenses, UsedPeriod period, long position) => Command(
        connection, $"select * from {Utilisation.Refused.Name} where license_id = any($1) and at >= $2 and at < $3 and position <= $4",
        licenses, period.From.UtcDateTime, period.To.UtcDateTime, position);

    /// <summary>When which licence belonged to whom, and how many places it had: each version holds until the next one.</summary>
    private static async Task<IReadOnlyList<Tenure>> Tenures(
        NpgsqlConnection connection, OrganizationId? organization, LicenseId? license, long position, CancellationToken cancellation)
    {
        var of = organization is null ? "l.license_id = $2" : $"""
            ($2::uuid is null or l.license_id = $2) and l.license_id in (select o.license_id from {Utilisation.Licenses.Name} o where o.organization_id = $3 and o.since <= $1)
            """;
        object[] values = [position, license is { } one ? one.Value : DBNull.Value, .. organization is { } owner ? (object[])[owner.Value] : []];
        await using var command = Command(connection, $"select l.* from {Utilisation.Licenses.Name} l where l.since <= $1 and {of} order by l.license_id, l.since", values);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var versions = new List<LicensePlaces>();
        while (await reader.ReadAsync(cancellation))
            versions.Add(Utilisation.Licenses.Read(reader));

        return
        [
            .. from life in versions.GroupBy(version => version.Id)
               from span in life.Zip(life.Skip(1).Select(version => version.Since).Append(Stay.Never))
               where !span.First.Gone && span.First.Since < span.Second && (organization is null || span.First.Organization == organization)
               select new Tenure(life.Key, span.First.Since, span.Second, span.First.Allowed),
        ];
    }

    /// <summary>Those that began before the end of the period and ended in it or later. At present that is the current rows; of a past position, those that held then.</summary>
    private static NpgsqlCommand Stays(NpgsqlConnection connection, Guid[] licenses, UsedPeriod period, Moment? asOf)
    {
        const string touching = "s.license_id = any($1) and s.started_at < $2 and s.ends_at >= $3";
        var sql = $"select s.* from {Utilisation.Stays.Name} s where {touching} and {(asOf is null ? "s.until is null" : "s.since <= $4 and (s.until is null or s.until > $4)")}";
        return Command(connection, sql, [licenses, period.To.UtcDateTime, period.From.UtcDateTime, .. asOf is null ? (object[])[] : [asOf.Position]]);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(value is DBNull ? new() { Value = value, NpgsqlDbType = NpgsqlDbType.Uuid } : new() { Value = value });
        return command;
    }
}
