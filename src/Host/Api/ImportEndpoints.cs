using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Imports;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using MediatR;
using Microsoft.AspNetCore.Http.Features;
using Npgsql;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Imports: a file goes in as it comes over the wire, its rows are worked on later, each with an outcome.</summary>
internal static class ImportEndpoints
{
    public const string Csv = "text/csv";
    public const string Ndjson = "application/x-ndjson";
    public const long MostBody = 1024L * 1024 * 1024;
    public const int MostErrors = 20;

    private const string FormatParameter = "format";

    private static readonly Listing Rows = new("import rows", ListField.Number("line", "r.line"),
    [
        ListField.Enum("status", "r.status", [.. WireEnum.ValuesOf<RowStatus>().Keys]), ListField.Enum("kind", "r.kind"), ListField.Enum("code", "r.code"),
    ]);

    public static void MapImports(this Routes routes)
    {
        var imports = routes.MapGroup("/imports").WithTags("Imports");

        imports.MapPost("", Receive).WithSummary("Import organizations, users, groups, memberships, licenses and assignments from CSV or NDJSON")
            .WithDescription("The rows are worked on after the answer. `mode` is `perItem` (each row for itself) or `atomic` (all or none, 5,000 rows at most). "
                + "With `dryRun=true` the import runs as always and changes nothing: its outcomes say what would happen. docs/imports.md describes the columns.")
            .Accepts<string>(Csv, Ndjson).Produces<WireImport>(StatusCodes.Status202Accepted);

        imports.MapGet("/{importId}", (ImportId importId, StagedRows rows, HttpContext http) => http.Ask(new GetImport(importId), async (import, _, cancellation) =>
                WireImport.Of(import, await rows.Failed(import, MostErrors, WireImportRow.Of, WireImportRow.Columns, cancellation))))
            .WithSummary("How far an import is").Produces<WireImport>();

        imports.MapGet("/{importId}/rows", Outcomes).WithSummary("The rows of an import with their outcomes: a page as JSON, all of them as NDJSON or CSV")
            .WithList(Rows).Produces<IReadOnlyList<WireImportRow>>();

        imports.MapPost("/{importId}/cancel", (ImportId importId, HttpContext http) =>
                http.Send(new CancelImport(importId), (import, _, _) => Task.FromResult(WireImport.Of(import, []))))
            .WithSummary("Stop an import after the rows at hand; what is done stays").Produces<WireImport>();
    }

    private static async Task<IResult> Receive(HttpContext http, Context context, ImportIntake intake, string? mode = null)
    {
        var announced = new ReceiveImport(Id.New<ImportId>(), WireImport.ModeOf(mode), http.IsDryRun());
        var type = http.Request.ContentType?.Split(';')[0].Trim();
        if (type is not (Csv or Ndjson))
            return Results.StatusCode(StatusCodes.Status415UnsupportedMediaType);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MostBody;

        var rows = type == Csv ? CsvRows.Read(http.Request.Body, http.RequestAborted) : NdjsonRows.Read(http.Request.Body, http.RequestAborted);
        var taken = await intake.Take(
            announced, rows, new Envelope(context.Caller, context.Origin),
            start => http.Send(start, (import, _, _) => Task.FromResult(WireImport.Of(import, [])), StatusCodes.Status202Accepted, import => $"/v3/imports/{import.Id}"),
            http.RequestAborted);
        return taken.Refusal is { } refusal ? refusal.AsHttp() : taken.Value!;
    }

    private static async Task<IResult> Outcomes(ImportId importId, HttpContext http, IMediator mediator, StagedRows rows, string? format = null)
    {
        if ((await mediator.Send(new GetImport(importId), http.RequestAborted)).Refusal is { } refusal)
            return refusal.AsHttp();

        return RowFormat.Of(http, format) switch
        {
            null => Refusal.Validation(FormatParameter, "'format' is json, ndjson or csv.").AsHttp(),
            { IsStream: true } stream => stream.Stream(http, rows.All(importId, WireImportRow.Of, WireImportRow.Columns, http.RequestAborted), WireImportRow.Cells),
            _ => await Page(importId, http),
        };
    }

    private static async Task<IResult> Page(ImportId importId, HttpContext http)
    {
        var bound = ListBinding.Bind(http.Request.Query, Rows, Positions.MinPosition, FormatParameter);
        if (!bound.IsValid)
            return bound.Errors.AsRefusal().AsHttp();

        var page = await Rows.ReadAsync(
            http.RequestServices.GetRequiredService<NpgsqlDataSource>(), new(WireImportRow.Columns, $"{StagedRows.Name} r", "r.import = $1", importId.Value), bound.Value, null,
            WireImportRow.Of, http.RequestAborted);
        if (!page.IsValid)
            return page.Errors.AsRefusal().AsHttp();
        http.WritePaging(bound.Value, page.Value);
        return Results.Json(page.Value.Rows, HttpJson.Options);
    }
}
