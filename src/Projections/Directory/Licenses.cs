using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using MediatR;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>The lists of licences: of the account, of an organization, of a user.</summary>
public static class LicenseList
{
    private static readonly string Activations = $$"""from {{Directory.TableOf("activation")}} a where a.license_id = l.id and {at:a}""";

    private static ListField[] Fields(string metadata) =>
    [
        ListField.Text("key", "l.key") with { Searchable = true, Required = true },
        ListField.Flag("revoked", "l.revoked") with { Required = true },
        ListField.Flag("suspended", "l.suspended") with { Required = true },
        ListField.Enum("type", "l.type", "node-locked", "hosted-floating", "on-premise-floating") with { Required = true },
        ListField.Number("validity", "l.validity") with { Required = true },
        ListField.Text("subscriptionInterval", "l.subscription_interval") with { Required = true },
        ListField.Number("allowedActivations", "l.allowed_activations") with { Required = true },
        ListField.Number("allowedDeactivations", "l.allowed_deactivations") with { Required = true },
        ListField.Number("totalActivations", $"select count(*) {Activations} and {ActivationList.Live(null)}"),
        ListField.Number("totalDeactivations", $"select count(*) {Activations} and a.ended_as = 'Deactivated'"),
        ListField.Text("notes", "l.notes") with { Searchable = true, Sortable = false },
        .. ListField.KeyValues("metadata", metadata),
        ListField.Instant("expiresAt", "l.expires_at"),
        ListField.Instant("effectiveDate", "l.effective_date") with { Required = true },
        ListField.Flag("expired", "coalesce(l.expires_at <= {now}, false)") with { Sortable = false },
        ListField.Flag("perpetual", "l.perpetual") with { Required = true },
        ListField.Id("entitlementSetId", "l.entitlement_set_id"),
        ListField.Id("productId", "l.product_id") with { Required = true },
        .. Columns.Times("l"),
    ];

    /// <summary>What an organization may ask about its licences.</summary>
    public static Listing OfOrganization { get; } =
        new("organization-licenses", ListField.Id("id", "l.id"), [.. Fields(SeenBy("organization")), ListField.IdSet("userGroupId", "l.group_ids")]) { Versioned = "l" };

    /// <summary>What users may ask about their own licences.</summary>
    public static Listing OfUser { get; } = new("my-licenses", ListField.Id("id", "l.id"), Fields(SeenBy("user"))) { Versioned = "l" };

    /// <summary>The same of a past moment, whose keys they may not see any more.</summary>
    private static readonly Listing OfUserThen = OfUser.Without("key");

    /// <summary>What users may ask about their own licences, now or as of a position.</summary>
    public static Listing OfUserAt(long? asOf) => asOf is null ? OfUser : OfUserThen;

    /// <summary>What the vendor may ask about all licences.</summary>
    public static Listing All { get; } = Vendor(ActivationList.Noted);

    private static readonly Listing AllOfThePast = Vendor(ActivationList.Recorded);

    internal static Listing At(long? asOf) => asOf is null ? All : AllOfThePast;

