using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using JasperFx.Events;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// From when until when a machine held a place of a licence (UTC; until is not included). The end is known beforehand where there is a lease: it ends then, whether
/// or not anybody records it.
/// </summary>
public sealed record Stay(ActivationId Id, LicenseId License, ProductId Product, Guid Machine, DateTimeOffset From, DateTimeOffset Until, ActivationEnd End)
{
    public static readonly DateTimeOffset Never = DateTimeOffset.MaxValue;

    public string Os { get; init; } = "";
    public string OsVersion { get; init; } = "";
    public string VmName { get; init; } = "";
    public string Country { get; init; } = "";
    public string ReleaseVersion { get; init; } = "";
}

/// <summary>To whom a licence belongs and how many places it has, since a time; 0 and less is unlimited.</summary>
public sealed record LicensePlaces(LicenseId Id, OrganizationId? Organization, int Allowed, bool Gone, DateTimeOffset Since);

/// <summary>An attempt at a place, or at a sync, that was refused.</summary>
public sealed record RefusedPlace(Guid Id, LicenseId License, DateTimeOffset At, long Position);

/// <summary>
/// How licences are used over time: one row for each stay of a machine, so that any period is a sweep over the stays that touch it. Renewing a lease moves the end
/// of the row; nothing has to happen when a lease ends.
/// </summary>
public sealed class Utilisation() : ReadModel(ModelName, [Stays, Licenses, Refused], Handled)
{
    public const string ModelName = "Utilisation";

    private const int Shape = 2;
    private const NpgsqlDbType Uuid = NpgsqlDbType.Uuid;

    public static readonly Table<ActivationId, Stay> Stays = Table.Versioned<ActivationId, Stay>("utilisation_stay", Shape, row => row.Id, ReadStay)
        .Key("activation_id", Uuid, id => id.Value)
        .Column("license_id", Uuid, row => row.License.Value)
        .Column("product_id", Uuid, row => row.Product.Value)
        .Column("machine", Uuid, row => row.Machine)
        .Column("started_at", NpgsqlDbType.TimestampTz, row => row.From.UtcDateTime)
        .Column("ends_at", NpgsqlDbType.TimestampTz, row => row.Until.UtcDateTime)
        .Column("end_kind", NpgsqlDbType.Smallint, row => (short)row.End)
        .Column("os", NpgsqlDbType.Text, row => row.Os)
        .Column("os_version", NpgsqlDbType.Text, row => row.OsVersion)
        .Column("vm_name", NpgsqlDbType.Text, row => row.VmName)
        .Column("country_code", NpgsqlDbType.Text, row => row.Country)
        .Column("release_version", NpgsqlDbType.Text, row => row.ReleaseVersion)
        .Index("(license_id, ends_at, started_at) where until is null")
        .Index("(license_id, started_at, ends_at)")
        .Index("(started_at) where until is null");

    public static readonly Table<LicenseId, LicensePlaces> Licenses = Table.Versioned<LicenseId, LicensePlaces>(
            "utilisation_license", Shape, row => row.Id,
            r => new(new(r.Get<Guid>("license_id")), r.Organization(), r.Get<int>("allowed"), r.Get<bool>("gone"), r.Get<DateTimeOffset>("at")))
        .Key("license_id", Uuid, id => id.Value)
        .Column("organization_id", Uuid, row => row.Organization?.Value)
        .Column("allowed", NpgsqlDbType.Integer, row => row.Allowed)
        .Column("gone", NpgsqlDbType.Boolean, row => row.Gone)
        .Column("at", NpgsqlDbType.TimestampTz, row => row.Since.UtcDateTime)
        .Index("(organization_id, license_id)");

    public static readonly Table<Guid, RefusedPlace> Refused = Table.Of<Guid, RefusedPlace>(
            "utilisation_refused", Shape, row => row.Id, r => new(r.Get<Guid>("id"), new(r.Get<Guid>("license_id")), r.Get<DateTimeOffset>("at"), r.Get<long>("position")))
        .Key("id", Uuid, id => id)
        .Column("license_id", Uuid, row => row.License.Value)
        .Column("at", NpgsqlDbType.TimestampTz, row => row.At.UtcDateTime)
        .Column("position", NpgsqlDbType.Bigint, row => row.Position)
        .Index("(license_id, at)");

