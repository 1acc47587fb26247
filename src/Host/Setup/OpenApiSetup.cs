using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Projections;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>Which list an endpoint answers, so that its parameters can be described.</summary>
internal sealed record ListDescription(Listing Listing, IReadOnlyList<string> AlsoKnown);

/// <summary>The description of the API (OpenAPI 3.1), generated from the endpoints, and a page to read and try it.</summary>
internal static class OpenApiSetup
{
    public const string DocumentName = "v3";

    private static readonly (int Status, string When)[] CommonErrors =
    [
        (400, "The request is wrong, or a rule forbids it; 'code' says which."),
        (401, "No valid token."),
        (403, "The role or the token's scopes do not allow it."),
        (404, "It does not exist, or not for this caller."),
        (429, "Too many requests."),
    ];

    private static readonly (int Status, string When)[] CommandErrors =
    [
        (409, "It collides with something that exists."),
        (412, "'If-Match' names an older version."),
        (413, "The body is too large."),
        (415, "The body is not JSON."),
        (422, "The Idempotency-Key was used with another request."),
    ];

    public static void AddApiDescription(this IServiceCollection services) => services.AddOpenApi(DocumentName, options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "EventSourcedOrgs",
                Version = "3",
                Description = "Customer organizations, their users, groups, licenses and who may use what. Every change is an event.",
            };
            document.Servers = [new() { Url = "/" }];
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["Bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An access token from the login, or a personal access token." },
            };
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer(DescribeAsync);
        options.AddOperationTransformer(DescribeAsync);
    });

    public static void MapApiDescription(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").ShortCircuitFreely();
        app.MapScalarApiReference("/docs/api", options => options
            .WithTitle("EventSourcedOrgs API").WithOpenApiRoutePattern("/openapi/{documentName}.json").AddDocument(DocumentName).DisableDefaultFonts())
            .ShortCircuitFreely();
    }

    /// <summary>Says on an endpoint which list it answers.</summary>
    public static RouteHandlerBuilder WithList(this RouteHandlerBuilder endpoint, Listing listing, params string[] alsoKnown) =>
        endpoint.WithMetadata(new ListDescription(listing, alsoKnown));

    private static IEndpointConventionBuilder ShortCircuitFreely(this IEndpointConventionBuilder endpoint) => endpoint.WithMetadata(new ExcludeFromDescriptionAttribute());

    private static async Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        var optional = type != context.JsonTypeInfo.Type ? JsonSchemaType.Null : default;
        if (type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IId<>)))
            (schema.Type, schema.Format) = (JsonSchemaType.String | optional, "uuid");
        else if (type == typeof(DateTimeOffset))
            (schema.Type, schema.Format) = (JsonSchemaType.String | optional, "date-time");
        else if (type == typeof(Role))
            schema.Type = JsonSchemaType.String | optional;
        else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueList<>))
        {
            schema.Type = JsonSchemaType.Array;
            schema.Items = await context.GetOrCreateSchemaAsync(type.GetGenericArguments()[0], cancellationToken: cancellation);
        }
        else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>))
        {
            var inner = await context.GetOrCreateSchemaAsync(type.GetGenericArguments()[0], cancellationToken: cancellation);
            (schema.Type, schema.Format, schema.Items, schema.Properties) = ((inner.Type ?? JsonSchemaType.Object) | JsonSchemaType.Null, inner.Format, inner.Items, inner.Properties);
        }

        if (type.IsEnum)
            schema.Type = JsonSchemaType.String | optional;
    }

    private static async Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var problem = await context.GetOrCreateSchemaAsync(typeof(Problem), cancellationToken: cancellation);
        var isCommand = context.Description.HttpMethod is not "GET";
        operation.Responses ??= [];
        foreach (var (status, when) in isCommand ? CommonErrors.Concat(CommandErrors) : CommonErrors.Append((503, "The read model has not reached 'minPosition'.")))
        {
            operation.Responses.TryAdd($"{status}", new OpenApiResponse
            {
                Description = when,
                Content = new Dictionary<string, OpenApiMediaType> { [Problems.ContentType] = new OpenApiMediaType { Schema = problem } },
            });
        }

        operation.Parameters ??= [];
        if (!isCommand)
            operation.Parameters.Add(Query(Positions.AsOf, JsonSchemaType.String, "A past moment: a position, or a time in ISO 8601. The answer is as it was."));
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<ListDescription>().FirstOrDefault() is { } list)
        {
            foreach (var parameter in OfList(list))
                operation.Parameters.Add(parameter);
        }
        else if (isCommand)
        {
            operation.Parameters.Add(Header(Sending.IdempotencyHeader, "The same key with the same request is answered once and the same."));
            if (context.Description.RelativePath!.Contains('{', StringComparison.Ordinal))
                operation.Parameters.Add(Header("If-Match", "The ETag the change is meant for; 412 when it is no longer current."));
        }

        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<AnonymousEndpoint>().FirstOrDefault() is null)
            operation.Security = [new() { [new OpenApiSecuritySchemeReference("Bearer", context.Document)] = [] }];
    }

    private static IEnumerable<OpenApiParameter> OfList(ListDescription list) =>
    [
        Query("page", JsonSchemaType.Integer, "The page, from 1."),
        Query("limit", JsonSchemaType.Integer, "Rows of a page, 1 to 100; 20 by default."),
        Query("sort", JsonSchemaType.String, "Up to six fields joined by '|', each with a leading + or -: -createdAt|+name."),
        Query("search", JsonSchemaType.String, "Text that some field contains, ignoring case."),
        Query("cursor", JsonSchemaType.String, "From the Link header of the page before."),
        Query("count", JsonSchemaType.Boolean, "With true the header X-Total-Count says how many rows there are."),
        Query(Positions.MinPosition, JsonSchemaType.Integer, "Waits until the list reflects this position, two seconds at most."),
        .. list.AlsoKnown.Select(name => Query(name, JsonSchemaType.String, "An id.")),
        .. list.Listing.FieldNames.Select(name => list.Listing.Find(name)!).Select(Filter),
    ];

    private static OpenApiParameter Filter(ListField field) => new()
    {
        Name = field.Name,
        In = ParameterLocation.Query,
        Style = ParameterStyle.DeepObject,
        Explode = true,
        Description = $"Filter by {field.Name}; also without an operator, which means eq.",
        Schema = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = field.Operators.ToDictionary(op => op.ToString().ToLowerInvariant(), _ => (IOpenApiSchema)new OpenApiSchema { Type = JsonSchemaType.String }),
        },
    };

    private static OpenApiParameter Query(string name, JsonSchemaType type, string description) =>
        new() { Name = name, In = ParameterLocation.Query, Description = description, Schema = new OpenApiSchema { Type = type } };

    private static OpenApiParameter Header(string name, string description) =>
        new() { Name = name, In = ParameterLocation.Header, Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
}

/// <summary>Marks an endpoint that needs no token.</summary>
internal sealed class AnonymousEndpoint;
