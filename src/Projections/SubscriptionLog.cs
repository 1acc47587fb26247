using System.Globalization;
using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using JasperFx.Events;
using MediatR;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>One change of how long a licence or its maintenance lasts; <c>Changes</c> is a JSON array of what changed, from what and to what.</summary>
public sealed record SubscriptionLogRow(Guid Id, LicenseId LicenseId, string Event, string Changes, DateTimeOffset CreatedAt);

/// <summary>How long a licence lasts, as far as the log has come; its key, by which it is found.</summary>
public sealed record LoggedTerms(LicenseId License, string Key, string? SubscriptionInterval, string? StartTrigger, int? Validity, string? Strategy)
{
    public DateTimeOffset? ExpiresAt { get; init; }
    public DateTimeOffset? MaintenanceExpiresAt { get; init; }

    internal LoggedTerms By(LicenseTerm term) => this with
    {
        SubscriptionInterval = term.SubscriptionInterval,
        StartTrigger = WireEnum.NameOf(term.SubscriptionStartTrigger),
        Validity = term is { SubscriptionInterval: null, Validity: > 0 } ? term.Validity : null,
        Strategy = WireEnum.NameOf(term.ExpirationStrategy),
    };

    internal IEnumerable<(string Name, object? Value)> Properties =>
    [
        ("subscriptionInterval", SubscriptionInterval), ("subscriptionStartTrigger", StartTrigger), ("validity", Validity), ("expirationStrategy", Strategy),
        ("expiresAt", Text(ExpiresAt)), ("maintenanceExpiresAt", Text(MaintenanceExpiresAt)),
    ];

    private static string? Text(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}

/// <summary>How the terms of licences came to be what they are: issued, renewed, extended, given another end or interval, maintained.</summary>
public sealed class SubscriptionLog() : ReadModel(ModelName, [Entries, Terms], [.. Names.Keys, typeof(LicenseKeyChanged)])
{
    public const string ModelName = "SubscriptionLog";

    private const int Shape = 2;

    /// <summary>The names under which the contract knows the events.</summary>
    private static readonly Dictionary<Type, string> Names = new()
    {
        [typeof(LicenseCreated)] = "license.created",
        [typeof(LicenseRenewed)] = "license.renewed",
        [typeof(LicenseExtended)] = "license.extended",
        [typeof(LicenseExpiryChanged)] = "license.expiresAt.updated",
        [typeof(LicenseTermChanged)] = "license.subscription.updated",
        [typeof(LicenseMaintenanceRenewed)] = "license.maintenance-renewed",
        [typeof(LicenseMaintenanceExtended)] = "license.maintenance-extended",
        [typeof(LicenseMaintenanceExpiryChanged)] = "license.maintenanceExpiresAt.updated",
    };

    public static readonly Table<Guid, SubscriptionLogRow> Entries = Table.Versioned<Guid, SubscriptionLogRow>("subscription_log", Shape, row => row.Id, Read)
        .Key("id", NpgsqlDbType.Uuid, id => id)
        .Column("license_id", NpgsqlDbType.Uuid, row => row.LicenseId.Value)
        .Column("event", NpgsqlDbType.Text, row => row.Event)
        .Column("changes", NpgsqlDbType.Jsonb, row => row.Changes)
        .Column("at", NpgsqlDbType.TimestampTz, row => row.CreatedAt.UtcDateTime)
        .Index("(at, id)")
        .Index("(license_id, at, id)");

    public static readonly Table<LicenseId, LoggedTerms> Terms = Table.Versioned<LicenseId, LoggedTerms>(
            "subscription_log_terms", Shape, row => row.License, r => new(
                new(r.Get<Guid>("license_id")), r.Get<string>("key"), r.Get<string?>("subscription_interval"), r.Get<string?>("start_trigger"),
                r.Get<int?>("validity"), r.Get<string?>("strategy"))
            {
                ExpiresAt = r.Get<DateTimeOffset?>("expires_at"),
                MaintenanceExpiresAt = r.Get<DateTimeOffset?>("maintenance_expires_at"),
            })
        .Key("license_id", NpgsqlDbType.Uuid, id => id.Value)
        .Column("key", NpgsqlDbType.Text, row => row.Key)
        .Column("subscription_interval", NpgsqlDbType.Text, row => row.SubscriptionInterval)
        .Column("start_trigger", NpgsqlDbType.Text, row => row.StartTrigger)
        .Column("validity", NpgsqlDbType.Integer, row => row.Validity)
        .Column("strategy", NpgsqlDbType.Text, row => row.Strategy)
        .Column("expires_at", NpgsqlDbType.TimestampTz, row => row.ExpiresAt?.UtcDateTime)
        .Column("maintenance_expires_at", NpgsqlDbType.TimestampTz, row => row.MaintenanceExpiresAt?.UtcDateTime)
        .Index("(key) where until is null");

