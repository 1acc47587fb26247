using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Activations;
using EventSourcedOrgs.Application.EntitlementSets;
using EventSourcedOrgs.Application.Features;
using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Features, the sets of them, and what licences are entitled to.</summary>
internal static class FeatureEndpoints
{
    public static void MapFeatures(this Routes routes)
    {
        var features = routes.MapGroup("/features").WithTags("Features");

        features.MapPost("", (NewFeature body, HttpContext http) =>
                http.Send(body.ToCommand(), WireFeature.Of, StatusCodes.Status201Created, f => $"/v3/features/{f.Id}", f => f.Recorded))
            .WithSummary("Create a feature").Produces<WireFeature>(StatusCodes.Status201Created);

        features.MapGet("", Task<IResult> (HttpContext http) => http.List(FeatureList.Listing, request => new ListFeatures(request), WireFeature.Of))
            .WithList(FeatureList.Listing).WithSummary("List features").Produces<IReadOnlyList<WireFeature>>();

        features.MapGet("/{featureId}", (FeatureId featureId, HttpContext http) => http.Ask(new GetFeature(featureId), WireFeature.Of, f => f.Recorded))
            .WithSummary("Get a feature").Produces<WireFeature>();

        features.MapPatch("/{featureId}", (FeatureId featureId, FeaturePatch body, HttpContext http) =>
                http.Send(body.ToCommand(featureId), WireFeature.Of, version: f => f.Recorded))
            .WithSummary("Change how people see a feature; its name stays").Produces<WireFeature>();

        features.MapDelete("/{featureId}", (FeatureId featureId, HttpContext http) => http.Send(new DeleteFeature(featureId)))
            .WithSummary("Delete a feature that neither a set nor a license gives").Produces(StatusCodes.Status204NoContent);
    }

    public static void MapEntitlementSets(this Routes routes)
    {
        var sets = routes.MapGroup("/entitlement-sets").WithTags("Entitlement sets");

        sets.MapPost("", (NewEntitlementSet body, HttpContext http) =>
                http.Send(body.ToCommand(), WireEntitlementSet.Of, StatusCodes.Status201Created, s => $"/v3/entitlement-sets/{s.Id}", s => s.Recorded))
            .WithSummary("Create an entitlement set").Produces<WireEntitlementSet>(StatusCodes.Status201Created);

        sets.MapGet("", Task<IResult> (HttpContext http) => http.List(EntitlementSetList.Listing, request => new ListEntitlementSets(request), WireEntitlementSet.Of))
            .WithList(EntitlementSetList.Listing).WithSummary("List entitlement sets").Produces<IReadOnlyList<WireEntitlementSet>>();

        sets.MapGet("/{entitlementSetId}", (EntitlementSetId entitlementSetId, HttpContext http) =>
                http.Ask(new GetEntitlementSet(entitlementSetId), WireEntitlementSet.Of, s => s.Recorded))
            .WithSummary("Get an entitlement set").Produces<WireEntitlementSet>();

        sets.MapPatch("/{entitlementSetId}", (EntitlementSetId entitlementSetId, EntitlementSetPatch body, HttpContext http) =>
                http.Send(body.ToCommand(entitlementSetId), WireEntitlementSet.Of, version: s => s.Recorded))
            .WithSummary("Change an entitlement set; its name stays").Produces<WireEntitlementSet>();

        sets.MapDelete("/{entitlementSetId}", (EntitlementSetId entitlementSetId, HttpContext http) => http.Send(new DeleteEntitlementSet(entitlementSetId)))
            .WithSummary("Delete an entitlement set that no license has").Produces(StatusCodes.Status204NoContent);

        MapFeaturesOfSets(sets.MapGroup("/{entitlementSetId}/feature-entitlements"));
    }