    private static Listing Vendor(string lastSync) => new("licenses", ListField.Id("id", "l.id"),
    [
        .. Fields("l.metadata"),
        ListField.IdSet("userGroupId", "l.group_ids"),
        ListField.Id("organizationId", "l.organization_id"),
        ListField.Text("organization.name", $$"""select o.name from {{Directory.TableOf("organization")}} o where o.id = l.organization_id and {at:o}"""),
        ListField.Text("organization.email", $$"""select o.email from {{Directory.TableOf("organization")}} o where o.id = l.organization_id and {at:o}""") with { IgnoresCase = true },
        ListField.Text("user.email", $$"""select u.email from {{Directory.TableOf("app_user")}} u where u.id = l.primary_user_id and {at:u}""") with { IgnoresCase = true },
        ListField.Text("user.company", $$"""select u.company from {{Directory.TableOf("app_user")}} u where u.id = l.primary_user_id and {at:u}"""),
        ListField.Id("resellerId", "l.reseller_id"),
        ListField.TextSet("tags", "l.tags"),
        ListField.TextSet("tag", "l.tags"),
        ListField.Flag("allowVmActivation", "l.allow_vm_activation") with { Required = true },
        ListField.Flag("userLocked", "l.user_locked") with { Required = true },
        ListField.Enum("expirationStrategy", "l.expiration_strategy", "immediate", "delayed", "rolling") with { Required = true },
        ListField.Enum("subscriptionStartTrigger", "l.subscription_start_trigger", "creation", "activation") with { Required = true },
        ListField.Flag("expiringSoon", """
            coalesce(l.expires_at > {now} and l.expires_at <= {now} + make_interval(secs => l.expiring_soon_event_offset), false)
            """) with { Sortable = false },
        ListField.Flag("maintenanceExpiringSoon", """
            coalesce(l.maintenance_expires_at > {now} and l.maintenance_expires_at <= {now} + make_interval(secs => l.expiring_soon_event_offset), false)
            """) with { Sortable = false },
        ListField.Instant("maintenanceExpiresAt", "l.maintenance_expires_at"),
        ListField.Instant("activatedAt", "l.activated_at"),
        ListField.Instant("lastUsedAt", $"select max({lastSync}) {Activations}"),
        ListField.Instant("activation.lastSyncedAt", $"select max({lastSync}) {Activations}") with { Sortable = false },
        ListField.TextSet("activation.countryCode", $"array(select a.country_code {Activations} and a.country_code is not null and {ActivationList.Live(null)})"),
        ListField.Text("maxAllowedReleaseVersion", "l.max_allowed_release_version") with { Required = true, Sortable = false },
        ListField.Id("maintenancePolicyId", "l.maintenance_policy_id"),
        ListField.Id("productVersionId", "l.product_version_id"),
    ])
    {
        Versioned = "l",
        OlderNames = [.. OlderName.OfCreation, .. OlderName.OfMetadata, new("email", "user.email"), new("userEmail", "user.email"), new("userCompany", "user.company")],
    };

    /// <summary>The metadata that a viewer is shown: a filter must not tell what else there is.</summary>
    private static string SeenBy(string viewer) => $"""
        select jsonb_agg(entry) from jsonb_array_elements((l.document -> 'metadata')::jsonb) entry where entry -> 'viewPermissions' @> '["{viewer}"]'
        """;

    internal static DirectoryPart<License, LicenseEvent> Part(JsonSerializerOptions json) => new("license", json, state => state.Exists, table => table
        .Text("key", state => state.Key)
        .Reference("product_id", state => state.Product.Value)
        .Reference("organization_id", state => state.Organization?.Value)
        .Reference("reseller_id", state => state.Reseller)
        .Reference("primary_user_id", state => state.PrimaryUser?.Value)
        .Set("user_ids", NpgsqlDbType.Uuid, entry => entry.State.Users.Select(user => user.Value))
        .Set("group_ids", NpgsqlDbType.Uuid, entry => entry.State.Groups.Select(group => group.Value))
        .Text("type", state => WireEnum.NameOf(state.Policy.Type))
        .Flag("revoked", state => state.Revoked)
        .Flag("suspended", state => state.Suspended)
        .Flag("perpetual", state => state.Perpetual)
        .Number("validity", state => state.Term.Validity)
        .Text("subscription_interval", state => state.Term.SubscriptionInterval ?? "")
        .Number("allowed_activations", state => state.Policy.AllowedActivations)
        .Number("allowed_deactivations", state => state.Policy.AllowedDeactivations)
        .Flag("allow_vm_activation", state => state.Policy.AllowVmActivation)
        .Flag("user_locked", state => state.Policy.UserLocked)
        .Number("expiring_soon_event_offset", state => state.Policy.ExpiringSoonEventOffset)
        .Text("expiration_strategy", state => WireEnum.NameOf(state.Term.ExpirationStrategy))
        .Text("subscription_start_trigger", state => WireEnum.NameOf(state.Term.SubscriptionStartTrigger))
        .Instant("activated_at", state => state.ActivatedAt)
        .Reference("entitlement_set_id", state => state.Entitlement.EntitlementSet?.Value)
        .Reference("product_version_id", state => state.Entitlement.ProductVersion)
        .Reference("maintenance_policy_id", state => state.Entitlement.MaintenancePolicy?.Value)
        .Instant("maintenance_expires_at", state => state.MaintenanceExpiresAt)
        .Text("max_allowed_release_version", state => state.Entitlement.MaxAllowedReleaseVersion ?? "")
        .Instant("expires_at", state => state.ExpiresAt)
        .Instant("effective_date", state => state.EffectiveDate)
        .Text("notes", state => state.Notes ?? "")
        .Set("tags", NpgsqlDbType.Text, entry => entry.State.Tags)
        .Metadata(state => state.Metadata)
        .Times(state => state.Recorded with { CreatedAt = state.CreatedAt })
        .Order("organization_id, created_at, id")
        .Order("product_id, created_at, id")
        .Index("(key)")
        .Index("using gin (group_ids)")
        .Index("using gin (user_ids)")
        .Index("(primary_user_id)"))
    { Ranks = new("license", state => state.Organization?.Value, state => state.CreatedAt) };