    /// <summary>What may be asked about the log; the key is the one that the licence has at the moment that is asked about.</summary>
    public static Listing Listing { get; } = new("subscription-logs", ListField.Id("id", "h.id"),
    [
        ListField.Id("licenseId", "h.license_id") with { Required = true },
        ListField.Enum("event", "h.event", [.. Names.Values]) with { Required = true },
        ListField.Text("licenseKey", $$"""select t.key from {{Terms.Name}} t where t.license_id = h.license_id and {at:t}""") with { Searchable = true, Sortable = false },
        ListField.Instant("createdAt", "h.at") with { Required = true },
    ])
    { Versioned = "h" };

    public override void Touch(IEvent e, Touched touched) => touched.OfStream(Terms, new(e.StreamId));

    public override void Apply(IEvent e, Rows rows)
    {
        var license = new LicenseId(e.StreamId);
        var before = rows.Get(Terms, license) ?? new(license, "", null, null, null, null);
        var after = e.Data switch
        {
            LicenseCreated x => before.By(x.Term) with { Key = x.Key, ExpiresAt = x.ExpiresAt },
            LicenseKeyChanged x => before with { Key = x.Key },
            LicenseTermChanged x => before.By(x.Term),
            LicenseRenewed x => before with { ExpiresAt = x.ExpiresAt },
            LicenseExtended x => before with { ExpiresAt = x.ExpiresAt },
            LicenseExpiryChanged x => before with { ExpiresAt = x.ExpiresAt },
            LicenseMaintenanceRenewed x => before with { MaintenanceExpiresAt = x.MaintenanceExpiresAt },
            LicenseMaintenanceExtended x => before with { MaintenanceExpiresAt = x.MaintenanceExpiresAt },
            LicenseMaintenanceExpiryChanged x => before with { MaintenanceExpiresAt = x.MaintenanceExpiresAt },
            _ => before,
        };
        rows.Put(Terms, after);
        if (Names.TryGetValue(e.EventType, out var name))
            rows.Put(Entries, new(e.Id, license, name, Changes(before, after), e.Timestamp));
    }

    private static string Changes(LoggedTerms before, LoggedTerms after) => JsonSerializer.Serialize(before.Properties.Zip(after.Properties)
        .Where(pair => !Equals(pair.First.Value, pair.Second.Value))
        .Select(pair => new { propertyName = pair.First.Name, oldValue = pair.First.Value, newValue = pair.Second.Value }));

    internal static SubscriptionLogRow Read(System.Data.Common.DbDataReader r) =>
        new(r.Get<Guid>("id"), new(r.Get<Guid>("license_id")), r.Get<string>("event"), r.Get<string>("changes"), r.Get<DateTimeOffset>("at"));
}

/// <summary>One page of the log.</summary>
public sealed record ListSubscriptionLogs(ListRequest Request) : IListQuery<SubscriptionLogRow>
{
    string IReadModelQuery.ReadModel => SubscriptionLog.ModelName;

    public sealed class Handler(NpgsqlDataSource database, Progress progress) : IRequestHandler<ListSubscriptionLogs, Result<ListPage<SubscriptionLogRow>>>
    {
        public async Task<Result<ListPage<SubscriptionLogRow>>> Handle(ListSubscriptionLogs query, CancellationToken cancellationToken)
        {
            var page = await SubscriptionLog.Listing.ReadAsync(
                database, new("h.*", $"{SubscriptionLog.Entries.Name} h", "true"), query.Request, progress.Of(SubscriptionLog.ModelName).Position, SubscriptionLog.Read, cancellationToken);
            return page.IsValid ? page.Value : page.Errors.AsRefusal();
        }
    }
}

/// <summary>One entry of the log.</summary>
public sealed record GetSubscriptionLog(Guid Entry) : IRequest<Result<SubscriptionLogRow>>, IReadModelQuery
{
    string IReadModelQuery.ReadModel => SubscriptionLog.ModelName;

    public sealed class Handler(NpgsqlDataSource database) : IRequestHandler<GetSubscriptionLog, Result<SubscriptionLogRow>>
    {
        public async Task<Result<SubscriptionLogRow>> Handle(GetSubscriptionLog query, CancellationToken cancellationToken)
        {
            await using var command = database.CreateCommand($"select * from {SubscriptionLog.Entries.Name} where id = $1");
            command.Parameters.Add(new() { Value = query.Entry });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken) ? SubscriptionLog.Read(reader) : Refusal.NotFound("SubscriptionLog");
        }
    }
}
