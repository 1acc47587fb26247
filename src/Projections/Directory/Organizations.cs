using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Organizations;
using MediatR;

namespace EventSourcedOrgs.Projections;

/// <summary>The list of organizations.</summary>
public static class OrganizationList
{
    public static Listing Listing { get; } = new("organizations", ListField.Id("id", "o.id"),
    [
        ListField.Text("name", "o.name") with { Searchable = true, Required = true },
        ListField.Text("email", "o.email") with { Searchable = true, IgnoresCase = true, Required = true },
        ListField.Text("description", "o.description") with { Searchable = true, Sortable = false },
        ListField.Id("resellerId", "o.reseller_id"),
        ListField.Number("allowedUsers", "o.allowed_users") with { Required = true },
        ListField.Number("usersCount", "o.users_count") with { Required = true },
        ListField.Flag("suspended", "o.suspended") with { Required = true },
        .. ListField.KeyValues("metadata", "o.metadata"),
        .. Columns.Times("o"),
    ])
    { Versioned = "o" };

    internal static DirectoryPart<Organization, OrganizationEvent> Part(JsonSerializerOptions json) => new("organization", json, state => state.Exists, table => table
        .Text("name", state => state.Name)
        .Text("email", state => state.Email)
        .Text("description", state => state.Description ?? "")
        .Reference("reseller_id", state => state.Reseller)
        .Number("allowed_users", state => state.AllowedUsers)
        .Number("users_count", state => state.SeatsUsed)
        .Flag("suspended", state => state.Suspended)
        .Metadata(state => state.Metadata)
        .Times(state => state.Recorded))
    { Ranks = new("organization", _ => null, state => state.Recorded.CreatedAt) };
}

/// <summary>One page of all organizations.</summary>
public sealed record ListOrganizations(ListRequest Request) : IListQuery<Organization>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListOrganizations, Result<ListPage<Organization>>>
    {
        public Task<Result<ListPage<Organization>>> Handle(ListOrganizations query, CancellationToken cancellationToken) => reader.Page(
            directory.Organizations, OrganizationList.Listing,
            new("o.document", $"{directory.Organizations.Rows.Name} o", "true") { HasOnePlan = true, Ranking = directory.Organizations.RankingOf() },
            query.Request, cancellationToken);
    }
}
