using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.MaintenancePolicies;
using MediatR;

namespace EventSourcedOrgs.Projections;

/// <summary>The list of maintenance policies.</summary>
public static class MaintenancePolicyList
{
    public static Listing Listing { get; } = new("maintenance-policies", ListField.Id("id", "m.id"),
        [ListField.Text("name", "m.name") with { Searchable = true, Required = true }, .. Columns.Times("m")])
    { Versioned = "m" };

    internal static DirectoryPart<MaintenancePolicy, MaintenancePolicyEvent> Part(JsonSerializerOptions json) => new(
        "maintenance_policy", json, state => state.Exists, table => table
        .Text("name", state => state.Name)
        .Times(state => state.Recorded));
}

/// <summary>One page of all maintenance policies.</summary>
public sealed record ListMaintenancePolicies(ListRequest Request) : IListQuery<MaintenancePolicy>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListMaintenancePolicies, Result<ListPage<MaintenancePolicy>>>
    {
        public Task<Result<ListPage<MaintenancePolicy>>> Handle(ListMaintenancePolicies query, CancellationToken cancellationToken) => reader.Page(
            directory.MaintenancePolicies, MaintenancePolicyList.Listing,
            new("m.document", $"{directory.MaintenancePolicies.Rows.Name} m", "true"), query.Request, cancellationToken);
    }
}
