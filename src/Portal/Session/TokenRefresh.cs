using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using EventSourcedOrgs.Portal.Api;

namespace EventSourcedOrgs.Portal;

/// <summary>
/// Gets the next pair of tokens shortly before one ends. A refresh token is good once, and a browser may send several requests with it at a time: they share one refresh,
/// whose answer is kept for a little while for those that come with the old cookie.
/// </summary>
public sealed class TokenRefresh(ApiConnection connection, TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<string, (Lazy<Task<SessionTokens?>> Tokens, DateTimeOffset Since)> running = new();

    /// <summary>Tokens as a cookie holds them: the access token says how long it is good.</summary>
    public static SessionTokens Of(Tokens tokens) => new(tokens.AccessToken, tokens.RefreshToken, ExpiryOf(tokens.AccessToken) - Margin);

    public bool IsDue(SessionTokens tokens) => tokens.RefreshAt <= clock.GetUtcNow();

    /// <summary>The next pair, or null when the sign-in is over.</summary>
    public Task<SessionTokens?> Next(SessionTokens tokens, HttpContext browser)
    {
        var now = clock.GetUtcNow();
        foreach (var (key, entry) in running.Where(entry => now - entry.Value.Since > Kept))
            running.TryRemove(new(key, entry));
        return running.GetOrAdd(tokens.RefreshToken, _ => (new(() => AskAsync(tokens, browser)), now)).Tokens.Value;
    }

    private async Task<SessionTokens?> AskAsync(SessionTokens tokens, HttpContext browser)
    {
        using var patience = new CancellationTokenSource(Patience);
        var call = Contract.LoginRefreshToken(new() { RefreshToken = tokens.RefreshToken });
        using var request = new HttpRequestMessage(call.Method, (Uri?)null) { Content = JsonContent.Create(call.Body, typeof(RefreshBody), options: ApiClient.Json) };
        connection.Introduce(request, browser);
        using var response = await connection.SendAsync(request, call.Path, patience.Token);
        return response.IsSuccessStatusCode ? Of((await response.Content.ReadFromJsonAsync<Tokens>(ApiClient.Json, patience.Token))!) : null;
    }

    private static DateTimeOffset ExpiryOf(string token)
    {
        var payload = token.Split('.')[1].Replace('-', '+').Replace('_', '/');
        using var claims = JsonDocument.Parse(Convert.FromBase64String(payload.PadRight((payload.Length + 3) / 4 * 4, '=')));
        return DateTimeOffset.FromUnixTimeSeconds(claims.RootElement.GetProperty("exp").GetInt64());
    }
}
