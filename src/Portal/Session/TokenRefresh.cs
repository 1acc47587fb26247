using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EventSourcedOrgs.Portal.Api;

namespace EventSourcedOrgs.Portal;

/// <summary>
/// Gets the next pair of tokens shortly before one ends. A refresh token is good once, and a browser may send several requests with it at a time: they share one refresh,
/// whose answer is kept for a little while for those that come with the old cookie. Only a refusal of the service ends a sign-in: while it does not answer, the tokens that there are go on.
/// </summary>
public sealed class TokenRefresh(ApiConnection connection, TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static Problem NoAnswer { get; } = OwnProblem.Of(StatusCodes.Status503ServiceUnavailable, "UNAVAILABLE", "The service cannot answer now. Try again.");

    private readonly ConcurrentDictionary<string, (Lazy<Task<SessionTokens?>> Tokens, DateTimeOffset Since)> running = new();

    /// <summary>Tokens as a cookie holds them: the access token says how long it is good.</summary>
    public static SessionTokens Of(Tokens tokens) => new(tokens.AccessToken, tokens.RefreshToken, ExpiryOf(tokens.AccessToken) - Margin);

    public bool IsDue(SessionTokens tokens) => tokens.RefreshAt <= clock.GetUtcNow();

    /// <summary>The next pair, or null when the sign-in is over; the same pair while there is no answer and it is still good.</summary>
    public async Task<SessionTokens?> Next(SessionTokens tokens, HttpContext browser)
    {
        var now = clock.GetUtcNow();
        foreach (var (key, entry) in running.Where(entry => now - entry.Value.Since > Kept || HasFailed(entry.Value.Tokens)))
            running.TryRemove(new(key, entry));
        try
        {
            return await running.GetOrAdd(tokens.RefreshToken, _ => (new(() => AskAsync(tokens, browser)), now)).Tokens.Value;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException or OperationCanceledException)
        {
            return clock.GetUtcNow() < tokens.RefreshAt + Margin ? tokens : throw new ApiException(NoAnswer);
        }
    }

    private async Task<SessionTokens?> AskAsync(SessionTokens tokens, HttpContext browser)
    {
        using var patience = new CancellationTokenSource(Patience);
        var call = Contract.LoginRefreshToken(new() { RefreshToken = tokens.RefreshToken });
        using var request = new HttpRequestMessage(call.Method, (Uri?)null) { Content = JsonContent.Create(call.Body, typeof(RefreshBody), options: ApiClient.Json) };
        connection.Introduce(request, browser);
        using var response = await connection.SendAsync(request, call.Path, patience.Token);
        if (IsRefusal(response))
            return null;
        response.EnsureSuccessStatusCode();
        return Of((await response.Content.ReadFromJsonAsync<Tokens>(ApiClient.Json, patience.Token))!);
    }

    /// <summary>By the service itself, and not by something between us and it.</summary>
    private static bool IsRefusal(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden && response.Content.Headers.ContentType?.MediaType is "application/problem+json";

    /// <summary>Whoever comes next asks anew.</summary>
    private static bool HasFailed(Lazy<Task<SessionTokens?>> asked) => asked is { IsValueCreated: true, Value: { IsCompleted: true, IsCompletedSuccessfully: false } };

    private static DateTimeOffset ExpiryOf(string token)
    {
        var payload = token.Split('.')[1].Replace('-', '+').Replace('_', '/');
        using var claims = JsonDocument.Parse(Convert.FromBase64String(payload.PadRight((payload.Length + 3) / 4 * 4, '=')));
        return DateTimeOffset.FromUnixTimeSeconds(claims.RootElement.GetProperty("exp").GetInt64());
    }
}
