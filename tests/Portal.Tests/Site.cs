using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Host.Cli;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using CommitWakeup = EventSourcedOrgs.Projections.CommitWakeup;
using Progress = EventSourcedOrgs.Projections.Progress;
using ReadModel = EventSourcedOrgs.Projections.ReadModel;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>The whole service with its portals, on a port and a database of its own, empty but for its super-admin, or with the demo data.</summary>
public abstract class Site(bool withDemo) : IAsyncLifetime
{
    public const string SuperAdmin = "admin@vendor.example";
    public const string Password = "demo-password";

    private WebApplication app = null!;
    private string data = null!;

    public string Address => app.Urls.First();

    public HttpClient Http { get; private set; } = null!;

    /// <summary>When there was an account, and nothing in it yet.</summary>
    public DateTime Opened { get; private set; }

    public async Task InitializeAsync()
    {
        data = Directory.CreateTempSubdirectory("eventsourcedorgs-portal-").FullName;
        var owner = await TestPostgres.CreateDatabaseAsync();
        app = await HostApplication.OpenAsync(new()
        {
            Connection = TestPostgres.RuntimeNameOf(owner), Owner = owner, MasterKey = new byte[Secrets.KeySize], Urls = "http://127.0.0.1:0", Data = data, ProofFolder = Path.Combine(data, "proof"),
        });
        await app.StartAsync();
        var start = new FirstStart(app.Services);
        await start.OpenAccountAsync(demo: true, CancellationToken.None);
        Opened = DateTime.UtcNow.AddSeconds(1);
        if (withDemo)
            await start.ImportDemoAsync(CancellationToken.None);
        Http = new() { BaseAddress = new Uri(Address) };
        await Settled();
        await PrepareAsync();
    }

    /// <summary>What its tests find there.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>Somebody who is signed in at the API, to prepare what a test looks at.</summary>
    public async Task<HttpClient> Caller(string email = SuperAdmin)
    {
        var tokens = await Send(Http, HttpMethod.Post, "/v3/accounts/login", new { email, password = Password });
        var client = new HttpClient { BaseAddress = Http.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new("Bearer", (string)tokens["accessToken"]!);
        return client;
    }

    public static async Task<JsonNode> Send(HttpClient client, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = body as HttpContent ?? JsonContent.Create(body, options: JsonSerializerOptions.Web);
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue($"{method} {path}: {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    public static Task<JsonNode> Get(HttpClient client, string path) => Send(client, HttpMethod.Get, path);

    public static Task<JsonNode> Post(HttpClient client, string path, object? body = null) => Send(client, HttpMethod.Post, path, body);

    /// <summary>A browser of nobody yet.</summary>
    internal async Task<Visitor> Visit(bool scripts = true)
    {
        var context = await (await Browser.Shared).NewContextAsync(new()
        {
            BaseURL = Address, JavaScriptEnabled = scripts, ViewportSize = new() { Width = 1280, Height = 900 }, Locale = "en-GB", TimezoneId = "UTC", AcceptDownloads = true,
        });
        context.SetDefaultTimeout(30_000);
        return new(context, await context.NewPageAsync());
    }

    /// <summary>A browser in which somebody is signed in.</summary>
    internal async Task<Visitor> Visit(string email, bool scripts = true)
    {
        var visitor = await Visit(scripts);
        await visitor.SignIn(email);
        return visitor;
    }

    /// <summary>Somebody who is signed in with a browser that has no screen.</summary>
    internal async Task<FormReader> Read(string email)
    {
        var reader = new FormReader(new(Address));
        await reader.Submit("/portal/sign-in", "sign-in", ("email", email), ("password", Password));
        return reader;
    }

    /// <summary>Lists show everything that was done so far.</summary>
    public async Task Settled()
    {
        var (progress, commits) = (app.Services.GetRequiredService<Progress>(), app.Services.GetRequiredService<CommitWakeup>());
        foreach (var model in app.Services.GetServices<ReadModel>())
            (await progress.WaitForAsync(model.Name, commits.LatestPosition, TimeSpan.FromMinutes(2), CancellationToken.None)).ShouldBeTrue(progress.Of(model.Name).ToString());
    }

    public async Task DisposeAsync()
    {
        Http?.Dispose();
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        Directory.Delete(data, recursive: true);
    }
}

/// <summary>An installation as it is at its first start.</summary>
public sealed class EmptySite() : Site(withDemo: false);
