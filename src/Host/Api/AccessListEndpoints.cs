using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Projections;
using MediatR;

namespace EventSourcedOrgs.Host.Api;

/// <summary>What a request for access may say. The rows come as JSON in pages, or all of them as <c>format=ndjson</c> or <c>csv</c>.</summary>
internal sealed record AccessParameters(
    UserId? UserId, LicenseId? LicenseId, UserGroupId? UserGroupId, ProductId? ProductId, bool? Allowed, string? AsOf, long? MinPosition, int? Limit,
    string? Cursor, string? Format)
{
    private const int MostRows = 100;

    private static readonly string[] Known = [.. typeof(AccessParameters).GetProperties().Select(property => property.Name)];

    /// <summary>What is asked for, or everything that is wrong with it.</summary>
    public Checked<AccessRequest> ToRequest(HttpContext http)
    {
        var moment = AsOf is null ? null : Projections.AsOf.Parse(AsOf);
        ListError[] errors =
        [
            .. http.Request.Query.Keys.Where(name => !Known.Contains(name, StringComparer.OrdinalIgnoreCase)).Select(name => ListError.Unknown(name, Known)),
            .. http.Request.Query.Where(parameter => parameter.Value.Count > 1).Select(parameter => ListError.Parameter(parameter.Key, "Given more than once.")),
            .. AsOf is not null && moment is null ? (ListError[])[ListError.Parameter("asOf", "Expected a position or an ISO 8601 time.")] : [],
            .. Limit is < 1 or > MostRows ? (ListError[])[ListError.Parameter("limit", $"Expected a number from 1 to {MostRows}.")] : [],
            .. RowFormat.Of(http, Format) switch
            {
                null => (ListError[])[ListError.Parameter("format", "Expected json, ndjson or csv.")],
                { IsStream: true } when Limit is not null => [ListError.Parameter("limit", "A stream has all rows.")],
                _ => [],
            },
        ];
        return errors.Length > 0 ? new(errors) : new(new AccessRequest(http.RequestServices.GetRequiredService<Context>().Now)
        {
            Filter = new(UserId, LicenseId, UserGroupId, ProductId, Allowed), Cursor = Cursor, AsOf = moment,
            Limit = RowFormat.Of(http, Format)!.IsStream ? AccessRequest.MostRows : Limit ?? 20,
        });
    }
}

/// <summary>Effective access: of a user, of a licence, of an organization, now and at any moment before, each with its reasons.</summary>
internal static class AccessListEndpoints
{
    private static readonly string[] Columns = ["userId", "userName", "userEmail", "licenseId", "licenseKey", "productId", "allowed", "code", "paths"];

    public static void MapAccessLists(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/users/{userId}/access", (HttpContext http, [AsParameters] AccessParameters parameters) =>
                http.Answer(parameters, (view, request) => new ListUserAccess(parameters.UserId!.Value, view, request)))
            .WithTags("Access").WithSummary("What a user may use, and why (not)").Produces<IReadOnlyList<AccessRow>>();

        routes.MapGet("/licenses/{licenseId}/access", (HttpContext http, [AsParameters] AccessParameters parameters) =>
                http.Answer(parameters, (view, request) => new ListLicenseAccess(parameters.LicenseId!.Value, view, request)))
            .WithTags("Access").WithSummary("Who may use a license, and why (not)").Produces<IReadOnlyList<AccessRow>>();

        routes.MapGet("/organizations/{organizationId}/access", (OrganizationId organizationId, HttpContext http, [AsParameters] AccessParameters parameters) =>
                http.Answer(parameters, (_, request) => new ListOrganizationAccess(organizationId, request)))
            .WithTags("Access").WithSummary("Who may use what in an organization: every user with every license").Produces<IReadOnlyList<AccessRow>>();
    }

    /// <summary>An organization-admin sees the own organization, everybody else but the vendor only the own access.</summary>
    public static AccessView ViewOf(Caller caller) => caller switch
    {
        { IsVendor: true } => AccessView.Everything,
        { Organization: { } organization } when caller.Role == Role.OrganizationAdmin => new(organization, null),
        _ => new(null, caller.User ?? default(UserId)),
    };

    private static async Task<IResult> Answer(this HttpContext http, AccessParameters parameters, Func<AccessView, AccessRequest, IAccessQuery> question)
    {
        var request = parameters.ToRequest(http);
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

        Task<Result<AccessPage>> PageAsync(string? cursor) => http.RequestServices.GetRequiredService<IMediator>()
            .Send(question(view, cursor is null ? request.Value : request.Value with { Cursor = cursor, AsOf = null }), http.RequestAborted);
    }

    private static (IReadOnlyList<string> Names, Func<AccessRow, IEnumerable<string?>> Values) Cells => (Columns, row =>
    [
        row.User.Id.ToString(), row.User.Name, row.User.Email, row.License?.Id.ToString(), row.License?.Key, row.License?.ProductId.ToString(),
        row.Allowed ? "true" : "false", row.Code, string.Join("; ", row.Paths.Select(path => path.Kind switch
        {
            AccessPathKind.PrimaryUser => "primary user",
            AccessPathKind.AdditionalUser => "additional user",
            _ => $"group {path.UserGroupName}",
        })),
    ]);
}
