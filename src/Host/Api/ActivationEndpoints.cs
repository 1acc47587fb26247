using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Activations;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using MediatR;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Activations: what applications send, who hold a key and no token, and what the vendor sees and takes back.</summary>
internal static class ActivationEndpoints
{
    public const string Include = "include";

    /// <summary>The same as clients name it that send a list.</summary>
    private const string IncludeList = Include + "[]";

    private const string LicenseParameter = "licenseId";

    private static readonly string[] Columns =
    [
        "id", "createdAt", "updatedAt", "licenseId", "productId", "userId", "os", "osVersion", "hostname", "ipAddress", "countryCode", "vmName", "container", "releaseVersion",
        "releaseChannel", "releasePlatform", "lastSyncedAt", "leaseExpiresAt", "expiresAt", "offline",
    ];

    private static readonly (string Name, Func<WireActivation, string?> Value)[] OfOrganization =
        [("organizationId", row => row.Organization?.Id.ToString()), ("organization.name", row => row.Organization?.Name)];

    private static readonly (string Name, Func<WireActivation, string?> Value)[] OfUser =
        [("user.name", row => (row.User as WireUser)?.Name), ("user.email", row => (row.User as WireUser)?.Email)];

    private static readonly string[] Times = ["createdAt", "updatedAt", "lastSyncedAt"];
    private static readonly string[] Operators = ["gt", "gte", "lt", "lte", "eq", "ne"];

    public static void MapActivations(this Routes routes)
    {
        var activations = routes.MapGroup("/activations").WithTags("Activations");

        activations.MapPost("", Activate)
            .AllowAnonymous().WithSummary("Activate a license on a machine; the same machine again keeps its place").Produces<WireActivationToken>();

        activations.MapPatch("/{activationId}", Sync)
            .AllowAnonymous().WithSummary("Sync an activation and renew its lease").Produces<WireActivationToken>();

        activations.MapPost("/{activationId}/deactivate", (ActivationId activationId, Deactivation body, HttpContext http) =>
                http.Send(body.ToCommand(activationId), (_, _, _) => Task.FromResult(new WireNothing())))
            .AllowAnonymous().WithSummary("Give the place of a machine back").Produces<WireNothing>();

        activations.MapPost("/meter-attributes/{meterId}", (Guid meterId, MeterUse body, HttpContext http) =>
                http.Send(new CountMeter(
                    meterId, Common.RequiredId<ActivationId>(body.ActivationId, "activationId"), Common.OptionalId<ProductId>(body.ProductId, "productId"), body.AccountId,
                    body.Increment), WireCountedMeter.Of))
            .AllowAnonymous().WithName("incrementActivationMeterAttribute")
            .WithSummary("Count a meter of the license for a machine").Produces<WireCountedMeter>();

        activations.MapGet("", Task<IResult> (HttpContext http) =>
                http.List(ActivationList.All, request => new ListActivations(request), http.Shown(WireActivation.OfVendor, "organization", "user"), Include, IncludeList))
            .WithList(ActivationList.All, Include).WithSummary("List activations").Produces<IReadOnlyList<WireActivation>>();

        activations.MapGet("/export", Task<IResult> (HttpContext http) =>
                http.Export(RowFormat.Csv, ActivationList.All, request => new ListActivations(request), http.Shown(WireActivation.OfVendor, "organization", "user"), Table(http.Included()), Include, IncludeList))
            .WithName("exportActivations").WithExport(ActivationList.All, Include).WithSummary("All activations that match, as CSV").Produces<string>(StatusCodes.Status200OK, RowFormat.Csv.ContentType);

        activations.MapGet("/{activationId}", (ActivationId activationId, HttpContext http) =>
                http.Ask(new GetActivation(activationId), One(WireActivation.OfVendor, "organization", "user"), a => a.Recorded))
            .WithSummary("Get an activation").Produces<WireActivation>();

        activations.MapDelete("/{activationId}", (ActivationId activationId, HttpContext http) => http.Send(new DeleteActivation(activationId)))
            .WithSummary("Take the place of a machine back; this counts as no deactivation").Produces(StatusCodes.Status204NoContent);

        activations.MapDelete("", DeleteAll)
            .WithName("bulkDeleteActivations").WithSummary("Take back the places of a license, optionally by createdAt, updatedAt and lastSyncedAt").Produces(StatusCodes.Status204NoContent);
    }

