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

namespace EventSourcedOrgs.Host.Tests;

/// <summary>The whole Host on a port of its own over a database of its own. Most tests share one and stay apart by their organizations.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    /// <summary>Nobody records there that licences have ended, which tests of their histories would find now and then.</summary>
    private static readonly Lazy<Task<TestHost>> One = new(() => StartAsync(services => services.Remove(services.Single(service => service.ImplementationType == typeof(RecordExpiries)))));

    public const string SuperAdmin = "root@vendor.example";
    public const string SuperAdminPassword = "tr0ub4dor and three";
    public const string AccountAlias = "vendor";

    private readonly WebApplication app;
    private readonly Lock signingIn = new();
    private Task<HttpClient>? vendor;
    private DateTimeOffset vendorSince;

    static TestHost() => LeakWatch.Begin();

    private TestHost(WebApplication app, string connection, string owner, string data)
    {
        (this.app, Connection, Owner, Data) = (app, connection, owner, data);
        Anonymous = Client(null);
    }

    public static Task<TestHost> Shared => One.Value;

    /// <summary>For the role that the Host works as: it can alter nothing that is recorded.</summary>
    public string Connection { get; }

    /// <summary>For the superuser, who looks behind things and tampers with them.</summary>
    public string Owner { get; }

    /// <summary>The folder of its own data.</summary>
    public string Data { get; }

    public IServiceProvider Services => app.Services;

    /// <summary>Nobody is signed in.</summary>
    public HttpClient Anonymous { get; }

    public static async Task<TestHost> StartAsync(Action<IServiceCollection>? replace = null, string? owner = null, byte[]? masterKey = null, RateLimit? rateLimit = null)
    {
        owner ??= await TestPostgres.CreateDatabaseAsync();
        var settings = new HostSettings
        {
            Connection = TestPostgres.RuntimeNameOf(owner),
            Owner = owner,
            MasterKey = masterKey ?? new byte[Secrets.KeySize],
            Urls = "http://127.0.0.1:0",
            Replace = replace,
            RateLimit = rateLimit,
            Data = Directory.CreateTempSubdirectory("eventsourcedorgs-").FullName,
        };
        var app = await HostApplication.OpenAsync(settings);
        await app.StartAsync();
        var account = new OpenAccount("Vendor", AccountAlias, SuperAdmin, SuperAdminPassword);
        (await app.Services.GetRequiredService<Commands>().Run(account, Envelope.System, null, CancellationToken.None)).Result.Refusal.ShouldBeNull();
        return new(app, settings.Connection, owner, settings.Data);
    }

    /// <summary>Runs another Host over the same database for as long as something is done.</summary>
    public static async Task AlongsideAsync(TestHost first, TimeProvider clock, Func<TestHost, Task> work)
    {
        var app = HostApplication.Build(new()
        {
            Connection = first.Connection,
            MasterKey = new byte[Secrets.KeySize],
            Urls = "http://127.0.0.1:0",
            Replace = services => services.AddSingleton(clock),
            Data = first.Data,
        });
        await app.StartAsync();
        await using var second = new TestHost(app, first.Connection, first.Owner, first.Data);
        await work(second);
    }

    /// <summary>Whose requests are sent again when a read model is behind, unless that is what a test wants to see.</summary>
    public HttpClient Client(string? token, bool isPatient = true)
    {
        var network = new SocketsHttpHandler { MaxConnectionsPerServer = 512, Expect100ContinueTimeout = TimeSpan.FromMinutes(1) };
        var client = new HttpClient(isPatient ? new PatientHandler(network) : network) { BaseAddress = new Uri(app.Urls.First()), Timeout = TimeSpan.FromMinutes(2) };
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    /// <summary>The vendor's super-admin, signed in.</summary>
    public Task<HttpClient> Vendor()
    {
        var now = Services.GetRequiredService<TimeProvider>().GetUtcNow();
        lock (signingIn)
        {
            if (vendor is null || now - vendorSince > TimeSpan.FromMinutes(30))
                (vendor, vendorSince) = (SignIn(SuperAdmin, SuperAdminPassword), now);
            return vendor;
        }
    }

    /// <summary>The same person, who asks once.</summary>
    public HttpClient Impatient(HttpClient person) => Client(person.DefaultRequestHeaders.Authorization!.Parameter, isPatient: false);

    public async Task<HttpClient> SignIn(string email, string password) =>
        Client((await Anonymous.Post("/v3/accounts/login", new { email, password }).Expect(200)).Text("accessToken"));

    /// <summary>Runs SQL that answers one value, as the superuser.</summary>
    public async Task<T> Scalar<T>(string sql, params object[] values)
    {
        await using var connection = new Npgsql.NpgsqlConnection(Owner);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = value });
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The stored names of the events of one stream, in order.</summary>
    public async Task<IReadOnlyList<string>> EventsOf(string stream) =>
        await Scalar<string[]>("select coalesce(array_agg(type::text order by version), '{}') from events.mt_events where stream_id = $1", Guid.Parse(stream));

    /// <summary>The last position of the history, for lists that have to show it.</summary>
    public Task<long> Position() => Scalar<long>("select max(seq_id) from events.mt_events");

    public async ValueTask DisposeAsync()
    {
        Anonymous.Dispose();
        await app.DisposeAsync();
        if (Directory.Exists(Data))
            Directory.Delete(Data, recursive: true);
    }
}

