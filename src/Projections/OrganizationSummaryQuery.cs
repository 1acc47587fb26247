using System.Data.Common;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Organizations;
using Marten;
using MediatR;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>The numbers of an organization at a moment; <see cref="Position"/> is the last event they hold.</summary>
public sealed record Summary(
    OrganizationId OrganizationId, long Position, DateTimeOffset At, bool Suspended, SeatSummary Seats, UserSummary Users, long UserGroups, LicenseSummary Licenses,
    long Activations, IReadOnlyList<DaySummary>? History);

/// <summary>Seats; -1 allowed is unlimited.</summary>
public sealed record SeatSummary(int Allowed, int Used)
{
    /// <summary>More are in use than allowed.</summary>
    public bool Exceeded => Allowed != Organization.Unlimited && Used > Allowed;
}

/// <summary>Users by status, and by role and status.</summary>
public sealed record UserSummary(long Total, long Active, long Suspended, IReadOnlyList<RoleSummary> Roles);

/// <summary>The users of one role.</summary>
public sealed record RoleSummary(string Role, long Active, long Suspended);

/// <summary>Licences, each counted once, as what first keeps it from being used: revoked, suspended, not yet effective, expired; else active.</summary>
public sealed record LicenseSummary(long Total, long Active, long Suspended, long Revoked, long Expired, long NotYetEffective);

/// <summary>The seats at the end of a day (UTC), or at the moment asked about on its own day.</summary>
public sealed record DaySummary(DateOnly Day, int SeatsAllowed, int SeatsUsed);

/// <summary>Days, both included.</summary>
public sealed record DayRange(DateOnly From, DateOnly To)
{
    public const int MostDays = 3660;
    private const int FirstYear = 1900;

    public bool IsValid => From.Year >= FirstYear && From <= To && To.DayNumber - From.DayNumber < MostDays;
}

/// <summary>The numbers of an organization, now or at a past moment, on request with a line for every day.</summary>
public sealed record GetOrganizationSummary(OrganizationId Organization, DateTimeOffset Now, Moment? AsOf, DayRange? Days)
    : IRequest<Result<Summary>>, IReadModelQuery, IWithinOrganization
{
    string IReadModelQuery.ReadModel => OrganizationSummary.ModelName;

    public sealed class Handler(NpgsqlDataSource database, Moments moments, IDocumentStore store) : IRequestHandler<GetOrganizationSummary, Result<Summary>>
    {
        private static readonly string[] Models = [OrganizationSummary.ModelName];

        private readonly string progression = $"{store.Options.Events.DatabaseSchemaName}.mt_event_progression";

        public async Task<Result<Summary>> Handle(GetOrganizationSummary query, CancellationToken cancellationToken)
        {
            var moment = query.AsOf ?? new Moment(0, query.Now);
            if (await moments.ReachAsync(moment.Position, Models, cancellationToken) is { } behind)
                return behind;

            var statement = new SummaryStatement(query.AsOf is not null, progression);
            await using var command = database.CreateCommand(statement.Sql);
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = query.Organization.Value });
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = moment.At.UtcDateTime });
            command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Date, Value = query.Days is null ? DBNull.Value : query.Days.From });
            command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Date, Value = query.Days is null ? DBNull.Value : query.Days.To });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = moment.Position });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken) ? Of(query, moment, reader) : Refusal.OrganizationNotFound;
        }

        private static Summary Of(GetOrganizationSummary query, Moment moment, DbDataReader reader)
        {
            RoleSummary[] roles =
            [
                .. reader.Get<string[]>("roles").Zip(reader.Get<bool[]>("suspensions"), reader.Get<long[]>("users")).GroupBy(count => count.First)
                    .OrderBy(role => role.Key, StringComparer.Ordinal)
                    .Select(role => new RoleSummary(role.Key, role.Where(count => !count.Second).Sum(count => count.Third), role.Where(count => count.Second).Sum(count => count.Third))),
            ];
            return new(
                query.Organization, reader.Get<long>("position"), moment.At, reader.Get<bool>("suspended"), new(reader.Get<int>("allowed"), reader.Get<int>("used")),
                new(roles.Sum(role => role.Active + role.Suspended), roles.Sum(role => role.Active), roles.Sum(role => role.Suspended), roles),
                reader.Get<long>("groups"),
                new(reader.Get<long>("licenses"), reader.Get<long>("active"), reader.Get<long>("suspended_licenses"), reader.Get<long>("revoked"),
                    reader.Get<long>("expired"), reader.Get<long>("not_yet_effective")),
                reader.Get<long>("activations"),
                query.Days is null ? null :
                [
                    .. reader.Get<DateOnly[]>("days").Zip(reader.Get<int[]>("days_allowed"), reader.Get<int[]>("days_used"))
                        .Select(day => new DaySummary(day.First, day.Second, day.Third)),
                ]);
        }
    }
}

