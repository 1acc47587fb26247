using System.Net;
using System.Net.Sockets;

namespace EventSourcedOrgs.Application.IdentityProviders;

/// <summary>
/// Where identity providers may be: whoever sets one up must not reach through us what only we can reach. Loopback is for development and then needs no
/// encryption; private networks are for providers of one's own. Link-local addresses, where clouds keep their secrets, are never asked.
/// </summary>
public sealed record ProviderNetwork(bool Loopback, bool Private)
{
    private static readonly IPNetwork[] PrivateNetworks = Of("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7");

    /// <summary>No public host has one of these; the last ones carry an address of the former protocol inside.</summary>
    private static readonly IPNetwork[] NeverAsked = Of(
        "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/128", "fe80::/10", "fec0::/10", "ff00::/8", "2001:db8::/32", "100::/64", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16");

    /// <summary>May this address be called? Names are looked at again when they are resolved.</summary>
    public bool Allows(string? address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri is { UserInfo: "", Fragment: "" }
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && Loopback && uri.IsLoopback));

    /// <summary>May a connection to this address be made?</summary>
    public bool Allows(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(plain) ? Loopback
            : PrivateNetworks.Any(network => Contains(network, plain)) ? Private
            : !NeverAsked.Any(network => Contains(network, plain));
    }

    private static bool Contains(IPNetwork network, IPAddress address) =>
        (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork) == (address.AddressFamily == AddressFamily.InterNetwork) && network.Contains(address);

    private static IPNetwork[] Of(params string[] networks) => [.. networks.Select(network => IPNetwork.Parse(network))];
}
