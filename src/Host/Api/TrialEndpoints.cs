using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Trials;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Trials: the policies that products have, what applications send that are tried, and what the vendor sees and changes.</summary>
internal static class TrialEndpoints
{
    private static readonly string[] Columns =
    [
        "id", "createdAt", "updatedAt", "productId", "os", "osVersion", "hostname", "ipAddress", "countryCode", "vmName", "container", "releaseVersion", "releaseChannel",
        "releasePlatform", "expiresAt",
    ];

    public static void MapTrials(this Routes routes)
    {
        MapPolicies(routes.MapGroup("/trial-policies").WithTags("Trials"));
        MapActivations(routes.MapGroup("/trial-activations").WithTags("Trials"));
    }

    private static void MapPolicies(Routes policies)
    {
        policies.MapPost("", (NewTrialPolicy body, HttpContext http) =>
                http.Send(body.ToCommand(), WireTrialPolicy.Of, StatusCodes.Status201Created, p => $"/v3/trial-policies/{p.Id}", p => p.Recorded))
            .WithSummary("Create a trial policy").Produces<WireTrialPolicy>(StatusCodes.Status201Created);

        policies.MapGet("", Task<IResult> (HttpContext http) => http.List(TrialPolicyList.Listing, request => new ListTrialPolicies(request), WireTrialPolicy.Of))
            .WithList(TrialPolicyList.Listing).WithSummary("List trial policies").Produces<IReadOnlyList<WireTrialPolicy>>();

        policies.MapGet("/{trialPolicyId}", (TrialPolicyId trialPolicyId, HttpContext http) => http.Ask(new GetTrialPolicy(trialPolicyId), WireTrialPolicy.Of, p => p.Recorded))
            .WithSummary("Get a trial policy").Produces<WireTrialPolicy>();

        policies.MapPatch("/{trialPolicyId}", (TrialPolicyId trialPolicyId, TrialPolicyPatch body, HttpContext http) =>
                http.Send(body.ToCommand(trialPolicyId), WireTrialPolicy.Of, version: p => p.Recorded))
            .WithSummary("Change a trial policy: trials that have begun keep their end").Produces<WireTrialPolicy>();

        policies.MapDelete("/{trialPolicyId}", (TrialPolicyId trialPolicyId, HttpContext http) => http.Send(new DeleteTrialPolicy(trialPolicyId)))
            .WithSummary("Delete a trial policy that no product uses").Produces(StatusCodes.Status204NoContent);
    }

    private static void MapActivations(Routes trials)
    {
        trials.MapPost("", (TrialBody body, Context context, TrialTokens tokens, HttpContext http) =>
                http.Send(new StartTrial(Id.New<TrialActivationId>(), http.Request(body, context)), TokenOf(tokens), StatusCodes.Status201Created))
            .AllowAnonymous().WithSummary("Start the trial of a product on a machine; the same machine again gets the trial it had").Produces<WireTrialToken>(StatusCodes.Status201Created);

        trials.MapPatch("/{trialActivationId}", (TrialActivationId trialActivationId, TrialBody body, Context context, TrialTokens tokens, HttpContext http) =>
                http.Send(new SyncTrial(trialActivationId, http.Request(body, context) with { LeftOut = body.LeftOut() }), TokenOf(tokens)))
            .AllowAnonymous().WithSummary("Sync a trial").Produces<WireTrialToken>();

        trials.MapGet("", Task<IResult> (HttpContext http) => http.List(TrialList.Listing, request => new ListTrials(request), WireTrial.Of))
            .WithList(TrialList.Listing).WithSummary("List trials, those that have ended included").Produces<IReadOnlyList<WireTrial>>();

        trials.MapGet("/export", Task<IResult> (HttpContext http) => http.Export(RowFormat.Csv, TrialList.Listing, request => new ListTrials(request), WireTrial.Of, (Columns, Cells)))
            .WithName("exportTrialActivations").WithExport(TrialList.Listing).WithSummary("All trials that match, as CSV").Produces<string>(StatusCodes.Status200OK, RowFormat.Csv.ContentType);

        trials.MapGet("/{trialActivationId}", (TrialActivationId trialActivationId, HttpContext http) => http.Ask(new GetTrial(trialActivationId), WireTrial.Of, t => t.Recorded))
            .WithSummary("Get a trial").Produces<WireTrial>();

        trials.MapPost("/{trialActivationId}/extend", (TrialActivationId trialActivationId, TrialExtension body, HttpContext http) =>
                http.Send(new ExtendTrial(trialActivationId, body.ExtensionLength), WireTrial.Of, version: t => t.Recorded))
            .WithSummary("Move the end of a trial by some seconds, counted from the end it has").Produces<WireTrial>();

        trials.MapPatch("/{trialActivationId}/expires-at", (TrialActivationId trialActivationId, TrialExpiry body, HttpContext http) =>
                http.Send(new SetTrialExpiry(trialActivationId, body.ExpiresAt), WireTrial.Of, version: t => t.Recorded))
            .WithSummary("Set the end of a trial").Produces<WireTrial>();

        trials.MapDelete("/{trialActivationId}", (TrialActivationId trialActivationId, HttpContext http) => http.Send(new DeleteTrial(trialActivationId)))
            .WithSummary("Delete a trial: its machine may start another").Produces(StatusCodes.Status204NoContent);
    }

    private static Func<Tried, Store, CancellationToken, Task<Sending.Late>> TokenOf(TrialTokens tokens) =>
        (tried, store, cancellation) => Sending.Late.Of(tokens.Of(tried, store, cancellation), token => new WireTrialToken(token));

    private static TrialRequest Request(this HttpContext http, TrialBody body, Context context)
    {
        var (address, country) = http.Whereabouts();
        return body.ToRequest(context.Now, address, country);
    }

    private static IEnumerable<string?> Cells(WireTrial row) =>
    [
        row.Id.ToString(), HttpJson.Text(row.CreatedAt), HttpJson.Text(row.UpdatedAt), row.ProductId.ToString(), row.Os.ToString().ToLowerInvariant(), row.OsVersion, row.Hostname,
        row.Location.IpAddress, row.Location.CountryCode, row.VmName, Exports.Text(row.Container), row.ReleaseVersion, row.ReleaseChannel, row.ReleasePlatform,
        HttpJson.Text(row.ExpiresAt),
    ];
}
