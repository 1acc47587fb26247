using EventSourcedOrgs.Host.Tests.Activations;

namespace EventSourcedOrgs.Host.Tests.Releases;

/// <summary>What an application with a key learns about newer releases.</summary>
public sealed class UpdateTests
{
    private static async Task<(Shelf Shelf, string Key)> Sold(params (string Name, object? Value)[] license)
    {
        var shelf = await Shelf.Empty();
        return (shelf, (await shelf.Product.License(license)).Text("key"));
    }

    private static string Address(Shelf shelf, string key, string version, string more = "") =>
        $"/v3/releases/update?productId={shelf.Product.Id}&platform=windows&key={key}&version={version}{more}";

    private static async Task<string?> Update(Shelf shelf, string key, string version, string more = "")
    {
        using var answer = await shelf.Host.Anonymous.Get(Address(shelf, key, version, more));
        if ((int)answer.StatusCode == 204)
            return null;
        return (await Task.FromResult(answer).Expect(200)).Text("version");
    }

    [Theory, InlineData("1.2.3.5", false), InlineData("1.2.3.4", true), InlineData("1.2.3", false), InlineData("1.2", false), InlineData("1.1", true), InlineData("1.3", false)]
    public async Task The_table_of_the_contract_holds(string current, bool isUpdate)
    {
        var (shelf, key) = await Sold();
        await shelf.PutOut("1.2.3.5");
        (await Update(shelf, key, current)).ShouldBe(isUpdate ? "1.2.3.5" : null);
    }

    [Fact]
    public async Task Versions_are_compared_as_numbers_within_platform_and_channel()
    {
        var (shelf, key) = await Sold();
        await shelf.PutOut("1.10");
        await shelf.PutOut("1.9");
        await shelf.PutOut("2.0", ("channel", "beta"));
        await shelf.PutOut("3.0", ("platforms", new[] { "linux" }));
        await shelf.Prepare("4.0");
        await shelf.Vendor.Post($"/v3/releases/{(await shelf.PutOut("5.0")).Id()}/archive").Expect(200);

        (await Update(shelf, key, "1.2")).ShouldBe("1.10");
        (await Update(shelf, key, "1.2", "&channel=Beta")).ShouldBe("2.0");
        (await Update(shelf, key, "1.2", "&channel=")).ShouldBe("1.10");
        (await shelf.Host.Anonymous.Get($"/v3/releases/latest?productId={shelf.Product.Id}&platform=LINUX&key={key}").Expect(200)).Text("version").ShouldBe("3.0");
        await shelf.Host.Anonymous.Get($"/v3/releases/latest?productId={shelf.Product.Id}&platform=amiga&key={key}").Expect(204);
    }

    [Fact]
    public async Task The_answer_leads_to_the_file()
    {
        var (shelf, key) = await Sold();
        await shelf.PutOut("2.1");
        var release = await shelf.Host.Anonymous.Get(Address(shelf, key, "2.0")).Expect(200);

        using var download = await shelf.Host.Anonymous.GetAsync($"{release["files"]![0]!.Text("url")}?key={key}");
        (await download.Content.ReadAsStringAsync()).ShouldBe("bytes");
    }

    [Fact]
    public async Task Only_what_is_allowed_is_told_when_that_is_asked_for()
    {
        var (shelf, key) = await Sold(("maxAllowedReleaseVersion", "2.0"));
        await shelf.PutOut("2.0.3");
        var newest = await shelf.PutOut("2.1");

        (await Update(shelf, key, "1.0")).ShouldBe("2.1");
        (await Update(shelf, key, "1.0", "&allowed=true")).ShouldBe("2.0.3");
        var answer = await shelf.Host.Anonymous.Get($"/v3/releases/{newest.Id()}/allowed?key={key}&accountId={newest.Text("tenantId")}").Expect(200);
        (answer["allowed"]!.GetValue<bool>(), answer.Text("code")).ShouldBe((false, "RELEASE_VERSION_NOT_ALLOWED"));
    }

