using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace EventSourcedOrgs.Portal;

/// <summary>Keeps a session in a cookie that scripts cannot read, that other sites cannot send along, and that only the portals can open.</summary>
public sealed class SessionCookie(IDataProtectionProvider protection)
{
    public const string Name = "portal";
    private static readonly TimeSpan Life = TimeSpan.FromDays(30);

    private readonly IDataProtector protector = protection.CreateProtector("session");

    public SessionState Read(HttpRequest request)
    {
        if (request.Cookies[Name] is not { Length: > 0 } text)
            return new();
        try
        {
            return JsonSerializer.Deserialize<SessionState>(protector.Unprotect(text)) ?? new();
        }
        catch (Exception e) when (e is CryptographicException or JsonException or FormatException)
        {
            return new();
        }
    }

    public void Write(HttpContext http, SessionState state)
    {
        if (state == new SessionState())
            http.Response.Cookies.Delete(Name, Options(http.Request, DateTimeOffset.UnixEpoch));
        else
            http.Response.Cookies.Append(Name, protector.Protect(JsonSerializer.Serialize(state)), Options(http.Request, DateTimeOffset.UtcNow + Life));
    }

    private static CookieOptions Options(HttpRequest request, DateTimeOffset until) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = request.IsHttps, Path = "/", Expires = until, IsEssential = true };
}
