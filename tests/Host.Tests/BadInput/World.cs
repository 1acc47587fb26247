using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.BadInput;

/// <summary>A Host of its own with one real resource of every kind, so that whatever is refused is refused for its input.</summary>
public sealed class World : IAsyncLifetime
{
    private const string Template = "license-templates";

    /// <summary>An address of this machine, which Hosts do not ask.</summary>
    private const string NoProvider = "https://127.0.0.1:9";

    private readonly Dictionary<string, string> ids = [];
    private TestHost? host;
    private HttpClient? vendor;

    internal TestHost Host => host!;

    internal HttpClient Vendor => vendor!;

    private string key = "";

    /// <summary>The texts that are carried, and the licences they are for, by the operations that take them.</summary>
    private readonly Dictionary<string, (string Text, string License)> carried = [];

    internal string this[string parameter] => ids[parameter];

    private string Email { get; } = Acme.NewEmail();

    public async Task InitializeAsync() => await Fill(await TestHost.StartAsync());

    /// <summary>Makes the resources in a Host that others may use, too.</summary>
    internal async Task Fill(TestHost of)
    {
        host = of;
        vendor = await host.Vendor();
        var metadata = new[] { new { key = "crm", value = "A-1" } };
        ids["organizationId"] = (await Made("organizations", new { name = "Acme", email = "it@acme.example", allowedUsers = -1 })).Id();
        ids["userGroupId"] = (await Made($"organizations/{ids["organizationId"]}/user-groups", new { name = "First group" })).Id();
        ids["userId"] = (await Made($"organizations/{ids["organizationId"]}/users", Acme.Person(Email, "user", ids["userGroupId"]))).Id();
        ids["users/metadataId"] = (await vendor.Patch($"/v3/users/{ids["userId"]}", new { metadata }).Expect(200))["metadata"]![0]!.Id();
        ids["templateId"] = (await Made(Template, new { name = "Yearly" })).Id();
        var product = await Made("products", new { name = "pro", displayName = "Pro", licenseTemplateId = ids["templateId"], metadata });
        ids["maintenancePolicyId"] = (await Made("maintenance-policies", new
        {
            name = "Yearly", allowMajorVersionUpdates = false, allowMinorVersionUpdates = true, subscriptionInterval = "P1Y",
        })).Id();
        ids["productId"] = product.Id();
        ids["featureId"] = (await Made("features", new { name = $"export {Guid.NewGuid():N}", displayName = "Export" })).Id();
        ids["entitlementSetId"] = (await Made("entitlement-sets", new
        {
            name = $"gold {Guid.NewGuid():N}", displayName = "Gold", productIds = new[] { product.Id() },
        })).Id();
        var license = await Made("licenses", new
        {
            entitlementSetId = ids["entitlementSetId"],
            maintenancePolicyId = ids["maintenancePolicyId"],
            productId = product.Id(),
            organizationId = ids["organizationId"],
            subscriptionInterval = "P1Y",
            metadata,
            meterAttributes = new[] { new { name = "pages", allowedUses = 10 } },
        });
        ids["licenseId"] = license.Id();
        foreach (var (path, owner) in new[] { ("entitlement-sets", "entitlementSetId"), ("licenses", "licenseId") })
            ids[$"{path}/entitlementId"] = (await vendor.Post($"/v3/{path}/{ids[owner]}/feature-entitlements", new { featureId = ids["featureId"] }).Expect(200)).Id();
        (ids["products/metadataId"], ids["licenses/metadataId"]) = (product["metadata"]![0]!.Id(), license["metadata"]![0]!.Id());
        ids["meterId"] = license["meterAttributes"]![0]!.Id();
        ids["licenses/logId"] = (await vendor.Get($"/v3/licenses/subscription-logs?licenseId={license.Id()}&minPosition={await host.Position()}").Expect(200))[0]!.Id();
        ids["logId"] = (await vendor.Get($"/v3/licenses/subscription-logs?licenseId={license.Id()}&minPosition={await host.Position()}").Expect(200))[0]!.Id();
        key = license.Text("key");
        var device = new { key, productId = product.Id(), fingerprint = new string('a', 64), userHash = "4f2d", hostname = "drawing-board", os = "linux" };
        ids["activationId"] = Activations.Device.Claims(await vendor.Post("/v3/activations", device).Expect(200)).Text("aid");
        ids["trialPolicyId"] = (await Made("trial-policies", new { name = "Month", trialLength = 2_592_000 })).Id();
        await vendor.Patch($"/v3/products/{product.Id()}", new { trialPolicyId = ids["trialPolicyId"] }).Expect(200);
        var tried = new { productId = product.Id(), fingerprint = new string('b', 64), userHash = "4f2d", hostname = "drawing-board", os = "linux" };
        ids["trialActivationId"] = Activations.Device.Claims(await Made("trial-activations", tried), "trialActivationToken").Text("aid");
        ids["logId"] = (await vendor.Get($"/v3/activation-logs?activationId={ids["activationId"]}&minPosition={await host.Position()}").Expect(200))[0]!.Id();
        ids["event-logs/logId"] = (await vendor.Get($"/v3/event-logs?resourceId={ids["activationId"]}&minPosition={await host.Position()}").Expect(200))[0]!.Id();
        carried["activateOffline"] = (Activations.Carrier.Machine(product).MakeOfflineRequest(key), license.Id());
        await Answered("activateOffline");
        ids["responseId"] = (await vendor.Get($"/v3/licenses/{license.Id()}/offline-responses").Expect(200))[0]!.Id();
        carried["deactivateOffline"] = await Proof(product);
        await Made("personal-access-tokens", new { name = "script", scopes = new[] { "user:read" } });
        ids["tokenId"] = (await vendor.Get("/v3/personal-access-tokens").Expect(200))[0]!.Id();
        ids["sessionId"] = (await vendor.Get("/v3/me/sessions").Expect(200))[0]!.Id();
        var script = new { name = "script", scopes = new[] { "organization:user:read" } };
        await Made($"organizations/{ids["organizationId"]}/access-tokens", script);
        ids["organizations/tokenId"] = (await vendor.Get($"/v3/organizations/{ids["organizationId"]}/access-tokens").Expect(200))[0]!.Id();
        ids["roleId"] = (await Made("roles", new { name = $"clerk {Guid.NewGuid():N}", claims = new[] { "user:read" } })).Id();
        await FillReleases();
        var provider = new { issuer = NoProvider, clientId = "eso", clientSecret = "secret" };
        await vendor.Put($"/v3/organizations/{ids["organizationId"]}/identity-provider", provider).Expect(200);
        await vendor.Put("/v3/account/identity-provider", provider).Expect(200);
        ids["projectionName"] = "Outbox";
        var verification = await vendor.Post($"/v3/operations/projections/{ids["projectionName"]}/verify").Expect(202);
        ids["rebuildId"] = verification.Id();
        (await vendor.Ended(verification)).Text("state").ShouldBe("completed");
        using var rows = new StringContent("kind,name,email,allowedUsers\norganization,Imported,im@ported.example,1\n", null, "text/csv");
        ids["importId"] = (await vendor.PostAsync("/v3/imports", rows).Expect(202)).Id();
        string state;
        while ((state = (await vendor.Get($"/v3/imports/{ids["importId"]}").Expect(200)).Text("state")) is not ("completed" or "failed"))
            await Task.Delay(50);
        state.ShouldBe("completed");
    }

