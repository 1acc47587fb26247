using System.Net;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>What becomes of pages and sign-ins when the service has much to do, or does not answer.</summary>
public class Outages
{
    [Fact]
    public async Task However_many_streams_are_open_questions_are_answered()
    {
        await using var service = await StandIn.Start(async http =>
        {
            await http.Response.StartAsync();
            if (http.Request.Path == "/stream")
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var streams = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => service.Connection.OpenAsync(Question(), "/stream", patience.Token)));
        using (var answer = await service.Connection.SendAsync(Question(), "/question", patience.Token))
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var stream in streams)
            stream.Dispose();
    }

    private static HttpRequestMessage Question() => new(HttpMethod.Get, (Uri?)null);
}
