using System.Net;
using System.Security.Cryptography;
using System.Text;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Portal;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>
/// Mounts the portals, which reach the service like anybody else, over HTTP: at the address of this Host, or at that of another one (<c>Portal:ApiAddress</c>). They say whose
/// browser a request is for, and are believed by a key of this process, or by the one both were given (<c>Portal:ForwardingKey</c>).
/// </summary>
internal static class PortalMount
{
    private const int KeyLength = 32;
    private const int PortalKeySize = 64;

    public static void AddPortals(this IServiceCollection services, IConfiguration configuration, byte[] masterKey)
    {
        var key = configuration["Portal:ForwardingKey"] is { Length: > 0 } given ? given : Convert.ToHexString(RandomNumberGenerator.GetBytes(KeyLength));
        services.AddSingleton(new ForwardingKey(key));
        services.AddPortal(provider => new()
        {
            ApiAddress = configuration["Portal:ApiAddress"] is { Length: > 0 } address ? () => new Uri(address) : () => OwnAddress(provider),
            CookieKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, masterKey, PortalKeySize, info: "portal"u8.ToArray()),
            ForwardingKey = key,
        });
    }

    /// <summary>Takes the address of the browser from a portal that knows the key, and from nobody else.</summary>
    public static Task BelievePortals(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Headers[PortalOptions.ForwardingKeyHeader].ToString() is { Length: > 0 } key
            && http.RequestServices.GetRequiredService<ForwardingKey>().Is(key)
            && IPAddress.TryParse(http.Request.Headers[PortalOptions.ForwardedAddressHeader].ToString(), out var address))
            http.Connection.RemoteIpAddress = address;
        return next(http);
    }

    /// <summary>Where this Host listens; an address for all interfaces is reached at the loopback one.</summary>
    private static Uri OwnAddress(IServiceProvider services)
    {
        var addresses = services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        var own = new Uri((addresses.FirstOrDefault(address => address.StartsWith("http:", StringComparison.OrdinalIgnoreCase)) ?? addresses.First())
            .Replace("*", "127.0.0.1", StringComparison.Ordinal).Replace("+", "127.0.0.1", StringComparison.Ordinal));
        return own.Host is "0.0.0.0" or "[::]" ? new UriBuilder(own) { Host = "127.0.0.1" }.Uri : own;
    }
}

/// <summary>What a portal proves itself with.</summary>
internal sealed class ForwardingKey(string key)
{
    private readonly byte[] hash = Hash(key);

    public bool Is(string given) => CryptographicOperations.FixedTimeEquals(Hash(given), hash);

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