    public static void MapHeldActivations(this Routes routes)
    {
        var within = routes.MapGroup("/organizations/{organizationId}/activations").WithTags("Organization licenses");

        within.MapGet("", Task<IResult> (OrganizationId organizationId, HttpContext http) => http.List(
                ActivationList.Own, request => new ListOrganizationActivations(organizationId, request), http.Shown(Within(organizationId), "user"), Include, IncludeList))
            .WithList(ActivationList.Own, Include).WithSummary("List the activations of an organization").Produces<IReadOnlyList<WireActivation>>();

        within.MapGet("/{activationId}", (OrganizationId organizationId, ActivationId activationId, HttpContext http) =>
                http.Ask(new GetOrganizationActivation(organizationId, activationId), One(Within(organizationId), "user"), a => a.Recorded))
            .WithSummary("Get an activation of an organization").Produces<WireActivation>();

        var mine = routes.MapGroup("/me/activations").WithTags("Profile");

        mine.MapGet("", Task<IResult> (Context context, HttpContext http) => http.List(
                ActivationList.Own, request => new ListMyActivations(context.Caller.User.GetValueOrDefault(), request), http.Shown(WireActivation.OfUser)))
            .WithList(ActivationList.Own).WithSummary("List my activations").Produces<IReadOnlyList<WireActivation>>();

        mine.MapGet("/{activationId}", (ActivationId activationId, HttpContext http) =>
                http.Ask(new GetMyActivation(activationId), One(WireActivation.OfUser), a => a.Recorded))
            .WithSummary("Get one of my activations").Produces<WireActivation>();
    }

    private delegate Task<IReadOnlyList<WireActivation>> Wire(IReadOnlyList<Activation> activations, IReadOnlySet<string> include, Store store, CancellationToken cancellation);

    private static Wire Within(OrganizationId organization) =>
        (activations, include, store, cancellation) => WireActivation.OfOrganization(organization, activations, include, store, cancellation);

    /// <summary>First who it is, where that is sent along, then the activation.</summary>
    private static async Task<IResult> Activate(ActivationBody body, Context context, ActivationTokens tokens, IMediator mediator, HttpContext http)
    {
        var request = await mediator.Proved(http.Request(body, context), body.ToProof(), http.RequestAborted);
        return request.Refusal is { } wrong ? wrong.AsHttp() : await http.Send(new Activate(Id.New<ActivationId>(), request.Value!), TokenOf(tokens));
    }

    private static async Task<IResult> Sync(ActivationId activationId, SyncBody body, Context context, ActivationTokens tokens, IMediator mediator, HttpContext http)
    {
        var request = await mediator.Proved(http.Request(body, context), body.ToProof(activationId), http.RequestAborted);
        return request.Refusal is { } wrong ? wrong.AsHttp() : await http.Send(new SyncActivation(activationId, request.Value!), TokenOf(tokens));
    }

    /// <summary>The request with what came of the credentials that were sent with it, if any were.</summary>
    private static async Task<Result<ActivationRequest>> Proved(this IMediator mediator, ActivationRequest request, ProveUser? question, CancellationToken cancellation) =>
        question is null ? request : (await mediator.Send(question, cancellation)).Select(proved => request with { Proved = proved });

    /// <summary>In steps, between which others get at the licence.</summary>
    private static Task<IResult> DeleteAll(LicenseId licenseId, HttpContext http)
    {
        var spans = new ActivationSpans(http.Span("createdAt"), http.Span("updatedAt"), http.Span("lastSyncedAt"));
        var all = new DeleteActivations(licenseId, spans);
        return http.IsDryRun() ? http.Send(all) : http.SendAfter(new DeleteSomeActivations(licenseId, spans), all);
    }

