using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using MediatR;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>The lists of activations that hold a place: of the account, of an organization, of a user.</summary>
public static class ActivationList
{
    /// <summary>The last sync as history has it, to the day; of the present also what has only been noted since.</summary>
    internal const string Recorded = "a.last_synced_at";
    internal const string Noted =
        "greatest(a.last_synced_at, (select (p.data ->> 'lastSyncedAt')::timestamptz from events.mt_doc_activationpulse p where p.id = a.id))";

    /// <summary>What the vendor may ask about all activations.</summary>
    public static Listing All { get; } = Vendor(Noted);

    /// <summary>What organizations and users may ask about theirs.</summary>
    public static Listing Own { get; } = Theirs(Noted);

    private static readonly Listing AllOfThePast = Vendor(Recorded);
    private static readonly Listing OwnOfThePast = Theirs(Recorded);

    internal static Listing At(this Listing listing, long? asOf) => asOf is null ? listing : listing == All ? AllOfThePast : OwnOfThePast;

    internal static DirectoryPart<Activation, ActivationEvent> Part(JsonSerializerOptions json) => new(
        "activation", json, state => state.Id != default && state.RefusedWith is null, table => table
        .Reference("license_id", state => state.License.Value)
        .Reference("product_id", state => state.Product.Value)
        .Reference("user_id", state => state.User?.Value)
        .Text("os", state => WireEnum.NameOf(state.Report!.Machine.Os))
        .Text("os_version", state => state.Report!.Machine.OsVersion ?? "")
        .Text("hostname", state => state.Report!.Address.Value?.Hostname ?? "")
        .Text("vm_name", state => state.Report!.Machine.VmName ?? "")
        .Column("country_code", NpgsqlDbType.Text, entry => entry.State.Report!.Machine.Country)
        .Text("release_version", state => state.Report!.Machine.ReleaseVersion ?? "")
        .Text("release_channel", state => state.Report!.Machine.ReleaseChannel ?? "")
        .Text("release_platform", state => state.Report!.Machine.ReleasePlatform ?? "")
        .Column("ended_as", NpgsqlDbType.Text, entry => entry.State.End?.ToString())
        .Instant("lease_expires_at", state => state.LeaseExpiresAt)
        .Instant("last_synced_at", state => state.LastSyncedAt)
        .Flag("offline", state => state.Offline)
        .Metadata(state => state.Report!.Metadata)
        .Times(state => state.Recorded)
        .Erased(state => Activation.Evolve(state, new ActivationErased(state.Id, state.License)), "hostname")
        .Order("license_id, created_at, id")
        .Index("(user_id)"));

    /// <summary>A place is held until its activation ends or its lease does; when a lease ended in the past is told by the event of it.</summary>
    internal static string Live(long? asOf) =>
        $"a.ended_as is null{(asOf is null ? $" and (a.lease_expires_at is null or a.lease_expires_at > {ListSource.TimeOfMoment})" : "")}";

    private static Listing Vendor(string lastSync) => new("activations", ListField.Id("id", "a.id"),
    [
        .. Fields(lastSync),
        ListField.Id("organizationId", $$"""select l.organization_id from {{Directory.TableOf("license")}} l where l.id = a.license_id and {at:l}"""),
        ListField.Text("organization.name", $$"""
            select o.name from {{Directory.TableOf("license")}} l join {{Directory.TableOf("organization")}} o on o.id = l.organization_id and {at:o} where l.id = a.license_id and {at:l}
            """) with { Sortable = false },
        ListField.Text("user.email", $$"""select u.email from {{Directory.TableOf("app_user")}} u where u.id = a.user_id and {at:u}""") with { IgnoresCase = true },
        .. ListField.KeyValues("metadata", "a.metadata"),
    ])
    { Versioned = "a", OlderNames = OlderName.OfMetadata };

    private static Listing Theirs(string lastSync) => new("own-activations", ListField.Id("id", "a.id"), Fields(lastSync)) { Versioned = "a" };

