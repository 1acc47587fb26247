using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Projections;
using MediatR;
using Microsoft.AspNetCore.Mvc;

namespace EventSourcedOrgs.Host.Api;

/// <summary>What every request for access may say. The rows come as JSON in pages, or all of them as <c>format=ndjson</c> or <c>csv</c>.</summary>
internal sealed record AccessParameters(
    [FromQuery(Name = "userGroupId")] UserGroupId? UserGroupId, [FromQuery(Name = "productId")] ProductId? ProductId, [FromQuery(Name = "allowed")] bool? Allowed,
    [FromQuery(Name = "limit")] int? Limit, [FromQuery(Name = "cursor")] string? Cursor, [FromQuery(Name = "format")] string? Format)
{
    private const int MostRows = 100;

    private static readonly string[] Known = ["userGroupId", "productId", "allowed", "limit", "cursor", "format", Positions.AsOf, Positions.MinPosition];

    /// <summary>What is asked for, or everything that is wrong with it; <paramref name="alsoKnown"/> are the parameters that the endpoint itself understands.</summary>
    public Checked<AccessRequest> ToRequest(HttpContext http, UserId? user, LicenseId? license, IEnumerable<string> alsoKnown)
    {
        var (context, format) = (http.RequestServices.GetRequiredService<Context>(), RowFormat.Of(http, Format));
        string[] known = [.. alsoKnown, .. Known];
        var errors = Errors(http, known, Limit, format);
        return errors.Length > 0 ? new(errors) : new(new AccessRequest(context.Now)
        {
            Filter = new(user, license, UserGroupId, ProductId, Allowed), Cursor = Cursor, AsOf = context.AsOf is { } past ? new(past.Position, past.At) : null,
            Limit = RowsOf(Limit, format!),
        });
    }

    /// <summary>What is wrong with the parameters' names, and with those that all these requests have.</summary>
    public static ListError[] Errors(HttpContext http, IReadOnlyList<string> known, int? limit, RowFormat? format) =>
    [
        .. http.Request.Query.Keys.Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)).Select(name => ListError.Unknown(name, known)),
        .. http.Request.Query.Where(parameter => parameter.Value.Count > 1).Select(parameter => ListError.Parameter(parameter.Key, "Given more than once.")),
        .. limit is < 1 or > MostRows ? (ListError[])[ListError.Parameter("limit", $"Expected a number from 1 to {MostRows}.")] : [],
        .. format is null ? (ListError[])[ListError.Parameter("format", "Expected json, ndjson or csv.")] : [],
        .. format is { IsStream: true } && limit is not null ? (ListError[])[ListError.Parameter("limit", "A stream has all rows.")] : [],
    ];

    /// <summary>So many rows are read at a time.</summary>
    public static int RowsOf(int? limit, RowFormat format) => format.IsStream ? AccessRequest.MostRows : limit ?? 20;
}

/// <summary>Effective access: of a user, of a licence, of an organization, now and at any moment before, each with its reasons.</summary>
internal static class AccessListEndpoints
{
    private static readonly string[] Columns = ["userId", "userName", "userEmail", "licenseId", "licenseKey", "productId", "allowed", "code", "paths"];

    public static void MapAccessLists(this Routes routes)
    {
        routes.MapGet("/users/{userId}/access", (UserId userId, LicenseId? licenseId, [AsParameters] AccessParameters parameters, HttpContext http) =>
                http.Answer(parameters, parameters.ToRequest(http, null, licenseId, ["licenseId"]), (view, request) => new ListUserAccess(userId, view, request)))
            .WithTags("Access").WithSummary("What a user may use, and why (not)").Produces<IReadOnlyList<AccessRow>>();

        routes.MapGet("/licenses/{licenseId}/access", (LicenseId licenseId, UserId? userId, [AsParameters] AccessParameters parameters, HttpContext http) =>
                http.Answer(parameters, parameters.ToRequest(http, userId, null, ["userId"]), (view, request) => new ListLicenseAccess(licenseId, view, request)))
            .WithTags("Access").WithSummary("Who may use a license, and why (not)").Produces<IReadOnlyList<AccessRow>>();

        routes.MapGet("/organizations/{organizationId}/access", (
                OrganizationId organizationId, UserId? userId, LicenseId? licenseId, [AsParameters] AccessParameters parameters, HttpContext http) =>
                http.Answer(parameters, parameters.ToRequest(http, userId, licenseId, ["userId", "licenseId"]), (_, request) => new ListOrganizationAccess(organizationId, request)))
            .WithTags("Access").WithSummary("Who may use what in an organization: every user with every license").Produces<IReadOnlyList<AccessRow>>();
    }

    /// <summary>An organization-admin sees the own organization, everybody else but the vendor only the own access.</summary>
    public static AccessView ViewOf(Caller caller) => caller switch
    {
        { IsVendor: true } => AccessView.Everything,
        { Organization: { } organization } when caller.Role == Role.OrganizationAdmin => new(organization, null),
        _ => new(null, caller.User ?? default(UserId)),
    };

    private static async Task<IResult> Answer(
        this HttpContext http, AccessParameters parameters, Checked<AccessRequest> request, Func<AccessView, AccessRequest, IAccessQuery> question)
    {
        if (!request.IsValid)
            return request.Errors.AsRefusal().AsHttp();

        var view = ViewOf(http.RequestServices.GetRequiredService<Context>().Caller);
        var first = await PageAsync(null);
        if (first.Refusal is { } refusal)
            return refusal.AsHttp();

        return RowFormat.Of(http, parameters.Format)!.Answer(http, first.Value!.Moment, first.Value.Rows, first.Value.Next, Cells, async cursor =>
        {
            var page = await PageAsync(cursor);
            return page.Value is { } next ? (next.Rows, next.Next) : throw new RefusedException(page.Refusal!);
        });

        async Task<Result<AccessPage>> PageAsync(string? cursor)
        {
            var page = await http.RequestServices.GetRequiredService<IMediator>()
                .Send(question(view, cursor is null ? request.Value : request.Value with { Cursor = cursor, AsOf = null }), http.RequestAborted);
            return page.Value is { } found ? found with { Rows = await Seen(found.Rows, http.RequestServices.GetRequiredService<Store>(), http.RequestAborted) } : page;
        }
    }

    private static async Task<IReadOnlyList<AccessRow>> Seen(IReadOnlyList<AccessRow> rows, Store store, CancellationToken cancellation)
    {
        var actors = await SeenActors.Of(rows.SelectMany(row => row.Paths).Select(path => path.Actor), store, cancellation);
        return [.. rows.Select(row => row with { Paths = actors.Of(row.Paths) })];
    }

    private static (IReadOnlyList<string> Names, Func<AccessRow, IEnumerable<string?>> Values) Cells => (Columns, row =>
    [
        row.User.Id.ToString(), row.User.Name, row.User.Email, row.License?.Id.ToString(), row.License?.Key, row.License?.ProductId.ToString(),
        row.Allowed ? "true" : "false", row.Code, Spoken(row.Paths),
    ]);

    /// <summary>Ways in words, for a cell of a table.</summary>
    public static string Spoken(IEnumerable<OpenPath> paths) => string.Join("; ", paths.Select(path => path.Kind switch
    {
        AccessPathKind.PrimaryUser => "primary user",
        AccessPathKind.AdditionalUser => "additional user",
        _ => $"group {path.UserGroupName}",
    }));
}
