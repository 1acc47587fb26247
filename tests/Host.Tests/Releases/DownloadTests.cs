using System.Net;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Releases;

/// <summary>Who may have a secured file: the matrix of keys and people.</summary>
public sealed class DownloadTests
{
    private static async Task<(Shelf Shelf, string Release)> Published(params (string Name, object? Value)[] members)
    {
        var shelf = await Shelf.Empty();
        return (shelf, (await shelf.PutOut("2.1", members)).Id());
    }

    private static async Task Gets(HttpClient client, string release, string query = "")
    {
        using var answer = await Shelf.Download(client, release, query);
        (answer.StatusCode, await answer.Content.ReadAsStringAsync()).ShouldBe((HttpStatusCode.OK, "bytes"));
    }

    private static Task<JsonNode> Refused(Shelf shelf, string release, string key, string why) => RefusedTo(shelf.Host.Anonymous, release, $"?key={key}", why);

    private static async Task<JsonNode> RefusedTo(HttpClient client, string release, string query, string why)
    {
        var problem = await Shelf.Download(client, release, query).ExpectProblem(403, "RELEASE_NOT_ALLOWED");
        problem.Text("detail").ShouldContain(why);
        return problem;
    }

    [Fact]
    public async Task A_key_of_the_product_opens_it()
    {
        var (shelf, release) = await Published();
        await Gets(shelf.Host.Anonymous, release, $"?key={(await shelf.Product.License()).Text("key")}");
    }

    [Fact]
    public async Task Without_a_key_nobody_gets_it_but_the_vendor()
    {
        var (shelf, release) = await Published();

        await Shelf.Download(shelf.Host.Anonymous, release).ExpectProblem(401, "LICENSE_NEEDED");
        await Shelf.Download(shelf.Host.Anonymous, release, "?key=").ExpectProblem(401, "LICENSE_NEEDED");
        await Shelf.Download(shelf.Host.Anonymous, release, "?key=no-such-key").ExpectProblem(403, "INVALID_LICENSE_KEY");
        await Gets(shelf.Vendor, release);
    }

    [Fact]
    public async Task A_key_of_another_product_does_not()
    {
        var (shelf, release) = await Published();
        var other = await (await Designer.Sold()).License();
        await Shelf.Download(shelf.Host.Anonymous, release, $"?key={other.Text("key")}").ExpectProblem(403, "INVALID_PRODUCT_ID");
    }

    [Theory, InlineData("revoked", "is revoked"), InlineData("suspended", "is suspended")]
    public async Task A_licence_that_was_stopped_does_not(string member, string why)
    {
        var (shelf, release) = await Published();
        var license = await shelf.Product.License((member, true));
        await Refused(shelf, release, license.Text("key"), why);

        await shelf.Product.Change(license.Id(), new JsonObject { [member] = false });
        await Gets(shelf.Host.Anonymous, release, $"?key={license.Text("key")}");
    }

    [Fact]
    public async Task A_licence_that_has_run_out_or_not_begun_does_not()
    {
        var (shelf, release) = await Published();
        await Refused(shelf, release, (await shelf.Product.License(("expiresAt", DateTimeOffset.UtcNow.AddMinutes(-1)))).Text("key"), "has expired");
        await Refused(shelf, release, (await shelf.Product.License(("effectiveDate", DateTimeOffset.UtcNow.AddDays(1)))).Text("key"), "not effective yet");
    }

    [Fact]
    public async Task A_licence_up_to_an_older_version_does_not()
    {
        var (shelf, release) = await Published();
        await Refused(shelf, release, (await shelf.Product.License(("maxAllowedReleaseVersion", "2.0"))).Text("key"), "newer than the license allows");
        await Gets(shelf.Host.Anonymous, release, $"?key={(await shelf.Product.License(("maxAllowedReleaseVersion", "2.1"))).Text("key")}");
    }

    [Fact]
    public async Task Maintenance_that_ended_before_it_came_out_does_not()
    {
        var (shelf, release) = await Published();
        var license = await shelf.Product.License(("maintenancePolicyId", await shelf.Product.MaintenancePolicy()));
        await Gets(shelf.Host.Anonymous, release, $"?key={license.Text("key")}");

        await shelf.Vendor.Patch($"/v3/licenses/{license.Id()}/maintenance/expires-at", new { maintenanceExpiresAt = DateTimeOffset.UtcNow.AddDays(-1) }).Expect(200);
        await Refused(shelf, release, license.Text("key"), "maintenance");
        await shelf.Vendor.Post($"/v3/licenses/{license.Id()}/maintenance/renew").Expect(200);
        await Gets(shelf.Host.Anonymous, release, $"?key={license.Text("key")}");
    }

