using System.Text.Json;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Projections;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>What every endpoint is described with and none says itself: its id, its parameters, its errors, its headers, whether it wants a token.</summary>
internal static class OpenApiOperations
{
    private static readonly (int Status, string When)[] Problem =
    [
        (400, "The request is wrong, or a rule forbids it; `code` says which."),
        (401, "No valid token."),
        (403, "The role or the token's scopes do not allow it."),
        (404, "It does not exist, or not for this caller."),
        (409, "It collides with something that exists."),
        (412, "`If-Match` names an older version."),
        (413, "The body is too large."),
        (415, "The body has another type than the operation takes."),
        (416, "The file has no such range."),
        (422, "The Idempotency-Key was used with another request."),
        (429, "Too many requests."),
        (503, "Not now: the read model has not reached `minPosition`, or the service is starting or stopping."),
    ];

    private static readonly int[] OfEverything = [400, 401, 403, 404, 429, 503];
    private static readonly int[] OfCommands = [409, 412, 422];
    private static readonly int[] OfBodies = [413, 415];
    private static readonly int[] OfRanges = [412, 416];

    public static Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var list = metadata.OfType<ListDescription>().FirstOrDefault();
        var (method, path) = (context.Description.HttpMethod!, context.Description.RelativePath!);
        operation.OperationId = metadata.OfType<IEndpointNameMetadata>().LastOrDefault()?.EndpointName ?? OperationIds.Of(method, path, list is not null);
        operation.Security = metadata.OfType<IAllowAnonymous>().Any() ? [] : [new() { [new OpenApiSecuritySchemeReference(OpenApiSetup.SecurityScheme, context.Document)] = [] }];

