using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using MediatR;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>The lists of users: of the account, of an organization, of a group.</summary>
public static class UserList
{
    /// <summary>The groups of a user; which, is said after it.</summary>
    internal static readonly string Memberships = $$"""{{Directory.TableOf(MembershipTable)}} m where m.user_id = u.id and {at:m}""";

    private const string MembershipTable = "app_user_group";

    private static readonly ListField[] Fields =
    [
        ListField.Text("name", "u.name") with { Searchable = true, Required = true },
        ListField.Text("firstName", "u.first_name") with { Required = true },
        ListField.Text("lastName", "u.last_name") with { Required = true },
        ListField.Text("email", "u.email") with { Searchable = true, IgnoresCase = true, Required = true },
        ListField.Text("role", "u.role") with { Required = true },
        ListField.Instant("lastLoginAt", "u.last_sign_in_at"),
        ListField.Instant("lastSeenAt", "u.last_sign_in_at"),
        ListField.IdSet("userGroupId", "m.group_id", Memberships),
        ListField.Flag("suspended", "u.suspended") with { Required = true },
        ListField.Flag("allowCustomerPortalAccess", "u.allow_customer_portal_access") with { Required = true },
        .. Columns.Times("u"),
    ];

    /// <summary>What an organization may ask about its users.</summary>
    public static Listing OfOrganization { get; } = new("organization-users", ListField.Id("id", "u.id"), Fields) { Versioned = "u" };

    /// <summary>What the vendor may ask about all users.</summary>
    public static Listing All { get; } = Vendor(ActivationList.Live(null));

    private static readonly Listing AllOfThePast = Vendor(ActivationList.Live(0));

    internal static Listing At(long? asOf) => asOf is null ? All : AllOfThePast;

    private static Listing Vendor(string live) => new("users", ListField.Id("id", "u.id"),
    [
        .. Fields,
        ListField.Text("company", "u.company") with { Searchable = true, Required = true },
        ListField.Id("organizationId", "u.organization_id"),
        ListField.Text("organization.name", $$"""select o.name from {{Directory.TableOf("organization")}} o where o.id = u.organization_id and {at:o}"""),
        ListField.Id("resellerId", "null::uuid"),
        ListField.TextSet("tags", "u.tags"),
        ListField.TextSet("tag", "u.tags"),
        .. ListField.KeyValues("metadata", "u.metadata"),
        ListField.Texts("activation.releaseVersion", "a.release_version", ActivationsOf(live)),
        ListField.Texts("activation.appVersion", "a.release_version", ActivationsOf(live)),
    ])
    {
        Versioned = "u",
        OlderNames =
        [
            .. OlderName.OfCreation, .. OlderName.OfMetadata,
            new("lastSeenAfter", "lastSeenAt", ListOperator.Gt), new("lastSeenBefore", "lastSeenAt", ListOperator.Lt),
            new("activationAppVersion", "activation.appVersion"),
        ],
    };

    /// <summary>The activations that hold a place and are those of a user, as the list of one's own has them.</summary>
    private static string ActivationsOf(string live) => $$"""
        {{Directory.TableOf("activation")}} a join {{Directory.TableOf("license")}} l on l.id = a.license_id and {at:l}
        where coalesce(a.user_id, l.primary_user_id) = u.id and {at:a} and {{live}}
        """;

