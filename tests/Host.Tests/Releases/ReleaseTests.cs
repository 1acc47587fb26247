using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Releases;

/// <summary>The vendor prepares releases, publishes and withdraws them.</summary>
public sealed class ReleaseTests
{
    private static readonly string[] Members =
    [
        "id", "createdAt", "updatedAt", "name", "channel", "version", "platform", "platforms", "notes", "totalFiles", "publishedAt", "files", "published", "private", "archived",
        "productId", "tenantId",
    ];

    [Fact]
    public async Task A_release_has_the_members_of_the_contract()
    {
        var shelf = await Shelf.Empty();
        var release = await shelf.Prepare("2.1.0", ("notes", "# Faster"));

        release.AsObject().Select(member => member.Key).ShouldBe(Members, ignoreOrder: true);
        release.Text("version").ShouldBe("2.1.0");
        release.Text("notes").ShouldBe("# Faster");
        release["platforms"]!.AsArray().Select(p => p!.GetValue<string>()).ShouldBe(["windows"]);
        release["published"]!.GetValue<bool>().ShouldBeFalse();
        release["publishedAt"].ShouldBeNull();
        release["totalFiles"]!.GetValue<int>().ShouldBe(0);
        (await shelf.Vendor.Get($"/v3/releases/{release.Id()}").Expect(200)).ToJsonString().ShouldBe(release.ToJsonString());
    }

    [Fact]
    public async Task It_changes_until_it_is_published_and_then_never()
    {
        var shelf = await Shelf.Empty();
        var address = $"/v3/releases/{(await shelf.Prepare("2.1")).Id()}";

        var changed = await shelf.Vendor.Patch(address, new { name = "Summer", version = "2.2", channel = "beta", platforms = new[] { "linux", "macos" }, notes = "New" }).Expect(200);
        (changed.Text("name"), changed.Text("version"), changed.Text("channel"), changed.Text("notes")).ShouldBe(("Summer", "2.2", "beta", "New"));

        var published = await shelf.Vendor.Post($"{address}/publish").Expect(200);
        published["published"]!.GetValue<bool>().ShouldBeTrue();
        published["publishedAt"].ShouldNotBeNull();
        (await shelf.Vendor.Post($"{address}/publish").Expect(200)).ToJsonString().ShouldBe(published.ToJsonString());
        await shelf.Vendor.Patch(address, new { notes = "Better" }).ExpectProblem(400, "RELEASE_IS_PUBLISHED");
    }

