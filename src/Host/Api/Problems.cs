using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using EventSourcedOrgs.Domain;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;
using Npgsql;

namespace EventSourcedOrgs.Host.Api;

/// <summary>The one body of every error (RFC 9457), with the members <c>message</c> and <c>code</c> that clients of the v3 contract read.</summary>
internal sealed record Problem(
    string Type, string Title, int Status, string Detail, string TraceId, string Message, string Code,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string[]>? Errors);

/// <summary>Turns every "no" and every failure into a problem, in one place.</summary>
internal static partial class Problems
{
    public const string ContentType = "application/problem+json";

    private const string IdSuffix = "Id";

    public static Refusal MalformedBody { get; } = new("MALFORMED_BODY", RefusalKind.Invalid, "The body is not valid JSON.");
    public static Refusal MissingBody { get; } = new("MALFORMED_BODY", RefusalKind.Invalid, "A JSON body is required.");
    public static Refusal RouteNotFound { get; } = new("ROUTE_NOT_FOUND", RefusalKind.NotFound, "There is nothing at this address.");

    public static Refusal UnknownField(string name) => new("UNKNOWN_FIELD", RefusalKind.Invalid, $"'{name}' is not a field of this request.", name);

    public static Refusal UnreadableParameter(string name, string value) => new("INVALID_PARAMETER", RefusalKind.Invalid, $"'{name}' cannot be read from '{value}'.");

    /// <summary>The refusals of the protocol itself, by the status they have.</summary>
    public static IReadOnlyDictionary<int, (string Code, string Message)> OfStatus { get; } = new Dictionary<int, (string, string)>
    {
        [400] = ("BAD_REQUEST", "The request cannot be read."),
        [401] = (Refusal.Unauthenticated.Code, Refusal.Unauthenticated.Message),
        [403] = (Refusal.Forbidden.Code, Refusal.Forbidden.Message),
        [404] = (RouteNotFound.Code, RouteNotFound.Message),
        [405] = ("METHOD_NOT_ALLOWED", "This address does not know this method."),
        [406] = ("NOT_ACCEPTABLE", "None of the accepted media types can be given."),
        [412] = (Refusal.VersionMismatch.Code, Refusal.VersionMismatch.Message),
        [413] = ("BODY_TOO_LARGE", "The body is larger than 1 MiB."),
        [415] = ("UNSUPPORTED_MEDIA_TYPE", "Send 'Content-Type: application/json'."),
        [416] = ("RANGE_NOT_SATISFIABLE", "The file has no such range."),
        [429] = ("TOO_MANY_REQUESTS", "Too many requests. Wait as long as Retry-After says."),
        [500] = ("INTERNAL_ERROR", "Something broke on our side. The trace id helps to find it."),
        [503] = ("UNAVAILABLE", "The service cannot answer now. Try again."),
    };