        AddParameters(operation, context, list);
        AddProblems(operation, context.Document!, method);
        AddHeaders(operation, list, method);
        AddExample(operation);
        return Task.CompletedTask;
    }

    /// <summary>The one schema and the responses that all operations point to.</summary>
    public static async Task AddProblemsAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        var schema = await context.GetOrCreateSchemaAsync(typeof(Problem), cancellationToken: cancellation);
        document.AddComponent(nameof(Api.Problem), schema);
        foreach (var (status, when) in Problem)
        {
            document.AddComponent($"{status}", new OpenApiResponse
            {
                Description = when,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [Problems.ContentType] = new() { Schema = new OpenApiSchemaReference(nameof(Api.Problem), document) },
                },
            });
        }
    }

    private static void AddProblems(OpenApiOperation operation, OpenApiDocument document, string method)
    {
        operation.Responses ??= [];
        var statuses = OfEverything.Concat(method == "GET" ? [] : OfCommands).Concat(operation.RequestBody is null ? [] : OfBodies)
            .Concat(operation.Responses.ContainsKey("206") ? OfRanges : []);
        foreach (var status in statuses.Order())
            operation.Responses.TryAdd($"{status}", new OpenApiResponseReference($"{status}", document));
    }

    private static void AddParameters(OpenApiOperation operation, OpenApiOperationTransformerContext context, ListDescription? list)
    {
        var (method, path, metadata) = (context.Description.HttpMethod!, context.Description.RelativePath!, context.Description.ActionDescriptor.EndpointMetadata);
        var asks = method == "GET" || path.EndsWith("/access/check", StringComparison.Ordinal);
        operation.Parameters ??= [];
        foreach (var bound in operation.Parameters.OfType<OpenApiParameter>())
            Correct(bound, context.Description.ParameterDescriptions.FirstOrDefault(parameter => parameter.Name == bound.Name)?.ParameterDescriptor?.ParameterType);

        foreach (var id in metadata.OfType<PathId>())
            operation.Parameters.Insert(operation.Parameters.Count(parameter => parameter.In == ParameterLocation.Path), new OpenApiParameter { Name = id.Name, In = ParameterLocation.Path, Required = true, Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" } });

        foreach (var shared in (list is not null ? OfList(list, context.Document!) : []).Concat(!asks ? OfCommand(path) : metadata.OfType<AnswersForNow>().Any() ? [OfReader] : OfQuestion))
        {
            if (operation.Parameters.All(parameter => parameter.Name != shared.Name))
                operation.Parameters.Add(shared);
        }
    }

    /// <summary>Names are the wire's, and what is read from text is still described as what it is.</summary>
    private static void Correct(OpenApiParameter parameter, Type? type)
    {
        parameter.Name = JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!);
        if (type is not null && OpenApiSchemas.IsId(type))
            parameter.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" };
    }

    private static IEnumerable<OpenApiParameter> OfQuestion =>
        [Query(Positions.AsOf, new() { Type = JsonSchemaType.String }, "A past moment: a position, or a time in ISO 8601. The answer is as it was."), OfReader];

    private static OpenApiParameter OfReader =>
        Query(Positions.MinPosition, new() { Type = JsonSchemaType.Integer, Minimum = "0" }, "Waits until the answer reflects this position, two seconds at most.");

    /// <summary>What operators ask for changes no resource: it has no version, and asked again it is the same.</summary>
    private static IEnumerable<OpenApiParameter> OfCommand(string path) => path.StartsWith("v3/operations/", StringComparison.Ordinal)
        ? [Query(Sending.DryRun, new() { Type = JsonSchemaType.Boolean }, "With true: the same answer, and nothing is done.")]
        :
    [
        Header(Sending.IdempotencyHeader, "The same key with the same request is answered once and the same, for at least 24 hours.", 256),
        Query(Sending.DryRun, new() { Type = JsonSchemaType.Boolean }, "With true: 200 with the events it would append, who would gain and lose access, and the seats. Nothing is changed."),
        .. path.Contains('{', StringComparison.Ordinal) ? [Header("If-Match", "The ETag the change is meant for; 412 when it is no longer current.")] : (OpenApiParameter[])[],
    ];

    private static IEnumerable<OpenApiParameter> OfPages(int most) =>
    [
        Query("page", new() { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = $"{ListRequest.MaxPage}" }, "The page, from 1."),
        Query("limit", new() { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = $"{most}", Default = 20 }, "Rows of a page."),
        .. OfOrder,
        Query("cursor", new() { Type = JsonSchemaType.String }, "From the Link header of the page before."),
        Query("count", new() { Type = JsonSchemaType.Boolean }, "With true the header X-Total-Count says how many rows there are."),
    ];

    private static IEnumerable<OpenApiParameter> OfOrder =>
    [
        Query("sort", new() { Type = JsonSchemaType.String }, "Up to six fields joined by '|', each with a leading + or -: -createdAt|+name."),
        Query("search", new() { Type = JsonSchemaType.String, MaxLength = ListRequest.MaxSearchLength }, "Text that some field contains, ignoring case."),
    ];

    private static IEnumerable<OpenApiParameter> OfList(ListDescription list, OpenApiDocument document) =>
    [
        .. list.IsPaged ? OfPages(list.Listing.MaxLimit) : list.IsOrdered ? OfOrder : [],
        OfReader,
        .. list.AlsoKnown.Where(name => list.Listing.Find(name) is null).Select(name => name.EndsWith("Id", StringComparison.Ordinal)
            ? Query(name, new() { Type = JsonSchemaType.String, Format = "uuid" }, "An id.")
            : name == ActivationEndpoints.Include ? Query(name, new() { Type = JsonSchemaType.String }, "What to show with each row: user, organization, or both, separated by a comma.")
            : name == MonitoringEndpoints.Format ? Query(name, new() { Type = JsonSchemaType.String }, "json for pages; ndjson or csv for all rows, as a stream.")
            : Query(name, new() { Type = JsonSchemaType.String, Format = "date-time" }, "A time in ISO 8601.")),
        .. list.Listing.FieldNames.Select(name => list.Listing.Find(name)!).Select(field => Filter(field, document)),
        .. list.Listing.OlderNames.Select(Older),
    ];

    private static OpenApiParameter Older(OlderName older) => new()
    {
        Name = older.Name,
        In = ParameterLocation.Query,
        Deprecated = true,
        Description = $"The older name of `{older.Field}[{ListOperators.Name(older.Operator)}]`.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private static OpenApiParameter Filter(ListField field, OpenApiDocument document)
    {
        var name = $"{field.Kind}Filter";
        document.AddComponent(name, new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = field.Operators.ToDictionary(ListOperators.Name, _ => (IOpenApiSchema)new OpenApiSchema { Type = JsonSchemaType.String }),
        });
        return new()
        {
            Name = field.Name,
            In = ParameterLocation.Query,
            Style = ParameterStyle.DeepObject,
            Explode = true,
            Description = $"Filter, as in `{field.Name}[eq]=...`; without an operator it means eq.{(field.Values.Count > 0 ? $" Values: {string.Join(", ", field.Values)}." : "")}",
            Schema = new OpenApiSchemaReference(name, document),
        };
    }

    private static void AddHeaders(OpenApiOperation operation, ListDescription? list, string method)
    {
        if (operation.Responses?.FirstOrDefault(response => response.Key[0] == '2').Value is not OpenApiResponse answer)
            return;

        answer.Headers ??= new Dictionary<string, IOpenApiHeader>();
        if (list is not null || method != "GET")
            answer.Headers[Sending.PositionHeader] = Says(JsonSchemaType.Integer, "The position (event sequence) that the answer reflects.");
        if (list is { IsPaged: true })
        {
            answer.Headers["Link"] = Says(JsonSchemaType.String, "The address of the next page, with rel=\"next\", when there is one.");
            answer.Headers["X-Total-Count"] = Says(JsonSchemaType.Integer, "How many rows there are, when count=true asks for it.");
        }
        else if (list is null && answer.Content is { Count: > 0 })
        {
            answer.Headers["ETag"] = Says(JsonSchemaType.String, "The version of the resource, for If-Match, when it is one resource.");
        }
    }

    private static void AddExample(OpenApiOperation operation)
    {
        if (OpenApiExamples.Bodies.TryGetValue(operation.OperationId!, out var example) && operation.RequestBody?.Content?.Values.FirstOrDefault() is { } body)
            body.Example = JsonNode.Parse(example);
    }

    private static OpenApiHeader Says(JsonSchemaType type, string description) => new() { Description = description, Schema = new OpenApiSchema { Type = type } };

    private static OpenApiParameter Query(string name, OpenApiSchema schema, string description) =>
        new() { Name = name, In = ParameterLocation.Query, Description = description, Schema = schema };

    private static OpenApiParameter Header(string name, string description, int? most = null) =>
        new() { Name = name, In = ParameterLocation.Header, Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = most } };
}