    [Fact]
    public async Task Maintenance_decides_by_the_version_in_use()
    {
        var shelf = await Shelf.Empty();
        var policy = await shelf.Product.MaintenancePolicy();
        var license = await shelf.Product.License(("maintenancePolicyId", policy), ("maxAllowedReleaseVersion", "1.0"));
        var key = license.Text("key");
        await shelf.PutOut("1.5");
        var major = await shelf.PutOut("2.0");

        (await Update(shelf, key, "1.0", "&allowed=true")).ShouldBe("2.0");
        await new Device(shelf.Host, shelf.Product.Id, key).Activate(("releaseVersion", "1.0"));
        (await Update(shelf, key, "1.0", "&allowed=true")).ShouldBe("1.5");
        (await shelf.Host.Anonymous.Get($"/v3/releases/{major.Id()}/allowed?key={key}").Expect(200)).Text("code").ShouldBe("MAJOR_UPDATE_NOT_INCLUDED");

        await shelf.Vendor.Patch($"/v3/maintenance-policies/{policy}", new { allowMajorVersionUpdates = true }).Expect(200);
        (await Update(shelf, key, "1.0", "&allowed=true")).ShouldBe("2.0");
        await shelf.Vendor.Patch($"/v3/licenses/{license.Id()}/maintenance/expires-at", new { maintenanceExpiresAt = DateTimeOffset.UtcNow.AddDays(-1) }).Expect(200);
        (await Update(shelf, key, "1.0", "&allowed=true")).ShouldBeNull();
        (await Update(shelf, key, "1.0")).ShouldBe("2.0");
    }

    [Fact]
    public async Task Whoever_has_run_out_learns_what_there_is_and_may_not_have_it()
    {
        var (shelf, key) = await Sold(("expiresAt", DateTimeOffset.UtcNow.AddMinutes(-1)));
        var release = await shelf.PutOut("2.1");

        (await Update(shelf, key, "1.0")).ShouldBe("2.1");
        (await Update(shelf, key, "1.0", "&allowed=true")).ShouldBeNull();
        (await shelf.Host.Anonymous.Get($"/v3/releases/{release.Id()}/allowed?key={key}").Expect(200)).Text("code").ShouldBe("LICENSE_EXPIRED");
    }

    [Fact]
    public async Task What_is_wrong_with_the_question_is_said()
    {
        var (shelf, key) = await Sold();
        var release = await shelf.PutOut("2.1");

        await shelf.Host.Anonymous.Get(Address(shelf, "nobodys-key", "1.0")).ExpectProblem(400, "INVALID_LICENSE_KEY");
        await shelf.Host.Anonymous.Get(Address(shelf, (await (await Designer.Sold()).License()).Text("key"), "1.0")).ExpectProblem(400, "INVALID_PRODUCT_ID");
        await shelf.Host.Anonymous.Get(Address(shelf, (await shelf.Product.License(("revoked", true))).Text("key"), "1.0")).ExpectProblem(400, "REVOKED_LICENSE");
        await shelf.Host.Anonymous.Get(Address(shelf, key, "one")).ExpectProblem(400, "VALIDATION_FAILED");
        await shelf.Host.Anonymous.Get(Address(shelf, key, "1.0", $"&accountId={Guid.NewGuid()}")).ExpectProblem(400, "INVALID_ACCOUNT_ID");
        await shelf.Host.Anonymous.Get($"/v3/releases/{Guid.NewGuid()}/allowed?key={key}").ExpectProblem(404, "NOT_FOUND");
        (await shelf.Host.Anonymous.Get($"/v3/releases/{release.Id()}/allowed?key={key}").Expect(200)).ToJsonString()
            .ShouldBe("""{"allowed":true,"code":null,"detail":null,"nearestFix":null}""");
    }
}
