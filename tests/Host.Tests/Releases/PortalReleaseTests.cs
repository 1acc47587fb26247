using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Releases;

/// <summary>What portals show of releases to users and organization-admins.</summary>
public sealed class PortalReleaseTests
{
    private static readonly string[] Members =
    [
        "id", "createdAt", "updatedAt", "name", "channel", "version", "platform", "platforms", "notes", "totalFiles", "publishedAt", "files", "product",
    ];

    private static async Task<(Acme Acme, Shelf Shelf, HttpClient User, string License)> Assigned()
    {
        var (acme, shelf) = (await Acme.With(seats: 5), await Shelf.Empty());
        var (user, license) = (await acme.SignedIn("user"), (await shelf.Product.License(("organizationId", acme.Id))).Id());
        await acme.Vendor.Put($"{acme.Path}/licenses/{license}/users/{(await user.Get("/v3/me").Expect(200)).Id()}").Expect(204);
        return (acme, shelf, user, license);
    }

    private static async Task<IEnumerable<string>> Versions(HttpClient client, string address) => (await client.Get(address).Expect(200)).AsArray().Select(row => row!.Text("version"));

    [Fact]
    public async Task A_user_sees_what_the_own_licences_entitle_to_the_newest_first()
    {
        var (acme, shelf, user, license) = await Assigned();
        await shelf.PutOut("1.0");
        await shelf.PutOut("3.0");
        await shelf.PutOut("2.0");
        await shelf.Prepare("4.0");
        await (await Shelf.Empty()).PutOut("9.0");

        var listed = (await user.Get("/v3/me/releases").Expect(200)).AsArray();
        listed.Select(row => row!.Text("version")).ShouldBe(["2.0", "3.0", "1.0"]);
        listed[0]!.AsObject().Select(member => member.Key).ShouldBe(Members, ignoreOrder: true);
        listed[0]!["product"]!.Text("displayName").ShouldBe("Designer");
        listed[0]!["files"]![0]!.Text("name").ShouldBe(Shelf.Setup);

        await shelf.Product.Change(license, new { maxAllowedReleaseVersion = "2.0" });
        (await Versions(user, "/v3/me/releases")).ShouldBe(["2.0", "1.0"]);
        await shelf.Product.Change(license, new { suspended = true });
        (await Versions(user, "/v3/me/releases")).ShouldBeEmpty();
        (await Versions(await acme.SignedIn("user"), "/v3/me/releases")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Private_releases_and_those_of_private_channels_are_not_shown()
    {
        var (_, shelf, user, _) = await Assigned();
        var channel = $"internal {Guid.NewGuid():N}";
        await shelf.Vendor.Post("/v3/release-channels", new { name = channel, displayName = "Internal", @private = true }).Expect(201);
        await shelf.PutOut("1.0");
        await shelf.PutOut("2.0", ("private", true));
        await shelf.PutOut("3.0", ("channel", channel.ToUpperInvariant()));
        await shelf.Vendor.Post($"/v3/releases/{(await shelf.PutOut("4.0")).Id()}/archive").Expect(200);

        (await Versions(user, "/v3/me/releases")).ShouldBe(["1.0"]);
    }

    [Fact]
    public async Task The_list_filters_and_pages()
    {
        var (_, shelf, user, _) = await Assigned();
        foreach (var version in (string[])["1.0", "1.1", "1.2"])
            await shelf.PutOut(version);

        (await Versions(user, "/v3/me/releases?product.displayName=Designer&sort=version&version[sw]=1.&limit=2&page=2")).ShouldBe(["1.2"]);
        (await Versions(user, "/v3/me/releases?product.displayName[ne]=Designer")).ShouldBeEmpty();
        (await Versions(user, "/v3/me/releases?platform[sw]=WIN&platform[cn]=dow&sort=version&limit=1")).ShouldBe(["1.0"]);
        (await Versions(user, "/v3/me/releases?platform[nc]=dow")).ShouldBeEmpty();
        using var first = await user.Get("/v3/me/releases?limit=2&count=true");
        first.Headers.GetValues("X-Total-Count").ShouldBe(["3"]);
        first.Headers.GetValues("Link").Single().ShouldContain("page=2");
        await user.Get("/v3/me/releases?asOf=1").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
    }

    [Fact]
    public async Task They_are_sorted_by_when_they_were_made_and_changed()
    {
        var (_, shelf, user, _) = await Assigned();
        var first = (await shelf.Prepare("1.0")).Id();
        await shelf.PutOut("2.0");
        await shelf.PutOut("0.9", ("createdAt", "2020-01-01T00:00:00Z"));
        await shelf.Upload(first, "bytes"u8.ToArray()).Expect(201);
        await shelf.Vendor.Post($"/v3/releases/{first}/publish").Expect(200);

        (await Versions(user, "/v3/me/releases?sort=-createdAt")).ShouldBe(["2.0", "1.0", "0.9"]);
        (await Versions(user, "/v3/me/releases?sort=%2BcreatedAt&limit=1")).ShouldBe(["0.9"]);
        (await Versions(user, "/v3/me/releases?sort=-updatedAt&limit=1")).ShouldBe(["1.0"]);
        (await Versions(user, "/v3/me/releases?createdAt[lt]=2021-01-01")).ShouldBe(["0.9"]);
    }

    [Fact]
    public async Task The_own_licences_of_a_release_are_those_that_entitle_to_it()
    {
        var (acme, shelf, user, newest) = await Assigned();
        var id = (await user.Get("/v3/me").Expect(200)).Id();
        var older = (await shelf.Product.License(("organizationId", acme.Id), ("additionalUserIds", new[] { id }), ("maxAllowedReleaseVersion", "1.5"))).Id();
        await shelf.Product.License(("organizationId", acme.Id), ("additionalUserIds", new[] { id }), ("suspended", true));
        await (await Designer.For(acme.Vendor)).License(("userId", id));
        var (one, two, unpublished) = ((await shelf.PutOut("1.0")).Id(), (await shelf.PutOut("2.0")).Id(), (await shelf.Prepare("3.0")).Id());

        async Task<IEnumerable<string>> Licenses(string query) =>
            (await user.Get($"/v3/me/licenses?{query}&minPosition={await acme.Host.Position()}").Expect(200)).AsArray().Select(license => license!.Id());
        (await Licenses($"releaseId={one}")).ShouldBe([newest, older]);
        (await Licenses($"releaseId={two}")).ShouldBe([newest]);
        (await Licenses($"releaseId={one}&sort=-createdAt")).ShouldBe([older, newest]);
        (await Licenses($"releaseId={one}&id[ne]={newest}")).ShouldBe([older]);
        (await Licenses($"releaseId={unpublished}")).ShouldBeEmpty();
        (await Licenses($"releaseId={Guid.NewGuid()}")).ShouldBeEmpty();
        (await Licenses("releaseId=")).Count().ShouldBe(4);

        using var page = await user.Get($"/v3/me/licenses?releaseId={one}&limit=1");
        (await user.Get(page.Headers.GetValues("Link").Single().Split('<', '>')[1]).Expect(200)).AsArray().ShouldHaveSingleItem()!.Id().ShouldBe(older);

        var admin = await acme.Admin();
        (await admin.Get($"/v3/me/licenses?releaseId={one}&minPosition={await acme.Host.Position()}").Expect(200)).AsArray().Count.ShouldBe(2);
        (await acme.Vendor.Get($"/v3/me/licenses?releaseId={one}").Expect(200)).AsArray().ShouldBeEmpty();
        await user.Get("/v3/me/licenses?releaseId=newest").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        await user.Get($"/v3/me/licenses?releaseId={one}&asOf={await acme.Host.Position()}").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        await acme.Host.Anonymous.Get($"/v3/me/licenses?releaseId={one}").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
    }

    [Fact]
    public async Task An_organization_sees_what_its_licences_entitle_to()
    {
        var (acme, shelf, user, license) = await Assigned();
        var (admin, foreign) = (await acme.Admin(), await (await Acme.With(seats: 5)).Admin());
        await shelf.PutOut("1.0");

        (await Versions(admin, $"{acme.Path}/releases")).ShouldBe(["1.0"]);
        (await Versions(admin, "/v3/me/releases")).ShouldBe(["1.0"]);
        await foreign.Get($"{acme.Path}/releases").ExpectProblem(404, "NOT_FOUND");
        await user.Get($"{acme.Path}/releases").ExpectProblem(403, "FORBIDDEN");

        await shelf.Product.Change(license, new { revoked = true });
        (await Versions(shelf.Vendor, $"{acme.Path}/releases")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_to_choose_from_is_of_the_own_products()
    {
        var (_, shelf, user, _) = await Assigned();
        var other = await Shelf.Empty();
        var mark = Guid.NewGuid().ToString("N");
        foreach (var (name, products, isPrivate) in new[]
                 {
                     ("own", new[] { shelf.Product.Id }, false), ("other", [other.Product.Id], false), ("all", null, false), ("hidden", new[] { shelf.Product.Id }, true),
                 })
        {
            await shelf.Vendor.Post("/v3/release-channels", new { name = $"{name} {mark}", displayName = $"{name} {mark}", @private = isPrivate, productIds = products }).Expect(201);
            if (!isPrivate)
                await shelf.Vendor.Post("/v3/release-platforms", new { name = $"{name} {mark}", displayName = $"{name} {mark}", productIds = products }).Expect(201);
        }

        foreach (var kind in (string[])["release-channels", "release-platforms"])
        {
            async Task<IEnumerable<string>> Names(string filter) =>
                (await user.Get($"/v3/me/{kind}?search={mark}{filter}").Expect(200)).AsArray().Select(row => row!.Text("displayName"));

            (await Names("")).ShouldBe([$"own {mark}", $"all {mark}"]);
            (await Names("&sort=displayName")).ShouldBe([$"all {mark}", $"own {mark}"]);
            (await Names("&sort=-createdAt")).ShouldBe([$"all {mark}", $"own {mark}"]);
            (await Names("&sort=%2BupdatedAt&limit=1")).ShouldBe([$"own {mark}"]);
            (await Names($"&productId={shelf.Product.Id}")).ShouldBe([$"own {mark}", $"all {mark}"]);
            (await Names($"&productId={other.Product.Id}")).ShouldBeEmpty();
        }

        await user.Get("/v3/me/products?sort=-updatedAt|%2BcreatedAt").Expect(200);
        var product = (await user.Get("/v3/me/products").Expect(200)).AsArray().ShouldHaveSingleItem()!;
        (product.Id(), product.Text("displayName")).ShouldBe((shelf.Product.Id, "Designer"));
    }
}
