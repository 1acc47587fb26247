using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Accounts;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>The whole service with its portals, on a port and a database of its own.</summary>
public sealed class Site : IAsyncLifetime
{
    public const string SuperAdmin = "root@vendor.example";
    public const string Password = "correct horse battery";

    private WebApplication app = null!;
    private string data = null!;

    public string Address => app.Urls.First();

    public HttpClient Http { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        data = Directory.CreateTempSubdirectory("eventsourcedorgs-portal-").FullName;
        app = HostApplication.Build(new()
        {
            Connection = await TestPostgres.CreateDatabaseAsync(), MasterKey = new byte[Secrets.KeySize], Urls = "http://127.0.0.1:0", Data = data, ProofFolder = Path.Combine(data, "proof"),
        });
        await app.MigrateAsync();
        await app.StartAsync();
        var account = new OpenAccount("Vendor", "vendor", SuperAdmin, Password);
        (await app.Services.GetRequiredService<Commands>().Run(account, Envelope.System, null, CancellationToken.None)).Result.Refusal.ShouldBeNull();
        Http = new() { BaseAddress = new Uri(Address) };
    }

    /// <summary>Somebody who is signed in by the API, to prepare what a test looks at.</summary>
    public async Task<HttpClient> Caller(string email = SuperAdmin)
    {
        var tokens = await PostAsync(Http, "/v3/accounts/login", new { email, password = Password });
        var client = new HttpClient { BaseAddress = Http.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new("Bearer", tokens["accessToken"]!.GetValue<string>());
        return client;
    }

    public static async Task<JsonNode> PostAsync(HttpClient client, string path, object? body = null) => await SendAsync(client, HttpMethod.Post, path, body);

    public static async Task<JsonNode> SendAsync(HttpClient client, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body, options: JsonSerializerOptions.Web);
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue($"{method} {path}: {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    /// <summary>A browser of nobody yet.</summary>
    internal async Task<Visitor> Visit(bool scripts = true)
    {
        var context = await (await Browser.Shared).NewContextAsync(new() { BaseURL = Address, JavaScriptEnabled = scripts, ViewportSize = new() { Width = 1280, Height = 900 }, Locale = "en-GB", TimezoneId = "UTC" });
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

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }
}

/// <summary>Tests that share one site, and stay apart by their organizations.</summary>
[CollectionDefinition(Name)]
public sealed class OneSite : ICollectionFixture<Site>
{
    public const string Name = "one site";
}
