using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>A client that goes away while it is answered is nobody's fault: nothing fails, and the log is not full of it.</summary>
public class GoneClientTests
{
    [Fact]
    public async Task Clients_that_go_away_in_the_middle_of_requests_leave_no_trouble()
    {
        var log = new EverythingLogged();
        await using var host = await TestHost.StartAsync(services => services
            .AddSingleton<ILoggerFactory>(_ => LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Information).AddProvider(log))));
        var acme = await Acme.With(seats: -1, host);
        var (group, user) = (await acme.Group(), await acme.User());
        log.Troubles.Clear();

        var request = Encoding.ASCII.GetBytes(Request(acme, group, $$"""{"userIds":["{{user}}"]}"""));
        await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (n, cancellation) =>
        {
            using var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new(enable: n % 2 == 0, seconds: 0) };
            await client.ConnectAsync(acme.Vendor.BaseAddress!.Host, acme.Vendor.BaseAddress.Port, cancellation);
            await client.SendAsync(request, cancellation);
            await Task.Delay(n % 7, cancellation);
        });

        await acme.Vendor.Post($"{acme.Path}/user-groups/{group}/users", new { userIds = new[] { user } }).Expect(204);
        log.Troubles.ShouldBeEmpty();
    }

    private static string Request(Acme acme, string group, string body) => $"""
        POST {acme.Path}/user-groups/{group}/users HTTP/1.1
        Host: localhost
        Authorization: {acme.Vendor.DefaultRequestHeaders.Authorization}
        Content-Type: application/json
        Content-Length: {body.Length}

        {body}
        """.ReplaceLineEndings("\r\n");
}