    private static Func<Activated, Store, CancellationToken, Task<Sending.Late>> TokenOf(ActivationTokens tokens) =>
        (activated, store, cancellation) => Sending.Late.Of(tokens.Of(activated, store, cancellation), token => new WireActivationToken(token));

    private static ActivationRequest Request(this HttpContext http, MachineBody body, Context context)
    {
        var (address, country) = http.Whereabouts();
        return body.ToRequest(context.Now, address, country);
    }

    private static Func<IReadOnlyList<Activation>, Store, CancellationToken, Task<IReadOnlyList<WireActivation>>> Shown(this HttpContext http, Wire wire, params string[] known)
    {
        var include = http.Included();
        return include.IsSubsetOf(known)
            ? (activations, store, cancellation) => wire(activations, include, store, cancellation)
            : throw new RefusedException(new Refusal(ListError.InvalidQueryParameter, RefusalKind.Invalid, $"'{Include}' takes: {string.Join(", ", known)}.", $"?{Include}"));
    }

    private static HashSet<string> Included(this HttpContext http) =>
        ((string[])[Include, IncludeList]).SelectMany(name => http.Request.Query[name].OfType<string>())
            .SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToHashSet();

    /// <summary>One is shown with everything that goes with it.</summary>
    private static Func<Activation, Store, CancellationToken, Task<WireActivation>> One(Wire wire, params string[] include) =>
        async (activation, store, cancellation) => (await wire([activation], include.ToHashSet(), store, cancellation))[0];

    /// <summary>The cells of an activation, and those of what is to be shown with it.</summary>
    private static (IReadOnlyList<string> Names, Func<WireActivation, IEnumerable<string?>> Values) Table(HashSet<string> include)
    {
        (string Name, Func<WireActivation, string?> Value)[] more = [.. include.Contains("organization") ? OfOrganization : [], .. include.Contains("user") ? OfUser : []];
        return ([.. Columns, .. more.Select(column => column.Name)], row => Cells(row).Concat(more.Select(column => column.Value(row))));
    }

    private static IEnumerable<string?> Cells(WireActivation row) =>
    [
        row.Id.ToString(), HttpJson.Text(row.CreatedAt), HttpJson.Text(row.UpdatedAt), row.LicenseId.ToString(), row.ProductId.ToString(), row.UserId?.ToString(), row.Os.ToString().ToLowerInvariant(),
        row.OsVersion, row.Hostname, row.Location.IpAddress, row.Location.CountryCode, row.VmName, Exports.Text(row.Container), row.ReleaseVersion, row.ReleaseChannel,
        row.ReleasePlatform, HttpJson.Text(row.LastSyncedAt), HttpJson.Text(row.LeaseExpiresAt), HttpJson.Text(row.ExpiresAt), Exports.Text(row.Offline),
    ];

    /// <summary>What <c>name[gt]</c>, <c>[gte]</c>, <c>[lt]</c>, <c>[lte]</c>, <c>[eq]</c> and <c>[ne]</c> leave; times are told apart to the microsecond.</summary>
    private static TimeSpanOf Span(this HttpContext http, string name)
    {
        string[] known = [.. Times.SelectMany(field => Operators.Select(op => $"{field}[{op}]")), LicenseParameter, Sending.DryRun];
        if (http.Request.Query.Keys.FirstOrDefault(key => !known.Contains(key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            throw new RefusedException(((ListError[])[ListError.Unknown(unknown, known)]).AsRefusal());

        DateTimeOffset?[] from = [Time("gte"), Time("eq"), Time("gt")?.AddMicroseconds(1)];
        DateTimeOffset?[] until = [Time("lt"), Time("lte")?.AddMicroseconds(1), Time("eq")?.AddMicroseconds(1)];
        return new(from.Max(), until.Min(), Time("ne"));

        DateTimeOffset? Time(string op) => http.Request.Query[$"{name}[{op}]"].ToString() is not { Length: > 0 } text ? null
            : Iso8601.TryParse(text, out var time) && time < DateTimeOffset.MaxValue.AddYears(-1) ? time
            : throw new RefusedException(((ListError[])[ListError.Parameter($"{name}[{op}]", "Expected a time in ISO 8601.")]).AsRefusal());
    }
}