    /// <summary>Licences that a user is named on, or that a living group of the user is assigned to; the parameter is the user's id.</summary>
    internal static string OfUserId(int parameter) => $$"""
        (l.primary_user_id = ${{parameter}} or l.user_ids @> array[${{parameter}}::uuid] or l.group_ids && array(
            select g.id from {{Directory.TableOf("user_group")}} g
            where {at:g} and g.id in (select unnest(u.group_ids) from {{Directory.TableOf("app_user")}} u where u.id = ${{parameter}} and {at:u})))
        """;
}

/// <summary>One page of the licences of the account; of one user's, where a user is named.</summary>
public sealed record ListLicenses(ListRequest Request, UserId? User) : IListQuery<License>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListLicenses, Result<ListPage<License>>>
    {
        public Task<Result<ListPage<License>>> Handle(ListLicenses query, CancellationToken cancellationToken)
        {
            var from = $"{directory.Licenses.Rows.Name} l";
            ListSource source = query.User is { } user
                ? new("l.document", from, LicenseList.OfUserId(1), user.Value)
                : new("l.document", from, "true") { HasOnePlan = true, Ranking = directory.Licenses.RankingOf() };
            return reader.Page(directory.Licenses, LicenseList.At(query.Request.AsOf), source, query.Request, cancellationToken);
        }
    }
}

/// <summary>One page of the licences of an organization.</summary>
public sealed record ListOrganizationLicenses(OrganizationId Organization, ListRequest Request) : IListQuery<License>, IWithinOrganization
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListOrganizationLicenses, Result<ListPage<License>>>
    {
        public Task<Result<ListPage<License>>> Handle(ListOrganizationLicenses query, CancellationToken cancellationToken) => reader.Page(
            directory.Licenses, LicenseList.OfOrganization,
            new("l.document", $"{directory.Licenses.Rows.Name} l", "l.organization_id = $1", query.Organization.Value)
            {
                HasOnePlan = true, Ranking = directory.Licenses.RankingOf(query.Organization.Value),
            },
            query.Request, cancellationToken);
    }
}

/// <summary>
/// One page of the licences of one user: the user's own, which are nobody's or of the user's organization, and of an organization-admin all of that; only some of them, where those are named.
/// </summary>
public sealed record ListUserLicenses(UserId User, OrganizationId? Organization, bool AllOfIt, ListRequest Request, IReadOnlyList<LicenseId>? Among = null) : IListQuery<License>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListUserLicenses, Result<ListPage<License>>>
    {
        public async Task<Result<ListPage<License>>> Handle(ListUserLicenses query, CancellationToken cancellationToken)
        {
            var from = $"{directory.Licenses.Rows.Name} l";
            ListSource source = query.Organization is not { } organization
                ? new("l.document", from, $"l.organization_id is null and {LicenseList.OfUserId(1)}", query.User.Value)
                : query.AllOfIt
                    ? new("l.document", from, $"(l.organization_id = $2 or (l.organization_id is null and {LicenseList.OfUserId(1)}))", query.User.Value, organization.Value)
                    : new("l.document", from, $"(l.organization_id = $2 or l.organization_id is null) and {LicenseList.OfUserId(1)}", query.User.Value, organization.Value);
            return query.Among is { } some
                ? (await Page(Only(source, some))).Select(page => page with { Next = null })
                : await Page(source);

            Task<Result<ListPage<License>>> Page(ListSource from) => reader.Page(directory.Licenses, LicenseList.OfUserAt(query.Request.AsOf), from, query.Request, cancellationToken);
        }

        /// <summary>Which ones may be others by the next page: it is found by its number, because a cursor belongs to the same question.</summary>
        private static ListSource Only(ListSource source, IReadOnlyList<LicenseId> licenses) => source with
        {
            Where = $"{source.Where} and l.id = any(${source.Parameters.Count + 1})",
            Parameters = [.. source.Parameters, licenses.Select(license => license.Value).ToArray()],
        };
    }
}
