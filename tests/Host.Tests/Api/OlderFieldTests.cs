using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Tests.Identity;

namespace EventSourcedOrgs.Host.Tests.Api;

/// <summary>Fields by the names that they had, as published clients still send them.</summary>
public class OlderFieldTests
{
    [Fact]
    public async Task A_release_of_one_platform_is_made_and_changed_by_it()
    {
        var designer = await Designer.Sold();
        var release = await designer.Vendor.Post("/v3/releases", Release(designer, new { platform = "windows" })).Expect(201);
        Texts(release["platforms"]).ShouldBe(["windows"]);

        var path = $"/v3/releases/{release.Id()}";
        var same = await designer.Vendor.Patch(path, new
        {
            name = (string?)null, version = (string?)null, channel = (string?)null, platform = (string?)null, @private = (bool?)null, notes = (string?)null, productId = (string?)null,
            createdAt = (string?)null,
        }).Expect(200);
        same.ToJsonString().ShouldBe(release.ToJsonString());

        var changed = await designer.Vendor.Patch(path, new { platform = "linux", productId = designer.Id, createdAt = "2020-01-01T00:00:00Z" }).Expect(200);
        Texts(changed["platforms"]).ShouldBe(["linux"]);
        changed.Text("createdAt").ShouldBe(release.Text("createdAt"));
    }

    [Fact]
    public async Task A_release_of_two_minds_is_refused()
    {
        var designer = await Designer.Sold();
        var problem = await designer.Vendor.Post("/v3/releases", Release(designer, new { platform = "windows", platforms = new[] { "linux" } })).ExpectProblem(400, "VALIDATION_FAILED");
        problem["errors"]!.AsObject().Select(error => error.Key).ShouldBe(["/platform"]);

        var release = await designer.Vendor.Post("/v3/releases", Release(designer, new { platform = "windows", platforms = new[] { "windows" } })).Expect(201);
        foreach (var other in new[] { (await Designer.Sold()).Id, "designer" })
        {
            var moved = await designer.Vendor.Patch($"/v3/releases/{release.Id()}", new { name = "Moved", productId = other }).ExpectProblem(400, "VALIDATION_FAILED");
            moved["errors"]!.AsObject().Select(error => error.Key).ShouldBe(["/productId"]);
        }

        (await designer.Vendor.Get($"/v3/releases/{release.Id()}").Expect(200)).Text("name").ShouldBe(release.Text("name"));
    }

    [Theory, InlineData("release-channels"), InlineData("release-platforms")]
    public async Task One_product_is_a_list_of_it_where_there_is_no_list(string kind)
    {
        var (one, other) = (await Designer.Sold(), await Designer.Sold());
        JsonObject body = new() { ["name"] = $"of one {Guid.NewGuid():N}", ["displayName"] = "Of one", ["productId"] = one.Id };
        if (kind == "release-channels")
            body["private"] = false;
        var made = await one.Vendor.Post($"/v3/{kind}", body).Expect(201);
        Texts(made["productIds"]).ShouldBe([one.Id]);

        var path = $"/v3/{kind}/{made.Id()}";
        Texts((await one.Vendor.Patch(path, new { productId = (string?)null, productIds = (string[]?)null }).Expect(200))["productIds"]).ShouldBe([one.Id]);
        Texts((await one.Vendor.Patch(path, new { productId = other.Id }).Expect(200))["productIds"]).ShouldBe([other.Id]);
        Texts((await one.Vendor.Patch(path, new { productId = other.Id, productIds = new[] { one.Id } }).Expect(200))["productIds"]).ShouldBe([one.Id]);
        await one.Vendor.Patch(path, new { productId = "designer" }).ExpectProblem(400, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task Templates_of_emails_mean_nothing_to_a_product()
    {
        var designer = await Designer.Sold();
        foreach (var templates in new string[]?[] { null, [], [$"{Guid.NewGuid()}"] })
        {
            var product = await designer.Vendor.Post("/v3/products", new { name = "pro", displayName = "Pro", licensePolicyId = designer.Template, emailTemplates = templates }).Expect(201);
            (await designer.Vendor.Patch($"/v3/products/{product.Id()}", new { emailTemplates = templates }).Expect(200))["emailTemplates"]!.AsArray().ShouldBeEmpty();
        }

        await designer.Vendor.Patch(designer.Path, new { emailTemplates = new[] { "a\0" } }).ExpectProblem(400, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task A_company_is_an_account_by_its_alias_or_its_id()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var account = await ada.Host.Scalar<Guid>("select id from events.mt_doc_account");
        Task<HttpResponseMessage> LogIn(string? companyId, string? accountAlias = null) =>
            ada.Host.Anonymous.Post("/v3/accounts/login", new { companyId, accountAlias, email = ada.Email, password = Acme.Password });

        foreach (var company in new[] { null, "", TestHost.AccountAlias, $"{account}" })
            await LogIn(company).Expect(200);
        await LogIn(TestHost.AccountAlias, TestHost.AccountAlias).Expect(200);
        await LogIn("another").ExpectProblem(400, "INVALID_CREDENTIALS");
        await LogIn($"{Guid.NewGuid()}").ExpectProblem(400, "INVALID_CREDENTIALS");
        await LogIn("another", TestHost.AccountAlias).ExpectProblem(400, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task Users_change_their_company_and_leave_what_is_the_vendors()
    {
        var ada = await SignInHost.Somebody(await TestHost.Shared);
        var signedIn = await ada.SignedIn();
        object Whole(string? company) => new
        {
            firstName = "Ada", lastName = "Lovelace", email = ada.Email, company, allowCustomerPortalAccess = (bool?)null, metadata = (object?)null, tags = (string[]?)null,
            googleSsoEnabled = (bool?)null, twoFactorEnabled = (bool?)null, twoFactorCode = (string?)null,
        };

        (await signedIn.Patch("/v3/me", Whole("Analytical Engines")).Expect(200)).Text("company").ShouldBe("Analytical Engines");
        (await signedIn.Patch("/v3/me", Whole(null)).Expect(200)).Text("company").ShouldBe("Analytical Engines");
        (await signedIn.Patch("/v3/me", Whole("")).Expect(200)).Text("company").ShouldBeEmpty();
        foreach (var field in new[] { """{"tags":[]}""", """{"metadata":[{"key":"a","value":"b"}]}""", """{"allowCustomerPortalAccess":false}""" })
            await signedIn.Patch("/v3/me", field).ExpectProblem(400, "UNKNOWN_FIELD");
    }

    private static JsonObject Release(Designer designer, object more)
    {
        JsonObject body = new() { ["name"] = "Designer 2.0", ["version"] = "2.0", ["channel"] = "stable", ["productId"] = designer.Id };
        foreach (var (name, value) in System.Text.Json.JsonSerializer.SerializeToNode(more)!.AsObject())
            body[name] = value?.DeepClone();
        return body;
    }

    private static IEnumerable<string> Texts(JsonNode? list) => list!.AsArray().Select(text => (string)text!);
}