    /// <summary>A release that can still change, with a file.</summary>
    private async Task FillReleases()
    {
        ids["releaseChannelId"] = (await Made("release-channels", new { name = $"beta {Guid.NewGuid():N}", displayName = "Beta", @private = false })).Id();
        ids["releasePlatformId"] = (await Made("release-platforms", new { name = $"linux {Guid.NewGuid():N}", displayName = "Linux" })).Id();
        ids["releaseId"] = (await Made("releases", new { name = "Pro 2.1", version = "2.1", channel = "stable", productId = ids["productId"] })).Id();
        ids["fileName"] = "setup.exe";
        using var bytes = new ByteArrayContent("bytes"u8.ToArray());
        ids["releaseFileId"] = (await vendor!.PutAsync($"/v3/{ids["releaseId"]}/{ids["fileName"]}", bytes).Expect(201)).Id();
    }

    /// <summary>The address of an operation with the ids of real resources in it, but for those that are given.</summary>
    internal string PathOf(Operation operation, params (string Parameter, string Value)[] given) => operation.Parameters("path")
        .Select(parameter => (string)parameter["name"]!)
        .Aggregate(operation.Path, (path, name) => path.Replace($"{{{name}}}", given.FirstOrDefault(g => g.Parameter == name).Value ?? IdOf(operation, name), StringComparison.Ordinal));

