using System.Globalization;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>A person at a browser: goes to pages, fills in forms, presses buttons, by the words on them.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    private readonly IBrowserContext context;
    private readonly List<string> complaints = [];

    public Visitor(IBrowserContext context, IPage page)
    {
        (this.context, Page) = (context, page);
        page.PageError += (_, error) => complaints.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                complaints.Add(message.Text);
        };
    }

    public IPage Page { get; }

    public IBrowserContext Context => context;

    /// <summary>The heading of the page.</summary>
    public ILocator Heading => Page.GetByRole(AriaRole.Heading, new() { Level = 1 });

    public async Task SignIn(string email, string password = Site.Password)
    {
        await Page.GotoAsync("/portal/sign-in");
        await Fill("E-mail address", email);
        await Fill("Password", password);
        await Press("Sign in");
        await Page.WaitForURLAsync(url => !url.Contains("sign-in", StringComparison.Ordinal));
    }

    public async Task Go(string path)
    {
        await Page.GotoAsync(path);
        complaints.ShouldBeEmpty();
    }

    public Task Fill(string label, string text) => Page.Locator("main").GetByLabel(label).First.FillAsync(text);

    /// <summary>A moment to the second; a browser leaves seconds out that are none.</summary>
    public Task Fill(string label, DateTime moment) => Fill(label, moment.ToString(moment.Second == 0 ? "yyyy-MM-dd'T'HH:mm" : "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));

    public Task Choose(string label, string option) => Page.Locator("main").GetByLabel(label).First.SelectOptionAsync(new SelectOptionValue { Label = option });

    public Task Tick(string label) => Page.Locator("main").GetByLabel(label).CheckAsync();

    public Task Press(string button) => Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    public Task Follow(string link) => Page.Locator("main").GetByRole(AriaRole.Link, new() { Name = link, Exact = true }).First.ClickAsync();

    /// <summary>Waits until the page says something.</summary>
    public Task Sees(string text) => Assertions.Expect(Page.Locator("main")).ToContainTextAsync(text, new() { Timeout = 30_000 });

    public async Task SeesNot(string text) => (await Page.Locator("body").InnerTextAsync()).ShouldNotContain(text);

    /// <summary>Nothing on the page keeps people out who see, hear or move differently: by all rules of axe, or one of them.</summary>
    public async Task IsAccessible(string? rule = null)
    {
        await Page.WaitForLoadStateAsync();
        if (await Page.EvaluateAsync<bool>("() => !window.axe"))
            await Page.EvaluateAsync(Axe);
        var violations = await Page.EvaluateAsync<string[]>(
            "rule => axe.run({ resultTypes: ['violations'], ...(rule && { runOnly: [rule] }) }).then(found => found.violations.map(one => `${one.id}: ${one.help}: ${one.nodes.map(node => node.html).join(' | ')}`))", rule);
        violations.Select(violation => $"{Page.Url}: {violation}").ShouldBeEmpty();
        complaints.ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        await context.DisposeAsync();
        complaints.ShouldBeEmpty();
    }
}
