using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Who may use what, and why.</summary>
internal static class AccessEndpoints
{
    public static void MapAccess(this Routes routes) =>
        routes.MapGroup("/access").WithTags("Access").MapPost("/check", (AccessCheckBody body, HttpContext http, bool explain = true) =>
                http.Ask(body.ToQuery(explain), WireAccess.Shape(body)))
            .WithSummary("May this user use this license, and why (not)?").Produces<WireAccess>().OneForOneAndManyForMany();
}
