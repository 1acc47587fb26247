using System.Text;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Tests.Activations;

namespace EventSourcedOrgs.Host.Tests.Erasure;

/// <summary>Two people, one made by requests and one by an import, of whom everything that can be told was told, in words that are nowhere else.</summary>
internal sealed class Marked
{
    private readonly string mark = $"{Guid.NewGuid():N}"[..12];

    private Device? machine;

    private Marked(Acme acme) => Acme = acme;

    public Acme Acme { get; }

    public string Ada { get; private set; } = "";

    public string Bob { get; private set; } = "";

    /// <summary>A machine that Ada signed in for, and one of her own licence that nobody did.</summary>
    public string Laptop { get; private set; } = "";

    public string Server { get; private set; } = "";

    public string Email => $"Mail{mark}@Acme.example";

    /// <summary>Words that the database knows in the clear before they are erased.</summary>
    public IReadOnlyList<string> Plain => [W("First"), W("Renamed"), W("Last"), Email, $"Former{Email}", W("Company"), W("Value"), W("Host"), W("Server"), W("Imported"), $"bob{Email}"];

    /// <summary>Words that were only told on the way, or are sealed wherever they are.</summary>
    public IReadOnlyList<string> Told => [Agent, W("Refused"), W("Failed"), W("Tried"), W("Machine"), W("After")];

    public string Agent => W("Agent");

    public (string Name, string Value) IdempotencyKey => ("Idempotency-Key", $"key-{mark}");

    public object NewAda => new
    {
        firstName = W("First"), lastName = W("Last"), email = $"Former{Email}", company = W("Company"), organizationId = Acme.Id, password = Acme.Password,
        allowCustomerPortalAccess = true, metadata = new[] { new { key = "note", value = W("Value") } },
    };

    public static async Task<Marked> In(TestHost host)
    {
        var marked = new Marked(await Acme.With(seats: 2, host));
        await marked.Tell();
        return marked;
    }

    /// <summary>The application on the server goes on as if nothing had been.</summary>
    public Task SyncAfterwards() => machine!.AskToSync(Server, ("hostname", W("After"))).ExpectProblem(404, "NOT_FOUND");

    private string W(string word) => $"{word}{mark}";

    private async Task Tell()
    {
        Ada = (await Acme.Vendor.Post("/v3/users", NewAda, IdempotencyKey).Expect(201)).Id();
        await Acme.Vendor.Patch($"/v3/users/{Ada}", new { firstName = W("Renamed"), email = Email }).Expect(200);
        await Acme.Vendor.Post("/v3/users", new { firstName = W("Refused"), email = Email, organizationId = Acme.Id, password = Acme.Password }).ExpectProblem(409, "DUPLICATE_FIELD_VALUE");
        await Acme.Host.Anonymous.Post("/v3/accounts/login", new { email = Email, password = W("Failed") }).Expect(400);

        using var ada = await Acme.Host.SignIn(Email, Acme.Password);
        ada.DefaultRequestHeaders.UserAgent.ParseAdd(Agent);
        await ada.Post("/v3/personal-access-tokens", new { name = "robot", scopes = new[] { "license:read" } }).Expect(201);
        await ada.Delete($"/v3/users/{Ada}").ExpectProblem(403, "FORBIDDEN");

        var named = await Sold.With(Acme.Host, new { name = "Named", requireAuthentication = true, allowedActivations = 1 }, ("organizationId", Acme.Id));
        await Acme.Vendor.Put($"{Acme.Path}/licenses/{named.Id}/users/{Ada}").Expect(204);
        Laptop = (await named.Device(ada).Activate(("hostname", W("Host")))).Text("aid");
        await named.Device(ada).Ask(("hostname", W("Tried"))).Expect(400);
        var own = await Sold.With(Acme.Host, new { name = "Own", allowedActivations = 5, allowedDeactivations = 1 }, ("organizationId", Acme.Id), ("userId", Ada));
        var nobody = new HttpClient { BaseAddress = Acme.Host.Anonymous.BaseAddress };
        nobody.DefaultRequestHeaders.UserAgent.ParseAdd(W("Machine"));
        machine = own.Device(nobody);
        Server = (await machine.Activate(("hostname", W("Server")))).Text("aid");
        var other = own.Device();
        await other.Deactivate((await other.Activate()).Text("aid")).Expect(200);
        await machine.Deactivate(Server).ExpectProblem(409, "DEACTIVATION_LIMIT_REACHED");

        var file = $"kind,organization,email,firstName\nuser,Acme {mark},bob{Email},{W("Imported")}\nuser,Acme {mark},bob{Email},{W("Failed")}\n";
        await Acme.Vendor.Patch(Acme.Path, new { name = $"Acme {mark}" }).Expect(200);
        var import = await Acme.Vendor.PostAsync("/v3/imports", new StringContent(file, Encoding.UTF8, "text/csv")).Expect(202);
        Bob = (await Rows(import)).First(row => row!.Text("status") == "created")!.Id();
    }

    private async Task<JsonArray> Rows(JsonNode import)
    {
        for (var tries = 0; (await Acme.Vendor.Get($"/v3/imports/{import.Id()}").Expect(200)).Text("state") is "receiving" or "running"; tries++)
        {
            tries.ShouldBeLessThan(1200);
            await Task.Delay(50);
        }

        return (await Acme.Vendor.Get($"/v3/imports/{import.Id()}/rows").Expect(200)).AsArray();
    }
}