    public static int StatusOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Invalid or RefusalKind.Rule => 400,
        RefusalKind.Unauthenticated => 401,
        RefusalKind.Forbidden => 403,
        RefusalKind.NotFound => 404,
        RefusalKind.Conflict => 409,
        RefusalKind.Stale => 412,
        RefusalKind.TooLarge => 413,
        RefusalKind.Unprocessable => 422,
        RefusalKind.TooMany => 429,
        RefusalKind.Unavailable => 503,
        _ => throw new UnreachableException($"{kind} has no status."),
    };

    /// <summary>An address that names a resource by what is no id: of that kind there is none.</summary>
    internal static Refusal NoId(string resource) => Refusal.NotFound($"{char.ToUpperInvariant(resource[0])}{resource[1..]}");

    public static IResult AsHttp(this Refusal refusal) => new RefusalResult(refusal);

    public static Task Write(HttpContext http, Refusal refusal) => Write(http, StatusOf(refusal.Kind), refusal.Code, refusal.Message, ErrorsOf(refusal));

    public static Task WriteStatus(HttpContext http, int status) => OfStatus.TryGetValue(status, out var known)
        ? Write(http, status, known.Code, known.Message, null)
        : Write(http, status, $"HTTP_{status}", ReasonPhrases.GetReasonPhrase(status), null);

    /// <summary>What was thrown: a request that cannot be read is the caller's, anything else is ours.</summary>
    public static Task WriteException(HttpContext http)
    {
        var failure = http.Features.Get<IExceptionHandlerFeature>();
        var (thrown, path) = (failure?.Error, failure?.RouteValues);
        return thrown switch
        {
            RefusedException refused => Write(http, refused.Refusal),
            BadHttpRequestException { InnerException: JsonException json } => Write(http, OfJson(json)),
            BadHttpRequestException { StatusCode: not 400 } bad => WriteStatus(http, bad.StatusCode),
            BadHttpRequestException bad => Write(http, OfBinding(bad.Message, path)),
            _ when IsOutage(thrown) => WriteStatus(http, StatusCodes.Status503ServiceUnavailable),
            _ => WriteStatus(http, StatusCodes.Status500InternalServerError),
        };
    }

    /// <summary>The database or the storage of files cannot be reached, or has no room left: not the caller's fault, and over when it is back.</summary>
    public static bool IsOutage(Exception? thrown) =>
        thrown is NpgsqlException { IsTransient: true } or TimeoutException or AmazonServiceException or HttpRequestException or UnauthorizedAccessException
        || (thrown is IOException && thrown is not BadHttpRequestException) || (thrown?.InnerException is { } inner && IsOutage(inner));

    private static Task Write(HttpContext http, int status, string code, string message, IReadOnlyDictionary<string, string[]>? errors)
    {
        http.Response.StatusCode = status;
        if (status == StatusCodes.Status401Unauthorized)
            http.Response.Headers.WWWAuthenticate = "Bearer";
        if (status == StatusCodes.Status503ServiceUnavailable)
            http.Response.Headers.RetryAfter = "1";
        var problem = new Problem(
            $"{ErrorCatalogue.Address}#{code}", ReasonPhrases.GetReasonPhrase(status), status, message, Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier, message, code, errors);
        return http.Response.WriteAsJsonAsync(problem, HttpJson.Options, ContentType, http.RequestAborted);
    }

    private static Dictionary<string, string[]>? ErrorsOf(Refusal refusal) =>
        refusal.Errors.Count > 0 ? refusal.Errors.GroupBy(error => error.Pointer).ToDictionary(field => field.Key, field => field.Select(error => error.Message).ToArray())
        : refusal.Field is { } field ? new() { [$"/{field}"] = [refusal.Message] }
        : null;

    private static readonly string[] WrongType = ["could not be converted", "The value is not", "cannot hold null"];

    /// <summary>System.Text.Json says in words what is wrong with a document; tests hold us to understanding them.</summary>
    public static Refusal OfJson(JsonException json)
    {
        var pointer = PointerOf(json.Path);
        if (Unmapped().Match(json.Message) is { Success: true } unmapped)
            return UnknownField(unmapped.Groups["name"].Value);
        if (Missing().Match(json.Message) is { Success: true } missing)
            return Refusal.Validation(Quoted().Matches(missing.Groups["names"].Value).Select(name => new FieldError($"{pointer}/{name.Groups[1].Value}", "is required.")).ToValueList());
        if (NotNull().Match(json.Message) is { Success: true } notNull)
            return Refusal.Validation([new(pointer.Length > 0 ? pointer : $"/{notNull.Groups["name"].Value}", "must not be null.")]);
        return WrongType.Any(words => json.Message.Contains(words, StringComparison.Ordinal))
            ? Refusal.Validation([new(pointer, "has the wrong type.")])
            : json.Message.Contains("Duplicate property", StringComparison.Ordinal) ? MalformedBody with { Message = "A field is given twice." }
            : MalformedBody;
    }

    private static Refusal OfBinding(string message, RouteValueDictionary? path) =>
        Unbound().Match(message) is { Success: true } unbound
            ? OfUnbound(unbound.Groups["type"].Value, unbound.Groups["name"].Value, unbound.Groups["value"].Value, path)
            : message.Contains("body", StringComparison.OrdinalIgnoreCase) ? MissingBody
            : Absent().Match(message) is { Success: true } absent ? AbsentParameter(JsonNamingPolicy.CamelCase.ConvertName(absent.Groups["name"].Value))
            : new(OfStatus[400].Code, RefusalKind.Invalid, OfStatus[400].Message);

    private static Refusal OfUnbound(string type, string name, string value, RouteValueDictionary? path) =>
        path?.ContainsKey(name) == true && name.EndsWith(IdSuffix, StringComparison.Ordinal)
            ? NoId((type == nameof(Guid) ? name : type)[..^IdSuffix.Length])
            : UnreadableParameter(name, Short(value));

    private static Refusal AbsentParameter(string name) => new("INVALID_PARAMETER", RefusalKind.Invalid, $"'{name}' is required.", $"?{name}");

    private static string Short(string text) => text.Length <= 64 ? text : text[..64] + "...";

    private static string PointerOf(string? path) => path is null or "$" ? "" : path
        .Replace("$", "", StringComparison.Ordinal).Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)
        .Replace('.', '/');

    [GeneratedRegex("^The JSON property '(?<name>.*)' could not be mapped", RegexOptions.Singleline)]
    private static partial Regex Unmapped();

    [GeneratedRegex("missing required properties including: (?<names>.*)", RegexOptions.Singleline)]
    private static partial Regex Missing();

    [GeneratedRegex("(?:parameter|property|field) '(?<name>[^']+)' on type .* doesn't allow")]
    private static partial Regex NotNull();

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Quoted();

    [GeneratedRegex("^Failed to bind parameter \"(?<type>[^ ]+) (?<name>[^\"]+)\" from \"(?<value>.*)\"", RegexOptions.Singleline)]
    private static partial Regex Unbound();

    [GeneratedRegex("^Required parameter \"[^ ]+ (?<name>[^\"]+)\" was not provided")]
    private static partial Regex Absent();

    private sealed class RefusalResult(Refusal refusal) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => Write(httpContext, refusal);
    }
}