    internal static DirectoryPart<User, UserEvent> Part(JsonSerializerOptions json) => new("app_user", json, state => state.Exists, table => table
        .Text("name", state => $"{state.FirstName.Value} {state.LastName?.Value}".Trim())
        .Text("first_name", state => state.FirstName.Value ?? "")
        .Text("last_name", state => state.LastName?.Value ?? "")
        .Text("email", state => state.Email.Value ?? "")
        .Text("company", state => state.Company?.Value ?? "")
        .Text("role", state => state.Role.Name)
        .Reference("organization_id", state => state.Organization?.Value)
        .Instant("last_sign_in_at", state => state.LastSignInAt)
        .Set("group_ids", NpgsqlDbType.Uuid, entry => entry.State.Groups.Select(group => group.Value))
        .Set("tags", NpgsqlDbType.Text, entry => entry.State.Tags)
        .Flag("suspended", state => state.Suspended)
        .Flag("allow_customer_portal_access", state => state.AllowCustomerPortalAccess)
        .Metadata(state => state.Metadata?.Value ?? [])
        .Times(state => state.Recorded)
        .Erased(state => User.Evolve(state, new UserErased(state.Id)) with { Erased = state.Erased }, "name", "first_name", "last_name", "email", "company", "metadata")
        .Order("organization_id, created_at, id")
        .Index("(lower(email)) where until is null"))
    {
        Ranks = new("app_user", state => state.Organization?.Value, state => state.Recorded.CreatedAt),
        Links = new(MembershipTable, "group_id", "user_id", state => state.Groups),
    };

    /// <summary>Users for whom some licence of a product is open by assignment.</summary>
    internal static string OfProduct { get; } = $$"""
        exists (select 1 from {{Directory.TableOf("license")}} l where {at:l} and l.product_id = $
            and (l.primary_user_id = u.id or u.id = any(l.user_ids) or l.group_ids && u.group_ids))
        """;
}

/// <summary>One page of the users of the account.</summary>
public sealed record ListUsers(ListRequest Request, ProductId? Product) : IListQuery<User>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListUsers, Result<ListPage<User>>>
    {
        public Task<Result<ListPage<User>>> Handle(ListUsers query, CancellationToken cancellationToken) => reader.Page(
            directory.Users, UserList.At(query.Request.AsOf), Source(directory, query.Product), query.Request, cancellationToken);

        private static ListSource Source(Directory directory, ProductId? product) => product is { } id
            ? new("u.document", $"{directory.Users.Rows.Name} u", UserList.OfProduct.Replace("$", "$1", StringComparison.Ordinal), id.Value)
            : new("u.document", $"{directory.Users.Rows.Name} u", "true") { HasOnePlan = true, Ranking = directory.Users.RankingOf() };
    }
}

/// <summary>One page of the users of an organization.</summary>
public sealed record ListOrganizationUsers(OrganizationId Organization, ListRequest Request, ProductId? Product) : IListQuery<User>, IWithinOrganization
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListOrganizationUsers, Result<ListPage<User>>>
    {
        public Task<Result<ListPage<User>>> Handle(ListOrganizationUsers query, CancellationToken cancellationToken)
        {
            var from = $"{directory.Users.Rows.Name} u";
            ListSource source = query.Product is { } product
                ? new("u.document", from, $"u.organization_id = $1 and {UserList.OfProduct.Replace("$", "$2", StringComparison.Ordinal)}", query.Organization.Value, product.Value)
                : new("u.document", from, "u.organization_id = $1", query.Organization.Value) { HasOnePlan = true, Ranking = directory.Users.RankingOf(query.Organization.Value) };
            return reader.Page(directory.Users, UserList.OfOrganization, source, query.Request, cancellationToken);
        }
    }
}

/// <summary>One page of the users in a group of an organization.</summary>
public sealed record ListGroupUsers(OrganizationId Organization, UserGroupId UserGroup, ListRequest Request) : IListQuery<User>, IWithinOrganization
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListGroupUsers, Result<ListPage<User>>>
    {
        public Task<Result<ListPage<User>>> Handle(ListGroupUsers query, CancellationToken cancellationToken) => reader.Page(
            directory.Users, UserList.OfOrganization,
            new("u.document", $"{directory.Users.Rows.Name} u", $"u.organization_id = $1 and exists (select from {UserList.Memberships} and m.group_id = $2)", query.Organization.Value, query.UserGroup.Value),
            query.Request, cancellationToken);
    }
}
