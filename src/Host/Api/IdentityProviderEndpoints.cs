using EventSourcedOrgs.Application.IdentityProviders;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;

namespace EventSourcedOrgs.Host.Api;

/// <summary>The identity providers that people of an organization, and members of the team, sign in with.</summary>
internal static class IdentityProviderEndpoints
{
    public static void MapIdentityProviders(this Routes routes)
    {
        var ofOrganization = routes.MapGroup("/organizations/{organizationId}/identity-provider").WithTags("Identity providers");

        ofOrganization.MapGet("", (OrganizationId organizationId, HttpContext http) => http.Ask(new GetOrganizationIdentityProvider(organizationId), WireOrganizationProvider.Of))
            .WithSummary("Get the identity provider of an organization").Produces<WireOrganizationProvider>();

        ofOrganization.MapPut("", (OrganizationId organizationId, OrganizationProviderBody body, HttpContext http) =>
                http.Send(body.ToCommand(organizationId), WireOrganizationProvider.Of))
            .WithSummary("Set the identity provider of an organization; its secret is kept sealed and never shown").Produces<WireOrganizationProvider>();

        ofOrganization.MapDelete("", (OrganizationId organizationId, HttpContext http) => http.Send(new RemoveOrganizationIdentityProvider(organizationId)))
            .WithSummary("Remove the identity provider of an organization").Produces(StatusCodes.Status204NoContent);

        var ofAccount = routes.MapGroup("/account/identity-provider").WithTags("Identity providers");

        ofAccount.MapGet("", Task<IResult> (HttpContext http) => http.Ask(new GetAccountIdentityProvider(), WireAccountProvider.Of))
            .WithSummary("Get the identity provider of the account").Produces<WireAccountProvider>();

        ofAccount.MapPut("", (AccountProviderBody body, HttpContext http) => http.Send(body.ToCommand(), WireAccountProvider.Of))
            .WithSummary("Set the identity provider of the account; only the super-admin may").Produces<WireAccountProvider>();

        ofAccount.MapDelete("", Task<IResult> (HttpContext http) => http.Send(new RemoveAccountIdentityProvider()))
            .WithSummary("Remove the identity provider of the account; only the super-admin may").Produces(StatusCodes.Status204NoContent);
    }
}
