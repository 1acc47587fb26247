using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Projections;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>Which list an endpoint answers, in which order and in pages or whole, so that its parameters can be described.</summary>
internal sealed record ListDescription(Listing Listing, IReadOnlyList<string> AlsoKnown, bool IsPaged = true, bool IsOrdered = true);

/// <summary>The description of the API (OpenAPI 3.1), generated from the endpoints, and a page to read and try it.</summary>
internal static class OpenApiSetup
{
    public const string DocumentName = "v3";
    public const string SecurityScheme = "Bearer";

    public static void AddApiDescription(this IServiceCollection services) => services.AddOpenApi(DocumentName, options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.CreateSchemaReferenceId = OpenApiSchemas.NameOf;
        options.AddSchemaTransformer(OpenApiSchemas.DescribeAsync);
        options.AddOperationTransformer(OpenApiOperations.DescribeAsync);
        options.AddDocumentTransformer((document, context, cancellation) =>
        {
            Introduce(document);
            return OpenApiOperations.AddProblemsAsync(document, context, cancellation);
        });
    });

    public static void MapApiDescription(this WebApplication app)
    {
        app.MapErrorCatalogue();
        app.MapOpenApi("/openapi/{documentName}.json").WithMetadata(new ExcludeFromDescriptionAttribute());
        app.MapScalarApiReference("/docs/api", options => options
            .WithTitle("EventSourcedOrgs API").WithOpenApiRoutePattern("/openapi/{documentName}.json").AddDocument(DocumentName).DisableDefaultFonts())
            .WithMetadata(new ExcludeFromDescriptionAttribute());
    }

    /// <summary>Says on an endpoint which list it answers.</summary>
    public static RouteHandlerBuilder WithList(this RouteHandlerBuilder endpoint, Listing listing, params string[] alsoKnown) =>
        endpoint.WithMetadata(new ListDescription(listing, alsoKnown));

    /// <summary>Says on an endpoint that it filters like a list, and answers all at once.</summary>
    public static RouteHandlerBuilder WithFilters(this RouteHandlerBuilder endpoint, Listing listing, params string[] alsoKnown) =>
        endpoint.WithMetadata(new ListDescription(listing, alsoKnown, IsPaged: false, IsOrdered: false));

    /// <summary>Says on an endpoint that it answers all rows of a list, however many pages they are.</summary>
    public static RouteHandlerBuilder WithExport(this RouteHandlerBuilder endpoint, Listing listing, params string[] alsoKnown) =>
        endpoint.WithMetadata(new ListDescription(listing, alsoKnown, IsPaged: false));

    /// <summary>Says that an endpoint answers one question with one answer and a list of questions with a list.</summary>
    public static RouteHandlerBuilder OneForOneAndManyForMany(this RouteHandlerBuilder endpoint) => endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
    {
        var body = operation.Responses!["200"].Content!.Values.First();
        body.Schema = new OpenApiSchema { OneOf = [body.Schema!, new OpenApiSchema { Type = JsonSchemaType.Array, Items = body.Schema }] };
        return Task.CompletedTask;
    });

    private static void Introduce(OpenApiDocument document)
    {
        document.Info = new()
        {
            Title = "EventSourcedOrgs",
            Version = "3",
            Description = $"""
                Customer organizations, their users, groups, licenses and who may use what. Every change is an event.

                Errors are problems (RFC 9457) with a stable `code`; all codes are listed under [{ErrorCatalogue.Address}]({ErrorCatalogue.Address}).
                """,
        };
        document.Servers = [new() { Url = "/" }];
        document.Components ??= new();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [SecurityScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An access token from the login, or a personal access token.",
            },
        };
    }
}