/// <summary>
/// The SQL of a summary: one statement, hence one moment. The present is read from the counters, and its position from the record that is written with them;
/// a past moment is counted. <c>$1</c> is the organization, <c>$2</c> the time, <c>$3</c> and <c>$4</c> the days or null, <c>$5</c> a past position.
/// </summary>
internal sealed record SummaryStatement(bool IsPast, string Progression)
{
    public string Sql =>
        $"""
         select {Reached} as position, o.suspended, o.allowed, o.used, coalesce(u.roles, array[]::text[]) as roles, coalesce(u.suspensions, array[]::boolean[]) as suspensions,
             coalesce(u.users, array[]::bigint[]) as users, coalesce(({Groups}), 0) as groups, ({Activations}) as activations, l.*, d.*
         from {OrganizationSummary.Seats.Name} o
         cross join lateral (select array_agg(c.role) as roles, array_agg(c.suspended) as suspensions, array_agg(c.users) as users from ({Users}) c where c.users <> 0) u
         cross join lateral (
             select count(*) as licenses, count(*) filter (where l.revoked) as revoked, count(*) filter (where not l.revoked and l.suspended) as suspended_licenses,
                 count(*) filter (where {Usable} and $2 < l.effective_date) as not_yet_effective,
                 count(*) filter (where {Usable} and $2 >= l.effective_date and $2 >= l.expires_at) as expired,
                 count(*) filter (where {Usable} and $2 >= l.effective_date and (l.expires_at is null or $2 < l.expires_at)) as active
             from {OrganizationSummary.Licenses.Name} l where l.organization_id = $1 and {At("l")}) l
         cross join lateral (
             select coalesce(array_agg(s.day order by s.day), array[]::date[]) as days, coalesce(array_agg(s.allowed order by s.day), array[]::int[]) as days_allowed,
                 coalesce(array_agg(s.used order by s.day), array[]::int[]) as days_used
             from (
                 select t.day, case when t.day = {Today} then o.allowed else e.allowed end as allowed, case when t.day = {Today} then o.used else e.used end as used
                 from (select n::date as day from generate_series($3::timestamp, least($4, {Today})::timestamp, interval '1 day') n) t
                 cross join lateral (
                     select s.* from {OrganizationSummary.SeatsOfDays.Name} s where s.organization_id = $1 and s.day <= t.day order by s.day desc limit 1) e) s) d
         where o.id = $1 and {At("o")}
         """;

    private const string Usable = "not l.revoked and not l.suspended";

    private const string Today = "($2 at time zone 'UTC')::date";

    private static readonly string Shard = new OrganizationSummary().Shard;

    private string Reached => IsPast ? "$5" : $"coalesce((select last_seq_id from {Progression} where name = '{Shard}'), 0)";

    private string Groups => !IsPast
        ? $"select c.groups from {OrganizationSummary.GroupCounts.Name} c where c.organization_id = $1"
        : $"select count(*) from {OrganizationSummary.UserGroups.Name} c where c.organization_id = $1 and {At("c")}";

    private string Activations => $"""
        select count(*) from {OrganizationSummary.Licenses.Name} l join {OrganizationSummary.Activations.Name} a on a.license_id = l.id and {At("a")}
        where l.organization_id = $1 and {At("l")} and (a.lease_expires_at is null or a.lease_expires_at > $2)
        """;

    private string Users => !IsPast
        ? $"select c.role, c.suspended, c.users from {OrganizationSummary.UserCounts.Name} c where c.organization_id = $1"
        : $"select c.role, c.suspended, count(*) as users from {OrganizationSummary.Users.Name} c where c.organization_id = $1 and {At("c")} group by 1, 2";

    private string At(string alias) => IsPast
        ? $"({alias}.since <= $5 and ({alias}.until is null or {alias}.until > $5))"
        : $"{alias}.until is null";
}
