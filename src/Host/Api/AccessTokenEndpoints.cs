using EventSourcedOrgs.Application.AccessTokens;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Personal access tokens: those of the caller, never those of others.</summary>
internal static class AccessTokenEndpoints
{
    public static void MapAccessTokens(this Routes routes)
    {
        var tokens = routes.MapGroup("/personal-access-tokens").WithTags("Personal access tokens");

        tokens.MapGet("", Task<IResult> (HttpContext http) => http.List(ListAccessTokens.Listing, request => new ListAccessTokens(request))).WithList(ListAccessTokens.Listing).WithSummary("List one's own tokens").Produces<IReadOnlyList<WireAccessToken>>();

        tokens.MapPost("", (NewAccessToken body, HttpContext http) =>
                http.Send(body.ToCommand(), WireSecret.Of, StatusCodes.Status201Created, t => $"/v3/personal-access-tokens/{t.Token.Id}", t => t.Token.Recorded))
            .WithSummary("Create a token; its secret is shown this once").Produces<WireSecret>(StatusCodes.Status201Created);

        tokens.MapGet("/{tokenId}", (AccessTokenId tokenId, HttpContext http) => http.Ask(new GetAccessToken(tokenId), WireAccessToken.Of, t => t.Recorded))
            .WithSummary("Get a token").Produces<WireAccessToken>();

        tokens.MapPatch("/{tokenId}", (AccessTokenId tokenId, AccessTokenPatch body, HttpContext http) =>
                http.Send(new RevokeAccessToken(tokenId, body.Revoked), WireAccessToken.Of, version: t => t.Recorded))
            .WithSummary("Revoke a token, or lift the revocation").Produces<WireAccessToken>();

        tokens.MapDelete("/{tokenId}", (AccessTokenId tokenId, HttpContext http) => http.Send(new DeleteAccessToken(tokenId)))
            .WithSummary("Delete a token").Produces(StatusCodes.Status204NoContent);

        tokens.MapPost("/{tokenId}/rotate", (AccessTokenId tokenId, Rotation? body, HttpContext http) =>
                http.Send(new RotateAccessToken(tokenId, body?.FormerEndsAt), WireSecret.Of, version: t => t.Token.Recorded))
            .WithSummary("Give a token a new secret; the former one ends at once, or at formerEndsAt").Produces<WireSecret>();
    }

    /// <summary>Tokens by which scripts act as an organization, whoever made them.</summary>
    public static void MapOrganizationAccessTokens(this Routes routes)
    {
        var tokens = routes.MapGroup("/organizations/{organizationId}/access-tokens").WithTags("Organization access tokens");

        tokens.MapGet("", Task<IResult> (OrganizationId organizationId, HttpContext http) =>
                http.List(ListAccessTokens.Listing, request => new ListOrganizationAccessTokens(organizationId, request)))
            .WithList(ListAccessTokens.Listing).WithSummary("List the access tokens of an organization").Produces<IReadOnlyList<WireOrganizationToken>>();

        tokens.MapPost("", (OrganizationId organizationId, NewOrganizationToken body, HttpContext http) =>
                http.Send(body.ToCommand(organizationId), WireSecret.Of, StatusCodes.Status201Created,
                    t => $"/v3/organizations/{organizationId}/access-tokens/{t.Token.Id}", t => t.Token.Recorded))
            .WithSummary("Create an access token of an organization; its secret is shown this once").Produces<WireSecret>(StatusCodes.Status201Created);

        tokens.MapGet("/{tokenId}", (OrganizationId organizationId, AccessTokenId tokenId, HttpContext http) =>
                http.Ask(new GetOrganizationAccessToken(organizationId, tokenId), WireOrganizationToken.Of, t => t.Recorded))
            .WithSummary("Get an access token of an organization").Produces<WireOrganizationToken>();

        tokens.MapPatch("/{tokenId}", (OrganizationId organizationId, AccessTokenId tokenId, AccessTokenPatch body, HttpContext http) =>
                http.Send(new RevokeOrganizationAccessToken(organizationId, tokenId, body.Revoked), WireOrganizationToken.Of, version: t => t.Recorded))
            .WithSummary("Revoke an access token of an organization, or lift the revocation").Produces<WireOrganizationToken>();

        tokens.MapDelete("/{tokenId}", (OrganizationId organizationId, AccessTokenId tokenId, HttpContext http) =>
                http.Send(new DeleteOrganizationAccessToken(organizationId, tokenId)))
            .WithSummary("Delete an access token of an organization").Produces(StatusCodes.Status204NoContent);

        tokens.MapPost("/{tokenId}/rotate", (OrganizationId organizationId, AccessTokenId tokenId, Rotation? body, HttpContext http) =>
                http.Send(new RotateOrganizationAccessToken(organizationId, tokenId, body?.FormerEndsAt), WireSecret.Of, version: t => t.Token.Recorded))
            .WithSummary("Give an access token of an organization a new secret; the former one ends at once, or at formerEndsAt").Produces<WireSecret>();
    }
}
