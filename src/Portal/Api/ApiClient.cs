using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using EventSourcedOrgs.Portal.Components;

namespace EventSourcedOrgs.Portal.Api;

/// <summary>Where the service is, and how the portal tells it whose browser a request is for.</summary>
public sealed class ApiConnection(PortalOptions options) : IDisposable
{
    private const int MostQuestions = 256;

    private readonly HttpClient http = new(Connections(MostQuestions)) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly HttpClient streams = new(Connections(int.MaxValue)) { Timeout = Timeout.InfiniteTimeSpan };

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string path, CancellationToken cancellation) => SendAsync(http, request, path, cancellation);

    /// <summary>For an answer that goes on for long: however many of them there are, they take no connection from questions.</summary>
    public Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, string path, CancellationToken cancellation) => SendAsync(streams, request, path, cancellation);

    /// <summary>The service takes the address from nobody who does not know the key.</summary>
    public void Introduce(HttpRequestMessage request, HttpContext browser)
    {
        request.Headers.TryAddWithoutValidation("User-Agent", browser.Request.Headers.UserAgent.ToString());
        if (options.ForwardingKey is not { } key || browser.Connection.RemoteIpAddress is not { } address)
            return;
        request.Headers.Add(PortalOptions.ForwardingKeyHeader, key);
        request.Headers.Add(PortalOptions.ForwardedAddressHeader, address.ToString());
    }

    public void Dispose()
    {
        http.Dispose();
        streams.Dispose();
    }

    private static SocketsHttpHandler Connections(int most) => new() { AllowAutoRedirect = false, UseCookies = false, MaxConnectionsPerServer = most };

    private Task<HttpResponseMessage> SendAsync(HttpClient through, HttpRequestMessage request, string path, CancellationToken cancellation)
    {
        request.RequestUri = new Uri(options.ApiAddress(), path);
        return through.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }
}

/// <summary>The service as one signed-in person reaches it: their token, the positions of their own changes, the past moment they look at.</summary>
public sealed class ApiClient(ApiConnection connection, PortalSession session, IHttpContextAccessor browser)
{
    private const string PositionHeader = "X-Position";
    private const string TotalHeader = "X-Total-Count";

    /// <summary>How often it is looked whether the same form, sent before, is done.</summary>
    private const int Patience = 20;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>What people do about themselves has nothing to do with the moment they look at.</summary>
    private static readonly string[] Personal = ["/v3/accounts/", "/v3/me"];

    private static Problem Past { get; } = OwnProblem.Of(StatusCodes.Status400BadRequest, "PAST_IS_PAST", "You are looking at a past moment, and nothing can be changed there. Go back to now first.");

    private readonly ConcurrentDictionary<string, string> versions = new();
    private int sent;

    /// <summary>How many requests this page has cost so far.</summary>
    public int Sent => sent;

    /// <summary>The position that everything on this page reflects at least; what happens after it is news to who reads the page.</summary>
    public long Reflects { get; private set; } = long.MaxValue;

    /// <summary>The version in which this page got what is at an address of the service.</summary>
    public string? VersionOf(string path) => versions.GetValueOrDefault(path);

    private HttpContext Browser => browser.HttpContext!;

    /// <summary>Asks a question; a problem ends the page.</summary>
    public async Task<T> Ask<T>(Call<T> call)
    {
        using var response = await SendAsync(call, session.AsOf);
        return await ReadAsync<T>(response);
    }

    /// <summary>Asks how it is now, whatever moment is looked at.</summary>
    public async Task<T> Now<T>(Call<T> call)
    {
        using var response = await SendAsync(call, asOf: null);
        return await ReadAsync<T>(response);
    }

    /// <summary>Asks for one page of a list and how long the whole is.</summary>
    public async Task<Rows<T>> List<T>(Call<IReadOnlyList<T>> call, ListQuery page)
    {
        using var response = await SendAsync(call with { Query = page.AsQuery(call.Knows).And(call.Query ?? new()) }, session.AsOf);
        var items = await ReadAsync<IReadOnlyList<T>>(response);
        return new(items, HeaderOf(response, TotalHeader));
    }

    /// <summary>All rows of a list that is short by its nature, such as the groups of an organization.</summary>
    public async Task<IReadOnlyList<T>> All<T>(Call<IReadOnlyList<T>> call, int atMost = 1000)
    {
        const int limit = 100;
        List<T> all = [];
        for (var page = 1; all.Count < atMost; page++)
        {
            var query = new Query { ["limit"] = $"{limit}", ["page"] = $"{page}" };
            var rows = await Ask(call with { Query = query.And(call.Query ?? new()) });
            all.AddRange(rows);
            if (rows.Count < limit)
                break;
        }

        return all;
    }

    /// <summary>Asks a question whose refusal is part of the page.</summary>
    public async Task<Outcome<T>> Try<T>(Call<T> call)
    {
        using var response = await SendAsync(call, session.AsOf);
        return response.IsSuccessStatusCode ? new(await ReadAsync<T>(response), null) : new(default, await ProblemOf(response));
    }

    /// <summary>Sends a command; what refuses it is part of the outcome. From then on this person sees nothing older. A form that is sent twice is done once.</summary>
    public async Task<Outcome<T>> Send<T>(Call<T> call)
    {
        if (session.IsPast && !Personal.Any(call.Path.StartsWith))
            return new(default, Past);

        using var response = await SendOnceAsync(call);
        if (response.IsSuccessStatusCode && HeaderOf(response, PositionHeader) is { } position && call.Method != HttpMethod.Get)
            session.Reached(position);
        return response.IsSuccessStatusCode ? new(await ReadAsync<T>(response), null) : new(default, await ProblemOf(response));
    }

