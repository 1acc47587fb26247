using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;

namespace EventSourcedOrgs.Host.Api;

/// <summary>What every request for history may say besides the filters of the list.</summary>
internal sealed record HistoryParameters(
    [FromQuery(Name = HistoryParameters.FromName)] long? From, [FromQuery(Name = HistoryParameters.WaitName)] int? Wait, [FromQuery(Name = HistoryParameters.FormatName)] string? Format)
{
    public const string FromName = "from";
    public const string WaitName = "wait";
    public const string FormatName = "format";
}

/// <summary>The history: of everything, of an organization, of one thing; and any state as it was.</summary>
internal static class HistoryEndpoints
{
    private const string Organization = "/organizations/{organizationId}";

    /// <summary>Where the history of one thing is, and what that thing is.</summary>
    private static readonly (string Path, string Id, string Resource, string Tag)[] OfVendor =
    [
        ("/users", "userId", "user", "Users"),
        ("/licenses", "licenseId", "license", "Licenses"),
        ("/activations", "activationId", "activation", "Activations"),
        ("/products", "productId", "product", "Products"),
        ("/license-templates", "templateId", "licenseTemplate", "License templates"),
        ("/maintenance-policies", "maintenancePolicyId", "maintenancePolicy", "Maintenance policies"),
        ("/trial-policies", "trialPolicyId", "trialPolicy", "Trials"),
        ("/trial-activations", "trialActivationId", "trialActivation", "Trials"),
        ("/features", "featureId", "feature", "Features"),
        ("/entitlement-sets", "entitlementSetId", "entitlementSet", "Entitlement sets"),
        ("/roles", "roleId", "role", "Roles"),
        ("/releases", "releaseId", "release", "Releases"),
        ("/release-channels", "releaseChannelId", "releaseChannel", "Release channels"),
        ("/release-platforms", "releasePlatformId", "releasePlatform", "Release platforms"),
    ];

    private static readonly (string Path, string Id, string Resource, string Tag)[] OfOrganizations =
    [
        ("/users", "userId", "user", "Organization users"),
        ("/user-groups", "userGroupId", "userGroup", "User groups"),
        ("/licenses", "licenseId", "license", "Organization licenses"),
        ("/activations", "activationId", "activation", "Organization licenses"),
        ("/access-tokens", "tokenId", "accessToken", "Organization access tokens"),
    ];

    public static void MapHistory(this Routes routes)
    {
        routes.MapGet("/history", ([AsParameters] HistoryParameters parameters, HttpContext http) =>
                http.History(parameters, null, request => new ListHistory(request)))
            .WithFeed().WithTags("History").WithSummary("Everything that happened, the newest first; with 'from' a feed without gaps, the oldest first");

        routes.MapGet($"{Organization}/history", (OrganizationId organizationId, [AsParameters] HistoryParameters parameters, HttpContext http) =>
                http.History(parameters, organizationId, request => new ListOrganizationHistory(organizationId, request)))
            .WithFeed().WithTags("History").WithSummary("What happened to an organization and within it");

        foreach (var (path, id, resource, tag) in OfVendor)
        {
            var kind = Resource.Find(resource)!;
            routes.MapGet($"{path}/{{{id}}}/history", ([AsParameters] HistoryParameters parameters, HttpContext http) =>
                    http.History(parameters, null, request => new ListResourceHistory(kind, http.PathId(id, resource), request)))
                .WithMetadata(new PathId(id)).WithFeed().WithTags(tag).WithSummary("What happened to it, and what that changed");
        }

        foreach (var (path, id, resource, tag) in OfOrganizations)
        {
            var kind = Resource.Find(resource)!;
            routes.MapGet($"{Organization}{path}/{{{id}}}/history", (OrganizationId organizationId, [AsParameters] HistoryParameters parameters, HttpContext http) =>
                    http.History(parameters, organizationId, request => new ListOrganizationResourceHistory(organizationId, kind, http.PathId(id, resource), request)))
                .WithMetadata(new PathId(id)).WithName($"listHistoryOfOrganization{char.ToUpperInvariant(resource[0])}{resource[1..]}").WithFeed().WithTags(tag).WithSummary("What happened to it while it belonged to the organization");
        }

        routes.MapGet("/history/replay", Replay)
            .WithTags("History").WithSummary("A state as its events make it again: now, or with asOf at any moment").Produces<WireReplay>();
    }

    private static async Task<IResult> Replay(string resource, Guid id, Context context, IMediator mediator, HttpContext http)
    {
        if (Resource.Find(resource) is not { } kind)
            return ((ListError[])[ListError.Parameter(nameof(resource), $"Expected one of {string.Join(", ", Resource.All)}.")]).AsRefusal().AsHttp();

        var answer = await mediator.Send(new ReplayResource(kind, id, context.AsOf?.Position), http.RequestAborted);
        if (answer.Refusal is { } refusal)
            return refusal.AsHttp();

        var (state, last) = (answer.Value!.State, answer.Value.Last);
        return Results.Json(new WireReplay(new(kind.Name, id), last.Sequence, last.Timestamp, last.Version, HistoryJson.Of(state)), HttpJson.Options);
    }

    private static RouteHandlerBuilder WithFeed(this RouteHandlerBuilder endpoint) => endpoint
        .WithList(HistoryFeed.Listing, HistoryParameters.FromName, HistoryParameters.WaitName, HistoryParameters.FormatName).Produces<IReadOnlyList<WireEvent>>()
        .AddOpenApiOperationTransformer((operation, _, _) =>
        {
            var answer = (OpenApiResponse)operation.Responses!["200"];
            answer.Headers ??= new Dictionary<string, IOpenApiHeader>();
            answer.Headers[HistoryAnswers.NextHeader] = new OpenApiHeader { Description = "With `from`: the position to go on from.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer } };
            return Task.CompletedTask;
        });

    private static Guid PathId(this HttpContext http, string name, string resource) =>
        Guid.TryParseExact((string?)http.GetRouteValue(name), "D", out var id) ? id : throw new RefusedException(Problems.NoId(resource));
}

/// <summary>An id in the path of an endpoint that reads it itself.</summary>
internal sealed record PathId(string Name);
