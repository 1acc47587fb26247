using System.Net;
using System.Text;
using EventSourcedOrgs.Portal.Api;
using Microsoft.AspNetCore.Http;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>What becomes of pages and sign-ins when the service has much to do, or does not answer.</summary>
public class Outages
{
    [Fact]
    public async Task However_many_streams_are_open_questions_are_answered()
    {
        await using var service = await StandIn.Start(async http =>
        {
            await http.Response.Body.FlushAsync();
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

    [Fact]
    public async Task Only_a_refusal_of_the_service_ends_a_sign_in()
    {
        var (status, type) = (503, "text/plain");
        var claims = Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"exp":4102444800}"""));
        var good = $"e30.{claims}.e30";
        await using var service = await StandIn.Start(http =>
        {
            (http.Response.StatusCode, http.Response.ContentType) = (status, type);
            return http.Response.WriteAsync(status == 200 ? $$"""{"accessToken":"{{good}}","refreshToken":"next"}""" : "{}");
        });
        var refresh = new TokenRefresh(service.Connection, TimeProvider.System);
        var (due, over) = (new SessionTokens("a", "due", DateTimeOffset.UtcNow.AddMinutes(-1)), new SessionTokens("a", "over", DateTimeOffset.UtcNow.AddHours(-1)));
        (await Next(due)).ShouldBe(due);
        (await Assert.ThrowsAsync<ApiException>(() => Next(over))).Problem.Status.ShouldBe(503);

        (status, type) = (403, "text/html");
        (await Next(due)).ShouldBe(due, "something between the two refused");
        (status, type) = (200, "application/json");
        (await Next(due))!.RefreshToken.ShouldBe("next");
        (status, type) = (400, "application/problem+json");
        (await Next(over)).ShouldBeNull();

        Task<SessionTokens?> Next(SessionTokens tokens) => refresh.Next(tokens, new DefaultHttpContext());
    }

    private static HttpRequestMessage Question() => new(HttpMethod.Get, (Uri?)null);
}