    /// <summary>What a command would do; nothing is changed.</summary>
    public async Task<Outcome<Preview>> Foresee<T>(Call<T> call)
    {
        using var response = await SendAsync(call, asOf: null, dryRun: true);
        return response.IsSuccessStatusCode ? new(await response.Content.ReadFromJsonAsync<Preview>(Json, Browser.RequestAborted), null) : new(null, await ProblemOf(response));
    }

    /// <summary>The answer as it comes, for files and streams; whoever asked disposes of it.</summary>
    public async Task<HttpResponseMessage> Open<T>(Call<T> call, Action<HttpRequestMessage>? prepare = null)
    {
        var response = await SendAsync(call, session.AsOf, prepare: prepare, isLong: true);
        if (response.IsSuccessStatusCode || (int)response.StatusCode is 304 or 416)
            return response;
        using (response)
            throw new ApiException(await ProblemOf(response));
    }

    private async Task<HttpResponseMessage> SendAsync<T>(Call<T> call, string? asOf, bool dryRun = false, Action<HttpRequestMessage>? prepare = null, bool isLong = false)
    {
        Interlocked.Increment(ref sent);
        using var request = new HttpRequestMessage(call.Method, (Uri?)null);
        connection.Introduce(request, Browser);
        if (session.Tokens is { } tokens)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.AccessToken);
        if (call.Body is HttpContent content)
            request.Content = content;
        else if (call.Body is { } body)
            request.Content = JsonContent.Create(body, body.GetType(), options: Json);
        prepare?.Invoke(request);
        var path = call.Path + Complete(call, asOf, dryRun).AsText();
        var response = await (isLong ? connection.OpenAsync(request, path, Browser.RequestAborted) : connection.SendAsync(request, path, Browser.RequestAborted));
        if (call.Method == HttpMethod.Get && HeaderOf(response, PositionHeader) is { } position)
            Reflects = Math.Min(Reflects, position);
        if (call.Method == HttpMethod.Get && response.Headers.ETag is { } version)
            versions[call.Path] = version.ToString();
        return response;
    }

    private async Task<HttpResponseMessage> SendOnceAsync<T>(Call<T> call)
    {
        var (once, shown) = (OnceFor(call), ShownFor(call));
        for (var patience = Patience; ; patience--)
        {
            var response = await SendAsync(call, asOf: null, prepare: request =>
            {
                once?.Invoke(request);
                if (shown is not null)
                    request.Headers.IfMatch.Add(shown);
            });
            if (once is null || patience == 0 || response.StatusCode != HttpStatusCode.Conflict || (await ProblemOf(response)).Code != "IDEMPOTENCY_KEY_IN_USE")
                return response;
            response.Dispose();
            await Task.Delay(BetweenLooks, Browser.RequestAborted);
        }
    }

    /// <summary>The key of a command: of the form as it was shown, and of what is in it, so that what was corrected is another command.</summary>
    private Action<HttpRequestMessage>? OnceFor<T>(Call<T> call)
    {
        if (session.Tokens is null || call.Body is HttpContent || (call.Method != HttpMethod.Post && call.Method != HttpMethod.Patch) || Personal.Any(call.Path.StartsWith)
            || new Posted(Browser.Request).TextOrNull(PostForm.Once) is not { } shown)
            return null;
        var body = call.Body is null ? [] : JsonSerializer.SerializeToUtf8Bytes(call.Body, call.Body.GetType(), Json);
        var key = Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes($"{shown} {call.Path}"), .. body]));
        return request => request.Headers.Add("Idempotency-Key", key);
    }

    /// <summary>The version that a form showed of what it changes: what others changed meanwhile is not written over unseen.</summary>
    private EntityTagHeaderValue? ShownFor<T>(Call<T> call) =>
        call.Method == HttpMethod.Patch && EntityTagHeaderValue.TryParse(new Posted(Browser.Request).TextOrNull(PostForm.Version), out var shown) ? shown : null;

    private Query Complete<T>(Call<T> call, string? asOf, bool dryRun)
    {
        var query = new Query().And(call.Query ?? new());
        if (asOf is not null && call.Understands("asOf"))
            query["asOf"] ??= asOf;
        else if (call.Understands("minPosition") && session.Position > 0 && query["asOf"] is null)
            query["minPosition"] = session.Position.ToString(CultureInfo.InvariantCulture);
        if (dryRun)
            query["dryRun"] = "true";
        return query;
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
            throw new ApiException(await ProblemOf(response));
        return typeof(T) == typeof(NoContent) ? (T)(object)new NoContent() : (await response.Content.ReadFromJsonAsync<T>(Json, Browser.RequestAborted))!;
    }

    private async Task<Problem> ProblemOf(HttpResponseMessage response)
    {
        try
        {
            if (JsonSerializer.Deserialize<Problem>(await response.Content.ReadAsStringAsync(Browser.RequestAborted), Json) is { } problem)
                return problem;
        }
        catch (JsonException)
        {
            // Something between us and the service answered in its own words: the status is all there is to tell.
        }

        return OwnProblem.Of((int)response.StatusCode, "UNAVAILABLE", "The service gave an answer that cannot be read.");
    }

    private static long? HeaderOf(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