    private static readonly Type[] Handled =
    [
        typeof(LicenseCreated), typeof(LicensePolicyChanged), typeof(LicenseTransferred), typeof(LicenseDeleted),
        typeof(ActivationCreated), typeof(ActivationRepeated), typeof(ActivationSynced), typeof(ActivationEnded), typeof(ActivationRefused),
    ];

    public override void Touch(IEvent e, Touched touched)
    {
        switch (e.Data)
        {
            case ActivationRefused: break;
            case ActivationEvent: touched.OfStream(Stays, new(e.StreamId)); break;
            default: touched.OfStream(Licenses, new(e.StreamId)); break;
        }
    }

    public override void Apply(IEvent e, Rows rows)
    {
        switch (e.Data)
        {
            case LicenseCreated x: rows.Put(Licenses, new(x.License, x.Organization, x.Policy.AllowedActivations, false, e.Timestamp)); break;
            case LicensePolicyChanged x: Change(row => row with { Allowed = x.Policy.AllowedActivations }); break;
            case LicenseTransferred x: Change(row => row with { Organization = x.Organization }); break;
            case LicenseDeleted: Change(row => row with { Gone = true }); break;
            case ActivationCreated x: rows.Put(Stays, Reported(new(x.Activation, x.License, x.Product, MachineOf(x.Report), e.Timestamp, EndOf(x.LeaseExpiresAt), ActivationEnd.LeaseEnded), x.Report)); break;
            case ActivationRepeated x: rows.Change(Stays, x.Activation, row => Reported(row with { Until = EndOf(x.LeaseExpiresAt) }, x.Report)); break;
            case ActivationSynced x: rows.Change(Stays, x.Activation, row => Reported(row with { Until = EndOf(x.LeaseExpiresAt) }, x.Report)); break;
            case ActivationEnded x: rows.Change(Stays, x.Activation, row => row.Until <= e.Timestamp ? row : row with { Until = e.Timestamp, End = x.Reason }); break;
            case ActivationRefused x: rows.Put(Refused, new(e.Id, x.License, e.Timestamp, e.Sequence)); break;
        }

        void Change(Func<LicensePlaces, LicensePlaces> change)
        {
            if (rows.Get(Licenses, new(e.StreamId)) is { } before && change(before) is var after && after != before)
                rows.Put(Licenses, after with { Since = e.Timestamp });
        }
    }

    private static DateTimeOffset EndOf(DateTimeOffset? lease) => lease ?? Stay.Never;

    private static Stay Reported(Stay stay, MachineReport report) => stay with
    {
        Os = WireEnum.NameOf(report.Machine.Os),
        OsVersion = report.Machine.OsVersion ?? "",
        VmName = report.Machine.VmName ?? "",
        Country = report.Machine.Country ?? "",
        ReleaseVersion = report.Machine.ReleaseVersion ?? "",
    };

    /// <summary>Two machines are one when their fingerprints, as they were activated with, are the same.</summary>
    private static Guid MachineOf(MachineReport report) => new(SHA256.HashData(Encoding.UTF8.GetBytes(report.Fingerprint)).AsSpan(0, 16));

    internal static Stay ReadStay(DbDataReader r) => new(
        new(r.Get<Guid>("activation_id")), new(r.Get<Guid>("license_id")), new(r.Get<Guid>("product_id")), r.Get<Guid>("machine"),
        r.Get<DateTimeOffset>("started_at"), Instant(r.Get<DateTime>("ends_at")), (ActivationEnd)r.Get<short>("end_kind"))
    {
        Os = r.Get<string>("os"),
        OsVersion = r.Get<string>("os_version"),
        VmName = r.Get<string>("vm_name"),
        Country = r.Get<string>("country_code"),
        ReleaseVersion = r.Get<string>("release_version"),
    };

    /// <summary>The database says infinity for the end of time.</summary>
    private static DateTimeOffset Instant(DateTime time) => time == DateTime.MaxValue ? Stay.Never : new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
