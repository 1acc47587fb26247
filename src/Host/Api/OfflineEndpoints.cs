using EventSourcedOrgs.Application.Activations;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>For machines without a network: people carry their requests here and the answers back, and see which answers are still good.</summary>
internal static class OfflineEndpoints
{
    public static void MapOffline(this Routes routes)
    {
        var activations = routes.MapGroup("/activations").WithTags("Activations");

        activations.MapPost("/offline-activate", (OfflineActivationBody body, ActivationTokens tokens, HttpContext http) =>
                http.Send(body.ToCommand(), WireOfflineAnswer.SignedBy(tokens)))
            .WithName("activateOffline").WithSummary("Answer the request of a machine that is not online; the same request again gets the same answer").Produces<WireOfflineAnswer>();

        activations.MapPost("/offline-deactivate", (OfflineDeactivationBody body, HttpContext http) =>
                http.Send(body.ToCommand(), (_, _, _) => Task.FromResult(new WireNothing())))
            .WithName("deactivateOffline").WithSummary("Give the place of a machine back that is not online").Produces<WireNothing>();

        var all = routes.MapGroup("/licenses/{licenseId}/offline-responses").WithTags("Licenses");

        all.MapGet("", (LicenseId licenseId, HttpContext http) => http.List(OfflineResponseReader.Listing, request => new ListOfflineResponses(licenseId, request)))
            .WithList(OfflineResponseReader.Listing).WithSummary("List the answers for machines that are not online, as long as they are good").Produces<IReadOnlyList<WireOfflineResponse>>();

        all.MapDelete("/{responseId}", (LicenseId licenseId, Guid responseId, HttpContext http) => http.Send(new RevokeOfflineResponse(licenseId, responseId)))
            .WithSummary("Revoke such an answer and end its activation; this counts as no deactivation").Produces(StatusCodes.Status204NoContent);

        var own = routes.MapGroup("/organizations/{organizationId}/licenses/{licenseId}/offline-responses").WithTags("Organization licenses");

        own.MapGet("", (OrganizationId organizationId, LicenseId licenseId, HttpContext http) =>
                http.List(OfflineResponseReader.Listing, request => new ListOrganizationOfflineResponses(organizationId, licenseId, request)))
            .WithList(OfflineResponseReader.Listing).WithSummary("List the answers for machines of an organization that are not online, as long as they are good").Produces<IReadOnlyList<WireOfflineResponse>>();

        own.MapDelete("/{responseId}", (OrganizationId organizationId, LicenseId licenseId, Guid responseId, HttpContext http) =>
                http.Send(new RevokeOrganizationOfflineResponse(organizationId, licenseId, responseId)))
            .WithSummary("Revoke such an answer and end its activation; this counts as a deactivation").Produces(StatusCodes.Status204NoContent);
    }
}
