using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.UserGroups;
using MediatR;

namespace EventSourcedOrgs.Projections;

/// <summary>The list of the user groups of an organization.</summary>
public static class UserGroupList
{
    public static Listing Listing { get; } = new("user-groups", ListField.Id("id", "g.id"),
    [
        ListField.Text("name", "g.name") with { Searchable = true, Required = true },
        ListField.Text("description", "g.description") with { Searchable = true, Sortable = false },
        .. Columns.Times("g"),
    ])
    { Versioned = "g" };

    internal static DirectoryPart<UserGroup, UserGroupEvent> Part(JsonSerializerOptions json) => new("user_group", json, state => state.Exists, table => table
        .Text("name", state => state.Name)
        .Text("description", state => state.Description ?? "")
        .Reference("organization_id", state => state.Organization.Value)
        .Times(state => state.Recorded)
        .Order("organization_id, created_at, id"));
}

/// <summary>One page of the user groups of an organization.</summary>
public sealed record ListUserGroups(OrganizationId Organization, ListRequest Request) : IListQuery<UserGroup>, IWithinOrganization
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListUserGroups, Result<ListPage<UserGroup>>>
    {
        public Task<Result<ListPage<UserGroup>>> Handle(ListUserGroups query, CancellationToken cancellationToken) => reader.Page(
            directory.UserGroups, UserGroupList.Listing,
            new("g.document", $"{directory.UserGroups.Rows.Name} g", "g.organization_id = $1", query.Organization.Value) { HasOnePlan = true }, query.Request, cancellationToken);
    }
}
