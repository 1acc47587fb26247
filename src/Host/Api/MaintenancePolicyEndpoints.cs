using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Application.MaintenancePolicies;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Maintenance policies: for how long, and to what, licences may be updated.</summary>
internal static class MaintenancePolicyEndpoints
{
    public static void MapMaintenancePolicies(this Routes routes)
    {
        var policies = routes.MapGroup("/maintenance-policies").WithTags("Maintenance policies");

        policies.MapPost("", (NewMaintenancePolicy body, HttpContext http) =>
                http.Send(body.ToCommand(), WireMaintenancePolicy.Of, StatusCodes.Status201Created, p => $"/v3/maintenance-policies/{p.Id}", p => p.Recorded))
            .WithSummary("Create a maintenance policy").Produces<WireMaintenancePolicy>(StatusCodes.Status201Created);

        policies.MapGet("", Task<IResult> (HttpContext http) =>
                http.List(MaintenancePolicyList.Listing, request => new ListMaintenancePolicies(request), WireMaintenancePolicy.Of))
            .WithList(MaintenancePolicyList.Listing).WithSummary("List maintenance policies").Produces<IReadOnlyList<WireMaintenancePolicy>>();

        policies.MapGet("/{maintenancePolicyId}", (MaintenancePolicyId maintenancePolicyId, HttpContext http) =>
                http.Ask(new GetMaintenancePolicy(maintenancePolicyId), WireMaintenancePolicy.Of, p => p.Recorded))
            .WithSummary("Get a maintenance policy").Produces<WireMaintenancePolicy>();

        policies.MapPatch("/{maintenancePolicyId}", (MaintenancePolicyId maintenancePolicyId, MaintenancePolicyPatch body, HttpContext http) =>
                http.Send(body.ToCommand(maintenancePolicyId), WireMaintenancePolicy.Of, version: p => p.Recorded))
            .WithSummary("Change the name of a maintenance policy and the updates that it allows").Produces<WireMaintenancePolicy>();

        policies.MapPatch("/{maintenancePolicyId}/subscription", (MaintenancePolicyId maintenancePolicyId, NewMaintenanceInterval body, HttpContext http) =>
                http.Send(body.ToCommand(maintenancePolicyId), WireMaintenancePolicy.Of, version: p => p.Recorded))
            .WithSummary("Give a maintenance policy another interval: licenses keep the ends they have").Produces<WireMaintenancePolicy>();

        policies.MapDelete("/{maintenancePolicyId}", (MaintenancePolicyId maintenancePolicyId, HttpContext http) =>
                http.Send(new DeleteMaintenancePolicy(maintenancePolicyId)))
            .WithSummary("Delete a maintenance policy that no license is under").Produces(StatusCodes.Status204NoContent);
    }

    public static void MapMaintenanceOfLicenses(this Routes routes)
    {
        var maintenance = routes.MapGroup("/licenses/{licenseId}/maintenance").WithTags("Licenses");

        maintenance.MapPost("/renew", (LicenseId licenseId, HttpContext http) =>
                http.Send(new RenewMaintenance(licenseId), WireLicense.Of, version: l => l.Recorded))
            .WithSummary("Add one interval of the maintenance policy to the end of a license's maintenance").Produces<WireLicense>();

        maintenance.MapPost("/extend", (LicenseId licenseId, Extension body, HttpContext http) =>
                http.Send(new ExtendMaintenance(licenseId, body.ExtensionLength), WireLicense.Of, version: l => l.Recorded))
            .WithSummary("Move the end of a license's maintenance by seconds; 'expires-at' replaces this").Produces<WireLicense>();

        maintenance.MapPatch("/expires-at", (LicenseId licenseId, NewMaintenanceExpiry body, HttpContext http) =>
                http.Send(new SetMaintenanceExpiry(licenseId, body.MaintenanceExpiresAt), WireLicense.Of, version: l => l.Recorded))
            .WithSummary("Set the end of a license's maintenance").Produces<WireLicense>();
    }
}