/// <summary>HTTP as the tests speak it: a status that is expected, and JSON.</summary>
internal static class Http
{
    public static async Task<JsonNode> Expect(this Task<HttpResponseMessage> sending, int status)
    {
        using var response = await sending;
        var text = await response.Content.ReadAsStringAsync();
        LeakWatch.Look((int)response.StatusCode, text);
        ((int)response.StatusCode).ShouldBe(status, text);
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    /// <summary>A problem with this status and code.</summary>
    public static async Task<JsonNode> ExpectProblem(this Task<HttpResponseMessage> sending, int status, string code)
    {
        using var response = await sending;
        var text = await response.Content.ReadAsStringAsync();
        LeakWatch.Look((int)response.StatusCode, text);
        ((int)response.StatusCode).ShouldBe(status, text);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        var problem = JsonNode.Parse(text)!;
        problem["code"]!.GetValue<string>().ShouldBe(code, text);
        problem["message"]!.GetValue<string>().ShouldNotBeEmpty();
        problem["traceId"]!.GetValue<string>().ShouldNotBeEmpty();
        return problem;
    }

    public static Task<HttpResponseMessage> Post(this HttpClient client, string path, object? body = null, params (string Name, string Value)[] headers) =>
        client.Send(HttpMethod.Post, path, body, headers);

    public static Task<HttpResponseMessage> Patch(this HttpClient client, string path, object body, params (string Name, string Value)[] headers) =>
        client.Send(HttpMethod.Patch, path, body, headers);

    public static Task<HttpResponseMessage> Put(this HttpClient client, string path, object? body = null) => client.Send(HttpMethod.Put, path, body, []);

    public static Task<HttpResponseMessage> Delete(this HttpClient client, string path, params (string Name, string Value)[] headers) => client.Send(HttpMethod.Delete, path, null, headers);

    public static Task<HttpResponseMessage> Get(this HttpClient client, string path) => client.Send(HttpMethod.Get, path, null, []);

    public static string Id(this JsonNode resource) => resource["id"]!.GetValue<string>();

    public static string Text(this JsonNode resource, string member) => resource[member]!.GetValue<string>();

    private static async Task<HttpResponseMessage> Send(this HttpClient client, HttpMethod method, string path, object? body, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = body is string json ? new StringContent(json, System.Text.Encoding.UTF8, "application/json") : JsonContent.Create(body, options: JsonSerializerOptions.Web);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await client.SendAsync(request);
    }
}