    private static void MapFeaturesOfSets(Routes features)
    {
        features.MapGet("", (EntitlementSetId entitlementSetId, HttpContext http) => http.Within(new GetEntitlementSet(entitlementSetId), () => http.List(
                FeatureEntitlementList.OfSet, request => new ListFeaturesOfSet(entitlementSetId, request), WireSetFeature.In(entitlementSetId))))
            .WithList(FeatureEntitlementList.OfSet).WithSummary("List the features that an entitlement set gives").Produces<IReadOnlyList<WireSetFeature>>();

        features.MapPost("", (EntitlementSetId entitlementSetId, NewSetFeature body, Context context, HttpContext http) =>
            {
                var command = body.ToCommand(entitlementSetId, context.Now);
                return http.Send(command, WireSetFeature.One(command.Id), version: s => s.Recorded);
            })
            .WithSummary("Add a feature to an entitlement set: licenses that have the set have it at once").Produces<WireSetFeature>();

        features.MapPatch("/{entitlementId}", (EntitlementSetId entitlementSetId, Guid entitlementId, SetFeaturePatch body, HttpContext http) =>
                http.Send(body.ToCommand(entitlementSetId, entitlementId), WireSetFeature.One(entitlementId), version: s => s.Recorded))
            .WithSummary("Give a feature of an entitlement set another value").Produces<WireSetFeature>();

        features.MapDelete("/{entitlementId}", (EntitlementSetId entitlementSetId, Guid entitlementId, HttpContext http) =>
                http.Send(new RemoveFeatureFromSet(entitlementSetId, entitlementId)))
            .WithSummary("Take a feature out of an entitlement set").Produces(StatusCodes.Status204NoContent);
    }

    /// <summary>What a licence itself says of features, for the vendor, and what comes of it and its set, for everybody else.</summary>
    public static void MapEntitlementsOfLicenses(this Routes routes)
    {
        var features = routes.MapGroup("/licenses/{licenseId}/feature-entitlements").WithTags("Licenses");

        features.MapGet("", (LicenseId licenseId, HttpContext http) => http.Within(new GetLicense(licenseId), () => http.List(
                FeatureEntitlementList.OfLicense, request => new ListFeaturesOfLicense(licenseId, request), WireLicenseFeature.In(licenseId))))
            .WithList(FeatureEntitlementList.OfLicense).WithSummary("List the features that a license itself gives; what its set gives is not among them")
            .Produces<IReadOnlyList<WireLicenseFeature>>();

        features.MapPost("", (LicenseId licenseId, NewLicenseFeature body, Context context, HttpContext http) =>
            {
                var command = body.ToCommand(licenseId, context.Now);
                return http.Send(command, WireLicenseFeature.One(command.Id), version: l => l.Recorded);
            })
            .WithSummary("Let a license itself give a feature, before what its set says").Produces<WireLicenseFeature>();

        features.MapPatch("/{entitlementId}", (LicenseId licenseId, Guid entitlementId, LicenseFeaturePatch body, HttpContext http) =>
                http.Send(body.ToCommand(licenseId, entitlementId), WireLicenseFeature.One(entitlementId), version: l => l.Recorded))
            .WithSummary("Give a feature of a license another value or end").Produces<WireLicenseFeature>();

        features.MapDelete("/{entitlementId}", (LicenseId licenseId, Guid entitlementId, HttpContext http) =>
                http.Send(new RemoveFeatureFromLicense(licenseId, entitlementId)))
            .WithSummary("Take a feature out of a license; what its set says counts again").Produces(StatusCodes.Status204NoContent);

        routes.MapGet("/organizations/{organizationId}/licenses/{licenseId}/feature-entitlements", (OrganizationId organizationId, LicenseId licenseId, HttpContext http) =>
                http.Ask(new GetOrganizationLicense(organizationId, licenseId), WireFeatureEntitlement.Of))
            .WithTags("Organization licenses").WithSummary("What a license of an organization is entitled to").Produces<IReadOnlyList<WireFeatureEntitlement>>();

        routes.MapGet("/me/licenses/{licenseId}/feature-entitlements", (LicenseId licenseId, HttpContext http) =>
                http.Ask(new GetMyLicense(licenseId), WireFeatureEntitlement.Of))
            .WithTags("Profile").WithSummary("What one of my licenses is entitled to").Produces<IReadOnlyList<WireFeatureEntitlement>>();

        routes.MapGet("/activations/{activationId}/feature-entitlements",
                (ActivationId activationId, string licenseId, ActivationTokens tokens, HttpContext http, string? accountId = null) => http.Ask(
                    new GetActivationEntitlements(activationId, Common.RequiredId<LicenseId>(licenseId, "licenseId"), accountId),
                    async (entitled, store, cancellation) => new WireFeatureEntitlementsToken((await tokens.Of(entitled, store, cancellation)).Sign())))
            .AllowAnonymous().WithName("getActivationFeatureEntitlements").WithTags("Activations").WithSummary("What the license of an activation is entitled to, as a signed token")
            .Produces<WireFeatureEntitlementsToken>();
    }
}