    private static ListField[] Fields(string lastSync) =>
    [
        ListField.Id("licenseId", "a.license_id") with { Required = true },
        ListField.Id("productId", "a.product_id") with { Required = true },
        ListField.Id("userId", "a.user_id"),
        ListField.Text("license.key", $$"""select l.key from {{Directory.TableOf("license")}} l where l.id = a.license_id and {at:l}"""),
        ListField.Enum("os", "a.os", "windows", "linux", "macos", "android", "ios") with { Required = true },
        ListField.Text("osVersion", "a.os_version") with { Required = true },
        ListField.Text("hostname", "a.hostname") with { Searchable = true, Sortable = false },
        ListField.Text("vmName", "a.vm_name") with { Required = true },
        ListField.Text("location.countryCode", "a.country_code"),
        ListField.Text("releaseVersion", "a.release_version") with { Required = true },
        ListField.Text("releaseChannel", "a.release_channel") with { Required = true },
        ListField.Text("releasePlatform", "a.release_platform") with { Required = true },
        ListField.Instant("lastSyncedAt", lastSync) with { Required = true },
        ListField.Instant("leaseExpiresAt", "a.lease_expires_at"),
        ListField.Flag("offline", "a.offline") with { Required = true },
        .. Columns.Times("a"),
    ];
}

/// <summary>One page of the activations of the account.</summary>
public sealed record ListActivations(ListRequest Request) : IListQuery<Activation>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListActivations, Result<ListPage<Activation>>>
    {
        public Task<Result<ListPage<Activation>>> Handle(ListActivations query, CancellationToken cancellationToken) => reader.Page(
            directory.Activations, ActivationList.All.At(query.Request.AsOf), directory.ActivationsOf(query.Request, "true"), query.Request, cancellationToken);
    }
}

/// <summary>One page of the activations of the licences of an organization.</summary>
public sealed record ListOrganizationActivations(OrganizationId Organization, ListRequest Request) : IListQuery<Activation>, IWithinOrganization
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListOrganizationActivations, Result<ListPage<Activation>>>
    {
        public Task<Result<ListPage<Activation>>> Handle(ListOrganizationActivations query, CancellationToken cancellationToken) => reader.Page(
            directory.Activations, ActivationList.Own.At(query.Request.AsOf),
            directory.ActivationsOf(query.Request, "l.organization_id = $1", query.Organization.Value), query.Request, cancellationToken);
    }
}

/// <summary>One page of the activations of a user: made by the user or, by nobody who signed in, with a licence whose user that is.</summary>
public sealed record ListMyActivations(UserId User, ListRequest Request) : IListQuery<Activation>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListMyActivations, Result<ListPage<Activation>>>
    {
        public Task<Result<ListPage<Activation>>> Handle(ListMyActivations query, CancellationToken cancellationToken) => reader.Page(
            directory.Activations, ActivationList.Own.At(query.Request.AsOf),
            directory.ActivationsOf(query.Request, Own(directory), query.User.Value), query.Request, cancellationToken);

        /// <summary>First those that ever may have been, by their indexes, and of these the ones that are.</summary>
        private static string Own(Directory directory) =>
            $"""
             a.id in (
                 select m.id from {directory.Activations.Rows.Name} m where m.user_id = $1
                 union all
                 select m.id from {directory.Licenses.Rows.Name} o join {directory.Activations.Rows.Name} m on m.license_id = o.id where o.primary_user_id = $1)
             and coalesce(a.user_id, l.primary_user_id) = $1
             """;
    }
}

/// <summary>Where lists of activations are read from.</summary>
internal static class ActivationSources
{
    /// <summary>Live activations whose licence there is; the condition may speak of both.</summary>
    public static ListSource ActivationsOf(this Directory directory, ListRequest request, string condition, params object[] values) => new(
        "a.document", $"{directory.Activations.Rows.Name} a join {directory.Licenses.Rows.Name} l on l.id = a.license_id",
        $"{{at:l}} and {ActivationList.Live(request.AsOf)} and {condition}", values);
}
