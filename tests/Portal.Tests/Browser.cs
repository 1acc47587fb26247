using Microsoft.Playwright;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>One Chromium for all tests. Each gets contexts of its own in it, which share nothing.</summary>
internal static class Browser
{
    private const string Variable = "EVENTSOURCEDORGS_CHROMIUM";
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

    /// <summary>Nothing but the page: no calls home, which a closed network answers slowly.</summary>
    private static readonly string[] Arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--no-first-run"];

    private static readonly Lazy<Task<IBrowser>> One = new(LaunchAsync);

    public static Task<IBrowser> Shared => One.Value;

    private static string Program => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : Places.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"The tests of the portals need Chromium: 'apt-get install chromium' (Debian), or the path of a Chrome or Chromium in {Variable}.");

    private static async Task<IBrowser> LaunchAsync()
    {
        var program = Program;
        var playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(30_000);
        return await playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = Arguments, Timeout = 120_000 });
    }
}
