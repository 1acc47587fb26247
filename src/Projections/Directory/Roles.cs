using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Roles;
using MediatR;
using NpgsqlTypes;

namespace EventSourcedOrgs.Projections;

/// <summary>The list of the roles that the vendor made.</summary>
public static class RoleList
{
    public static Listing Listing { get; } = new("roles", ListField.Id("id", "r.id"),
    [
        ListField.Text("name", "r.name") with { Searchable = true, Required = true },
        ListField.Text("description", "r.description") with { Searchable = true, Sortable = false },
        ListField.TextSet("claims", "r.claims"),
        .. Columns.Times("r"),
    ])
    { Versioned = "r" };

    internal static DirectoryPart<CustomRole, CustomRoleEvent> Part(JsonSerializerOptions json) => new("custom_role", json, state => state.Exists, table => table
        .Text("name", state => state.Name)
        .Text("description", state => state.Description ?? "")
        .Set("claims", NpgsqlDbType.Text, entry => entry.State.Claims)
        .Times(state => state.Recorded));
}

/// <summary>One page of the roles that the vendor made.</summary>
public sealed record ListRoles(ListRequest Request) : IListQuery<CustomRole>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListRoles, Result<ListPage<CustomRole>>>
    {
        public Task<Result<ListPage<CustomRole>>> Handle(ListRoles query, CancellationToken cancellationToken) => reader.Page(
            directory.Roles, RoleList.Listing, new("r.document", $"{directory.Roles.Rows.Name} r", "true"), query.Request, cancellationToken);
    }
}
