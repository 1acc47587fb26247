using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using EventSourcedOrgs.Application.IdentityProviders;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>The address under which people reach this service, when it is not the one that their requests name.</summary>
internal sealed record PublicAddress(string? Base)
{
    public string Of(HttpRequest request, string path) =>
        $"{(string.IsNullOrWhiteSpace(Base) ? $"{request.Scheme}://{request.Host}{request.PathBase}" : Base.TrimEnd('/'))}{path}";
}

/// <summary>
/// Requests to addresses that others have chosen: only where the network allows, looked at once more when a name was resolved and then connected to just that address;
/// five seconds, 64 KiB, no redirects, no proxy, no cookies.
/// </summary>
internal sealed class GuardedHttp(ProviderNetwork network) : IDisposable
{
    private const int MostBytes = 64 * 1024;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = Longest,
        MaxResponseHeadersLength = MostBytes / 1024,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ConnectCallback = (context, cancellation) => Connect(network, context.DnsEndPoint, cancellation),
    })
    {
        Timeout = Longest,
        MaxResponseContentBufferSize = MostBytes,
    };

    /// <summary>Status and text of the answer.</summary>
    /// <exception cref="HttpRequestException">There is no answer, it is too large, or the address may not be called.</exception>
    /// <exception cref="TaskCanceledException">It took too long.</exception>
    public async Task<(HttpStatusCode Status, string Text)> Send(
        string address, Dictionary<string, string>? form, AuthenticationHeaderValue? authorization, CancellationToken cancellation)
    {
        if (!network.Allows(address))
            throw new HttpRequestException("This address may not be called.");

        using var request = new HttpRequestMessage(form is null ? HttpMethod.Get : HttpMethod.Post, address);
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.Authorization = authorization;
        request.Content = form is null ? null : new FormUrlEncodedContent(form);
        using var response = await http.SendAsync(request, cancellation);
        return (response.StatusCode, Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancellation)));
    }

    public void Dispose() => http.Dispose();

    private static async ValueTask<Stream> Connect(ProviderNetwork network, DnsEndPoint to, CancellationToken cancellation)
    {
        IPAddress[] addresses = IPAddress.TryParse(to.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(to.Host, cancellation);
        var allowed = addresses.Where(network.Allows).ToArray();
        if (allowed.Length == 0)
            throw new HttpRequestException("No address of this host may be called.");

        Socket? socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, to.Port, cancellation);
            var stream = new NetworkStream(socket, ownsSocket: true);
            socket = null;
            return stream;
        }
        finally
        {
            socket?.Dispose();
        }
    }
}