    [Fact]
    public async Task The_licence_of_a_suspended_organization_does_not()
    {
        var (shelf, release) = await Published();
        var acme = await Acme.With(seats: 5);
        var license = await shelf.Product.License(("organizationId", acme.Id));
        var admin = await acme.Admin();
        await Gets(shelf.Host.Anonymous, release, $"?key={license.Text("key")}");
        await Gets(admin, release);

        await shelf.Vendor.Post($"{acme.Path}/suspend").Expect(200);
        await Refused(shelf, release, license.Text("key"), "organization is suspended");
        (await Shelf.Download(admin, release)).StatusCode.ShouldBeOneOf(HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_user_gets_it_by_access_and_loses_it_with_that()
    {
        var (shelf, release) = await Published();
        var acme = await Acme.With(seats: 5);
        var license = await shelf.Product.License(("organizationId", acme.Id));
        var (user, stranger) = (await acme.SignedIn("user"), await (await Acme.With(seats: 5)).SignedIn("user"));
        var id = (await user.Get("/v3/me").Expect(200)).Id();

        await RefusedTo(user, release, "", "No license of the product");
        await shelf.Vendor.Put($"{acme.Path}/licenses/{license.Id()}/users/{id}").Expect(204);
        var open = await shelf.Host.Position();
        await Gets(user, release);
        await RefusedTo(stranger, release, "", "No license of the product");

        await shelf.Vendor.Delete($"{acme.Path}/licenses/{license.Id()}/users/{id}").Expect(204);
        await RefusedTo(user, release, "", "No license of the product");
        await Shelf.Download(user, release, $"?asOf={open}").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
    }

    [Fact]
    public async Task Through_a_group_it_is_the_same()
    {
        var (shelf, release) = await Published();
        var acme = await Acme.With(seats: 5);
        var license = await shelf.Product.License(("organizationId", acme.Id));
        var (user, group) = (await acme.SignedIn("user"), await acme.Group());
        await shelf.Vendor.Put($"{acme.Path}/licenses/{license.Id()}/user-groups/{group}").Expect(204);
        await RefusedTo(user, release, "", "No license of the product");

        await shelf.Vendor.Post($"{acme.Path}/user-groups/{group}/users", new { userIds = new[] { (await user.Get("/v3/me").Expect(200)).Id() } }).Expect(204);
        await Gets(user, release);
        await shelf.Product.Change(license.Id(), new { maxAllowedReleaseVersion = "2.0" });
        await RefusedTo(user, release, "", "newer than the license allows");
    }

    [Fact]
    public async Task What_is_not_secured_is_for_everybody_once_it_is_out()
    {
        var shelf = await Shelf.Empty();
        var release = await shelf.Prepare("2.1");
        await shelf.Upload(release.Id(), "bytes"u8.ToArray(), query: "?secured=false").Expect(201);

        await Shelf.Download(shelf.Host.Anonymous, release.Id()).ExpectProblem(404, "NOT_FOUND");
        await shelf.Vendor.Post($"/v3/releases/{release.Id()}/publish").Expect(200);
        await Gets(shelf.Host.Anonymous, release.Id());
        await shelf.Vendor.Post($"/v3/releases/{release.Id()}/archive").Expect(200);
        await Shelf.Download(shelf.Host.Anonymous, release.Id()).ExpectProblem(404, "NOT_FOUND");
        await Gets(shelf.Vendor, release.Id());
    }

    [Fact]
    public async Task What_is_withdrawn_or_not_out_does_not_exist_for_customers()
    {
        var (shelf, release) = await Published(("private", true));
        var key = (await shelf.Product.License()).Text("key");
        await Gets(shelf.Host.Anonymous, release, $"?key={key}");

        await shelf.Vendor.Post($"/v3/releases/{release}/archive").Expect(200);
        await Shelf.Download(shelf.Host.Anonymous, release, $"?key={key}").ExpectProblem(404, "NOT_FOUND");
        await Shelf.Download(shelf.Host.Anonymous, release, $"?key={key}", "other.exe").ExpectProblem(404, "NOT_FOUND");
        var unpublished = await shelf.Prepare("2.2");
        await shelf.Upload(unpublished.Id(), "bytes"u8.ToArray()).Expect(201);
        await Shelf.Download(shelf.Host.Anonymous, unpublished.Id(), $"?key={key}").ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_token_of_the_vendor_without_the_scope_is_nobodys()
    {
        var (shelf, release) = await Published();
        async Task<HttpClient> Token(params string[] scopes) =>
            shelf.Host.Client((await shelf.Vendor.Post("/v3/personal-access-tokens", new { name = "ci", scopes }).Expect(201)).Text("accessToken"));

        await Gets(await Token("release:read"), release);
        await RefusedTo(await Token("user:read"), release, "", "No license of the product");
        await Shelf.Download(shelf.Host.Client("eso_0000"), release).ExpectProblem(401, "LICENSE_NEEDED");
    }
}