    /// <summary>A body that the operation takes: the example of its description, or its required fields, with real ids.</summary>
    internal JsonObject BodyOf(Operation operation)
    {
        var body = operation.Example?.DeepClone().AsObject() ?? Required(operation.Body!);
        foreach (var (name, value) in body.ToList())
            body[name] = Real(name, value!);
        if (operation.Id is "createActivation" or "updateActivation")
            body["key"] = key;
        if (carried.TryGetValue(operation.Id, out var text))
            (body["offlineRequest"], body["licenseId"]) = text;
        if (operation.Id == "login")
            (body["email"], body["password"]) = (Email, Acme.Password);
        else if (body.ContainsKey("email"))
            body["email"] = Acme.NewEmail();
        if (operation.Id == "createOrganizationAccessToken")
            body["scopes"] = new JsonArray("organization:user:read");
        if (operation.Id is "createRole" or "createFeature" or "createEntitlementSet" or "createReleaseChannel" or "createReleasePlatform" or "createRelease")
            body["name"] = $"clerk {Guid.NewGuid():N}";
        if (operation.Id == "createRelease")
            body["channel"] = body["name"]!.DeepClone();
        return body;
    }

    /// <summary>A value that a schema takes.</summary>
    internal JsonNode ValueOf(string name, JsonNode schema)
    {
        var resolved = Operation.Resolve(schema);
        return Real(name, Operation.TypeOf(resolved) switch
        {
            "object" => Required(resolved),
            "array" => new JsonArray(ValueOf(name, resolved["items"]!)),
            "integer" => Math.Max(1, (int?)resolved["minimum"] ?? 1),
            "boolean" => true,
            _ when resolved["enum"] is JsonArray names => (string)names[0]!,
            _ when (string?)resolved["format"] == "email" => Acme.NewEmail(),
            _ when (string?)resolved["format"] == "date-time" => "2030-01-01T00:00:00Z",
            _ when name == "subscriptionInterval" => "P1Y",
            _ => new string('a', (int?)resolved["minLength"] ?? 1),
        });
    }

    public async Task DisposeAsync() => await Host.DisposeAsync();

    private async Task<string> Answered(string operation) => (await Vendor.Post("/v3/activations/offline-activate", new
    {
        offlineRequest = carried[operation].Text, responseValidity = 86_400, licenseId = carried[operation].License,
    }).Expect(200)).Text("offlineResponse");

    /// <summary>That a machine with another licence has deactivated itself.</summary>
    private async Task<(string Text, string License)> Proof(JsonNode product)
    {
        var (machine, license) = (Activations.Carrier.Machine(product), await Made("licenses", new { productId = product.Id(), organizationId = ids["organizationId"] }));
        carried["proof"] = (machine.MakeOfflineRequest(license.Text("key")), license.Id());
        machine.AcceptOfflineResponse(await Answered("proof")).Problem.ShouldBeNull();
        return (machine.MakeOfflineDeactivation().Value!, license.Id());
    }

    private JsonObject Required(JsonNode schema) => new(
        (schema["required"]?.AsArray() ?? []).Select(name => KeyValuePair.Create((string)name!, (JsonNode?)ValueOf((string)name!, schema["properties"]![(string)name!]!))));

    /// <summary>Where a field names a resource, one that is there.</summary>
    private JsonNode Real(string name, JsonNode value) => name switch
    {
        "licenseTemplateId" or "licensePolicyId" => ids["templateId"],
        "userIds" or "additionalUserIds" => value is JsonArray ? new JsonArray(ids["userId"]) : ids["userId"],
        "productIds" => value is JsonArray ? new JsonArray(ids["productId"]) : ids["productId"],
        "userGroupIds" => value is JsonArray ? new JsonArray(ids["userGroupId"]) : ids["userGroupId"],
        "scopes" => value is JsonArray ? new JsonArray("user:read") : "user:read",
        "claims" => value is JsonArray ? new JsonArray("user:read") : "user:read",
        "role" => "user",
        "issuer" => NoProvider,
        _ when ids.TryGetValue(name, out var id) => id,
        _ => value.DeepClone(),
    };

    private string IdOf(Operation operation, string parameter) =>
        ids.TryGetValue($"{operation.Path.Split('/')[2]}/{parameter}", out var special) ? special
        : ids.TryGetValue(parameter, out var id) ? id
        : throw new InvalidOperationException($"{operation.Path}: the world of bad input has no {parameter}. Give it one.");

    private Task<JsonNode> Made(string path, object body) => Vendor.Post($"/v3/{path}", body).Expect(201);
}
