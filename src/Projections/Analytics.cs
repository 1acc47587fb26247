using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using MediatR;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>How many activations have a value in common.</summary>
public sealed record ActivationCount(string Value, int Activations);

/// <summary>What activations are counted by.</summary>
public enum ActivationsBy { Day, Os, OsVersion, Country, ReleaseVersion, VmName }

/// <summary>What may be asked about counted activations.</summary>
public static class ActivationAnalytics
{
    public static Listing Listing { get; } = new("activation-analytics", ListField.Id("activationId", "s.activation_id"),
    [
        ListField.Id("productId", "s.product_id") with { Required = true },
        ListField.Id("licenseId", "s.license_id") with { Required = true },
        ListField.Instant("startedAt", "s.started_at") with { Required = true },
    ])
    { Versioned = "s" };

    internal static string Sql(ActivationsBy by) => by switch
    {
        ActivationsBy.Day => "to_char(s.started_at at time zone 'UTC', 'YYYY-MM-DD')",
        ActivationsBy.Os => "s.os",
        ActivationsBy.OsVersion => "s.os_version",
        ActivationsBy.Country => "s.country_code",
        ActivationsBy.ReleaseVersion => "s.release_version",
        _ => "s.vm_name",
    };
}

/// <summary>
/// How many activations were made, by day or by what their machines last reported; of those that match the filters, ended ones included. What a machine does not report is counted as
/// nothing under an empty value, but for virtual machines and countries, where it is left out.
/// </summary>
public sealed record CountActivations(ActivationsBy By, ListRequest Request) : IRequest<Result<IReadOnlyList<ActivationCount>>>, IReadModelQuery
{
    string IReadModelQuery.ReadModel => Utilisation.ModelName;

    public sealed class Handler(NpgsqlDataSource database) : IRequestHandler<CountActivations, Result<IReadOnlyList<ActivationCount>>>
    {
        public async Task<Result<IReadOnlyList<ActivationCount>>> Handle(CountActivations query, CancellationToken cancellationToken)
        {
            var plan = ListPlan.Of(ActivationAnalytics.Listing, query.Request);
            if (!plan.IsValid)
                return plan.Errors.AsRefusal();

            var parameters = new ListParameters([]);
            var at = query.Request.AsOf is { } position ? $"s.since <= {parameters.Add(position)} and (s.until is null or s.until > $1)" : "s.until is null";
            string[] conditions = [at, .. plan.Value.Conditions.Select(condition => condition.Sql(parameters))];
            var value = ActivationAnalytics.Sql(query.By);
            if (query.By is ActivationsBy.VmName or ActivationsBy.Country)
                conditions = [.. conditions, $"{value} <> ''"];

            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var batch = new NpgsqlBatch(connection);
            batch.BatchCommands.Add(parameters.Command($"""
                select {value} as value, count(*)::int as activations from {Utilisation.Stays.Name} s where {string.Join(" and ", conditions)}
                group by 1 order by {(query.By == ActivationsBy.Day ? "1" : "2 desc, 1")}
                """));
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            var counts = new List<ActivationCount>();
            while (await reader.ReadAsync(cancellationToken))
                counts.Add(new(reader.GetString(0), reader.GetInt32(1)));
            return counts;
        }
    }
}

/// <summary>Licences, each counted once as what first keeps it from being used; those that expire soon are active, too.</summary>
public sealed record LicenseStats(int Active, int Expired, int ExpiringSoon, int Revoked, int Suspended);

/// <summary>The licences of the account, counted.</summary>
public sealed record GetLicenseStats(Moment At, bool IsPast) : IRequest<Result<LicenseStats>>, IReadModelQuery
{
    public sealed class Handler(NpgsqlDataSource database) : IRequestHandler<GetLicenseStats, Result<LicenseStats>>
    {
        public async Task<Result<LicenseStats>> Handle(GetLicenseStats query, CancellationToken cancellationToken)
        {
            const string usable = "not l.revoked and not l.suspended";
            const string active = $"{usable} and (l.expires_at is null or l.expires_at > $1)";
            await using var command = database.CreateCommand($"""
                select (count(*) filter (where {active}))::int, (count(*) filter (where {usable} and l.expires_at <= $1))::int,
                    (count(*) filter (where {active} and l.expires_at <= $1 + make_interval(secs => l.expiring_soon_event_offset)))::int,
                    (count(*) filter (where l.revoked))::int, (count(*) filter (where not l.revoked and l.suspended))::int
                from {Directory.TableOf("license")} l where {Counting.At("l", query.IsPast)}
                """);
            Counting.Add(command, query.At);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            return new LicenseStats(reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetInt32(4));
        }
    }
}

/// <summary>What an account has. Admins are the vendor's team, users all others.</summary>
public sealed record AccountStats(int Products, int Licenses, int Activations, int TrialActivations, int Releases, int Users, int Admins, int EmailTemplates);

/// <summary>What the account has, counted.</summary>
public sealed record GetAccountStats(Moment At, bool IsPast) : IRequest<Result<AccountStats>>, IReadModelQuery
{
    public sealed class Handler(NpgsqlDataSource database) : IRequestHandler<GetAccountStats, Result<AccountStats>>
    {
        private static readonly string Customers = string.Join(", ", Role.Reserved.Where(role => !role.IsTeam).Select(role => $"'{role.Name}'"));

        public async Task<Result<AccountStats>> Handle(GetAccountStats query, CancellationToken cancellationToken)
        {
            string Count(string table, string condition) =>
                $"(select count(*)::int from {Directory.TableOf(table)} x where {Counting.At("x", query.IsPast)} and {condition})";
            const string live = "x.ended_as is null and (x.lease_expires_at is null or x.lease_expires_at > $1)";
            var ofLicense = $"{live} and exists (select from {Directory.TableOf("license")} l where l.id = x.license_id and {Counting.At("l", query.IsPast)})";
            await using var command = database.CreateCommand($"""
                select {Count("product", "true")}, {Count("license", "true")}, {Count("activation", ofLicense)}, {Count("app_user", $"x.role in ({Customers})")},
                    {Count("app_user", $"x.role not in ({Customers})")}, {Count("trial_activation", "true")}, {Count("release", "true")}
                """);
            Counting.Add(command, query.At);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            return new AccountStats(reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(5), reader.GetInt32(6), reader.GetInt32(3), reader.GetInt32(4), 0);
        }
    }
}

/// <summary>Counts at a moment: <c>$1</c> is its time, <c>$2</c> its position.</summary>
internal static class Counting
{
    public static string At(string alias, bool isPast) =>
        isPast ? $"{alias}.since <= $2 and ({alias}.until is null or {alias}.until > $2)" : $"{alias}.until is null and $2::bigint is not null";

    public static void Add(NpgsqlCommand command, Moment at)
    {
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = at.At.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = at.Position });
    }
}
