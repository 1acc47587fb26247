namespace EventSourcedOrgs.Host.Tests.Identity.Providers;

/// <summary>A browser with a cookie, which goes where it is sent step by step.</summary>
internal sealed class SomeBrowser(TestHost host) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = host.Anonymous.BaseAddress };

    public string? Cookie { get; private set; }

    /// <summary>Where the provider is asked.</summary>
    public async Task<Uri> Start(string path)
    {
        using var answer = await Get(path);
        ((int)answer.StatusCode).ShouldBe(302, await answer.Content.ReadAsStringAsync());
        Cookie = answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        return answer.Headers.Location!;
    }

    /// <summary>The address with code and state that the provider sends the browser back to.</summary>
    public async Task<string> AtProvider(Uri address)
    {
        using var answer = await Get(address.AbsoluteUri);
        ((int)answer.StatusCode).ShouldBe(302, await answer.Content.ReadAsStringAsync());
        return answer.Headers.Location!.PathAndQuery;
    }

    public async Task<HttpResponseMessage> Get(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (Cookie is not null && !address.Contains("/authorize", StringComparison.Ordinal))
            request.Headers.Add("Cookie", Cookie);
        return await http.SendAsync(request);
    }

    public async Task<HttpResponseMessage> SignIn(string start) => await Get(await AtProvider(await Start(start)));

    public void Dispose() => http.Dispose();
}
