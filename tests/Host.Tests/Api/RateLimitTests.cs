using System.Globalization;
using System.Net;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Host.Tests.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Api;

public class RateLimitTests
{
    private static readonly SetClock Clock = new();

    private static readonly Lazy<Task<TestHost>> Host = new(() =>
        TestHost.StartAsync(services => services.AddSingleton<TimeProvider>(Clock), rateLimit: new(20, TimeSpan.FromMinutes(10))));

    [Fact]
    public async Task Each_caller_has_a_limit_of_its_own_and_is_told_when_it_ends()
    {
        var host = await Host.Value;
        var vendor = await host.Vendor();
        var first = await vendor.Post("/v3/personal-access-tokens", new { name = "first", scopes = Array.Empty<string>() }).Expect(201);
        var second = await vendor.Post("/v3/personal-access-tokens", new { name = "second", scopes = Array.Empty<string>() }).Expect(201);
        var script = host.Client(first.Text("accessToken"));

        for (var request = 1; request <= 20; request++)
        {
            using var answer = await script.GetAsync("/v3/me");
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            Header(answer, "X-Rate-Limit-Limit").ShouldBe("600s");
            Header(answer, "X-Rate-Limit-Remaining").ShouldBe((20 - request).ToString(CultureInfo.InvariantCulture));
            Reset(answer).ShouldBeInRange(Clock.GetUtcNow().UtcDateTime, Clock.GetUtcNow().UtcDateTime.AddMinutes(10));
        }

        using var over = await script.GetAsync("/v3/me");
        await Task.FromResult(over).ExpectProblem(429, "TOO_MANY_REQUESTS");
        over.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Header(over, "X-Rate-Limit-Remaining").ShouldBe("0");

        await host.Client(second.Text("accessToken")).Get("/v3/me").Expect(200);
        (await host.Anonymous.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK, "orchestrators are not callers");

        Clock.Advance(TimeSpan.FromMinutes(10));
        await script.Get("/v3/me").Expect(200);
    }

    [Fact]
    public async Task Whoever_guesses_tokens_or_passwords_is_counted_by_address()
    {
        var host = await TestHost.StartAsync(rateLimit: new(10, TimeSpan.FromMinutes(10)));
        await using var _ = host;
        var answers = new List<HttpStatusCode>();
        for (var guess = 0; guess < 12; guess++)
        {
            using var answer = guess % 2 == 0
                ? await host.Client($"eso_pat_{guess}").GetAsync("/v3/me")
                : await host.Anonymous.Post("/v3/accounts/login", new { email = $"guess{guess}@example.com", password = "wrong password" });
            answers.Add(answer.StatusCode);
        }

        answers.Take(10).ShouldAllBe(status => status == HttpStatusCode.Unauthorized || status == HttpStatusCode.BadRequest);
        answers.Skip(10).ShouldAllBe(status => status == HttpStatusCode.TooManyRequests);
    }

    [Theory]
    [InlineData("50/5s", 50, 5)]
    [InlineData("1/3600s", 1, 3600)]
    internal void A_limit_is_requests_in_seconds(string text, int requests, int seconds) =>
        RateLimit.Parse(text).ShouldBe(new(requests, TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("")]
    [InlineData("50")]
    [InlineData("50/5")]
    [InlineData("0/5s")]
    [InlineData("50/0s")]
    [InlineData("-1/5s")]
    [InlineData("50/5s/1")]
    public void Nothing_else_is_a_limit(string text) => RateLimit.Parse(text).ShouldBeNull();

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).ShouldHaveSingleItem();

    private static DateTime Reset(HttpResponseMessage answer) =>
        DateTime.Parse(Header(answer, "X-Rate-Limit-Reset"), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
}