    [Fact]
    public async Task A_published_release_is_withdrawn()
    {
        var shelf = await Shelf.Empty();
        var release = await shelf.Prepare("2.1");

        await shelf.Vendor.Post($"/v3/releases/{release.Id()}/archive").ExpectProblem(400, "RELEASE_IS_NOT_PUBLISHED");
        await shelf.Vendor.Post($"/v3/releases/{release.Id()}/publish").Expect(200);
        (await shelf.Vendor.Post($"/v3/releases/{release.Id()}/archive").Expect(200))["archived"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task A_version_comes_once_for_a_platform_in_a_channel()
    {
        var shelf = await Shelf.Empty();
        var release = await shelf.Prepare("2.1", ("platforms", new[] { "windows", "linux" }));

        await shelf.Ask("2.1", ("platforms", new[] { "Linux" })).ExpectProblem(409, "DUPLICATE_FIELD_VALUE");
        await shelf.Prepare("2.1", ("platforms", new[] { "macos" }));
        await shelf.Prepare("2.1", ("channel", "beta"));

        await shelf.Vendor.Delete($"/v3/releases/{release.Id()}").Expect(204);
        await shelf.Vendor.Get($"/v3/releases/{release.Id()}").ExpectProblem(404, "NOT_FOUND");
        await shelf.Prepare("2.1", ("platforms", new[] { "linux" }));
    }

    [Fact]
    public async Task What_a_change_gives_up_is_free_again()
    {
        var shelf = await Shelf.Empty();
        var release = await shelf.Prepare("2.1");
        await shelf.Vendor.Patch($"/v3/releases/{release.Id()}", new { version = "2.2" }).Expect(200);

        await shelf.Ask("2.2").ExpectProblem(409, "DUPLICATE_FIELD_VALUE");
        await shelf.Prepare("2.1");
    }

    [Theory]
    [InlineData("version", "2"), InlineData("version", "2.1.0-beta"), InlineData("version", "1.2.3.4.5"), InlineData("name", ""), InlineData("channel", "")]
    public async Task What_cannot_be_is_refused(string member, string value) =>
        await (await Shelf.Empty()).Ask("2.1", (member, value)).ExpectProblem(400, "VALIDATION_FAILED");

    [Fact]
    public async Task There_are_one_to_ten_platforms()
    {
        var shelf = await Shelf.Empty();
        await shelf.Ask("2.1", ("platforms", Array.Empty<string>())).ExpectProblem(400, "VALIDATION_FAILED");
        await shelf.Ask("2.1", ("platforms", Enumerable.Range(0, 11).Select(n => $"p{n}"))).ExpectProblem(400, "VALIDATION_FAILED");
        await shelf.Prepare("2.1", ("platforms", Enumerable.Range(0, 10).Select(n => $"p{n}")));
        await shelf.Ask("2.2", ("notes", new string('x', 4097))).ExpectProblem(400, "VALIDATION_FAILED");
        await shelf.Ask("2.2", ("productId", Guid.NewGuid())).ExpectProblem(400, "REFERENCE_NOT_FOUND");
    }

    [Fact]
    public async Task The_list_filters()
    {
        var shelf = await Shelf.Empty();
        var old = await shelf.PutOut("1.0");
        var linux = await shelf.Prepare("2.0", ("platforms", new[] { "linux" }), ("private", true));
        var position = await shelf.Host.Position();

        async Task<IEnumerable<string>> Ids(string filter) => (await shelf.Vendor
            .Get($"/v3/releases?productId={shelf.Product.Id}&minPosition={position}&{filter}").Expect(200)).AsArray().Select(row => row!.Id());

        (await Ids("")).ShouldBe([old.Id(), linux.Id()]);
        (await Ids("published=true")).ShouldBe([old.Id()]);
        (await Ids("private=true")).ShouldBe([linux.Id()]);
        (await Ids("platform=Linux")).ShouldBe([linux.Id()]);
        (await Ids("platform[sw]=WIN")).ShouldBe([old.Id()]);
        (await Ids("platform[ew]=x&platform[cn]=inu")).ShouldBe([linux.Id()]);
        (await Ids("platform[in]=linux,macos")).ShouldBe([linux.Id()]);
        (await Ids("platform[nc]=nu")).ShouldBe([old.Id()]);
        (await Ids("version[sw]=1.")).ShouldBe([old.Id()]);
        (await Ids("archived=true")).ShouldBeEmpty();
        (await Ids("channel=stable&sort=-createdAt")).ShouldBe([linux.Id(), old.Id()]);
    }

    [Fact]
    public async Task A_product_with_releases_stays()
    {
        var shelf = await Shelf.Empty();
        var release = await shelf.Prepare("2.1");

        await shelf.Vendor.Delete(shelf.Product.Path).ExpectProblem(409, "PRODUCT_IN_USE");
        (await shelf.Vendor.Get(shelf.Product.Path).Expect(200))["totalReleases"]!.GetValue<int>().ShouldBe(1);
        await shelf.Vendor.Delete($"/v3/releases/{release.Id()}").Expect(204);
        await shelf.Vendor.Delete(shelf.Product.Path).Expect(204);
    }

    [Theory, InlineData("release-channels"), InlineData("release-platforms")]
    public async Task Channels_and_platforms_are_kept_by_the_vendor(string kind)
    {
        var shelf = await Shelf.Empty();
        var name = $"nightly {Guid.NewGuid():N}";
        var made = await shelf.Vendor.Post($"/v3/{kind}", Body(name, kind, shelf.Product.Id)).Expect(201);
        var address = $"/v3/{kind}/{made.Id()}";

        made["productIds"]!.AsArray().Select(id => id!.GetValue<string>()).ShouldBe([shelf.Product.Id]);
        made.Text("productId").ShouldBe(shelf.Product.Id);
        made.Text("description").ShouldBe("");
        await shelf.Vendor.Post($"/v3/{kind}", Body(name.ToUpperInvariant(), kind, shelf.Product.Id)).ExpectProblem(409, "DUPLICATE_FIELD_VALUE");
        await shelf.Vendor.Post($"/v3/{kind}", Body($"{name} 2", kind, $"{Guid.NewGuid()}")).ExpectProblem(400, "REFERENCE_NOT_FOUND");
        await shelf.Vendor.Patch(address, new { name = "other" }).ExpectProblem(400, "UNKNOWN_FIELD");
        (await shelf.Vendor.Patch(address, new { displayName = "Every night", description = "Early" }).Expect(200)).Text("displayName").ShouldBe("Every night");

        var release = await shelf.Prepare("2.1", kind == "release-channels" ? ("channel", name) : ("platforms", new[] { name }));
        await shelf.Vendor.Delete(address).Expect(409);
        await shelf.Vendor.Delete($"/v3/releases/{release.Id()}").Expect(204);
        await shelf.Vendor.Delete(address).Expect(204);
        await shelf.Vendor.Get(address).ExpectProblem(404, "NOT_FOUND");
        var again = await shelf.Vendor.Post($"/v3/{kind}", Body(name, kind, shelf.Product.Id)).Expect(201);
        (await shelf.Vendor.Get($"/v3/{kind}?productId={shelf.Product.Id}&name={name}&minPosition={await shelf.Host.Position()}").Expect(200)).AsArray()
            .Select(row => row!.Id()).ShouldBe([again.Id()]);
    }

    [Theory, InlineData("release-channels"), InlineData("release-platforms")]
    public async Task What_is_for_all_products_is_among_those_of_each(string kind)
    {
        var (shelf, other) = (await Shelf.Empty(), await Shelf.Empty());
        var mark = $"{Guid.NewGuid():N}";
        foreach (var (name, products) in new[] { ("own", new JsonArray(shelf.Product.Id)), ("other", new JsonArray(other.Product.Id)), ("all", (JsonArray?)null) })
        {
            var body = Body($"{name} {mark}", kind, shelf.Product.Id);
            body["productIds"] = products;
            await shelf.Vendor.Post($"/v3/{kind}", body).Expect(201);
        }

        var position = await shelf.Host.Position();
        async Task<IEnumerable<string>> Names(string filter) => (await shelf.Vendor.Get($"/v3/{kind}?search={mark}&minPosition={position}&productId{filter}").Expect(200)).AsArray()
            .Select(row => row!.Text("name").Split(' ')[0]);

        (await Names($"={shelf.Product.Id}")).ShouldBe(["own", "all"]);
        (await Names($"[in]={shelf.Product.Id},{other.Product.Id}")).ShouldBe(["own", "other", "all"]);
        (await Names($"[ne]={shelf.Product.Id}")).ShouldBe(["other"]);
    }

    private static JsonObject Body(string name, string kind, string product)
    {
        var body = new JsonObject { ["name"] = name, ["displayName"] = "Nightly", ["productIds"] = new JsonArray(product) };
        if (kind == "release-channels")
            body["private"] = false;
        return body;
    }
}
