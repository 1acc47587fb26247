namespace EventSourcedOrgs.Host.Tests.Licenses;

public class LicenseListTests
{
    private static async Task<IReadOnlyList<string>> Ids(HttpClient client, string path) =>
        [.. (await client.Get($"{path}&minPosition={await (await TestHost.Shared).Position()}").Expect(200)).AsArray().Select(license => license!.Id())];

    [Fact]
    public async Task Every_filter_of_the_contract_is_understood()
    {
        var vendor = await (await TestHost.Shared).Vendor();
        var id = Guid.NewGuid();
        foreach (var filter in new[]
        {
            $"userId={id}", $"organizationId[in]={id}", "activation.lastSyncedAt[gt]=2024-01-01T00:00:00Z", "activation.countryCode=AT", $"productId={id}",
            $"productVersionId[ne]={id}", $"resellerId={id}", "user.email[cn]=ada", "user.company[sw]=Ac", "organization.name[ew]=me", "allowVmActivation=true",
            "userLocked=false", "expiringSoon=true", "maintenanceExpiringSoon=false", "expirationStrategy=delayed", "subscriptionStartTrigger[ne]=creation", "tags=gold",
            "maintenanceExpiresAt[lt]=2024-01-01T00:00:00Z", "createdAfter=2024-01-01T00:00:00Z", "createdBefore=2024-01-01T00:00:00Z",
            "activatedAt[gte]=2024-01-01T00:00:00Z", "lastUsedAt[lte]=2024-01-01T00:00:00Z", "key[nc]=A", "revoked=true", "suspended=true", "type[in]=node-locked,hosted-floating",
            "validity[gt]=5", "subscriptionInterval=P1Y", "allowedActivations[gte]=1", "allowedDeactivations[lt]=1", "totalActivations=0", "totalDeactivations[ne]=0",
            "notes[cn]=x", "metadata.key=po", "metadata.value=7", "expiresAt[gt]=2024-01-01T00:00:00Z", "expired=true", "perpetual=false", $"entitlementSetId={id}",
            $"id={id}", "createdAt[gt]=2024-01-01T00:00:00Z", "updatedAt[gt]=2024-01-01T00:00:00Z", "search=x", "sort=-createdAt|+key",
        })
        {
            await vendor.Get($"/v3/licenses?limit=1&{filter}").Expect(200);
        }

        await vendor.Get("/v3/licenses?createdAfter=yesterday").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        await vendor.Get("/v3/licenses?userId=ada").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        await vendor.Get("/v3/licenses?colour=red").ExpectProblem(400, "UNKNOWN_FILTER");
    }

    [Fact]
    public async Task Whether_a_licence_has_expired_is_told_for_the_moment_that_is_asked_about()
    {
        var (host, designer) = (await TestHost.Shared, await Designer.Sold());
        var end = DateTimeOffset.UtcNow.AddSeconds(2);
        var license = (await designer.License(("expiresAt", end))).Id();
        var position = await host.Scalar<long>("select max(seq_id) from events.mt_events where stream_id = $1", Guid.Parse(license));
        await Task.Delay(TimeSpan.FromSeconds(2.2));

        var all = $"/v3/licenses?productId={designer.Id}";
        (await Ids(designer.Vendor, $"{all}&expired=true")).ShouldBe([license]);
        (await Ids(designer.Vendor, $"{all}&expiringSoon=true")).ShouldBeEmpty();
        (await Ids(designer.Vendor, $"{all}&expired=true&asOf={position}")).ShouldBeEmpty();
        (await Ids(designer.Vendor, $"{all}&expired=false&expiringSoon=true&asOf={position}")).ShouldBe([license]);
    }

    [Fact]
    public async Task Metadata_is_compared_like_text_and_key_and_value_of_one_entry()
    {
        var designer = await Designer.Sold();
        var gold = (await designer.License(("metadata", new[] { new { key = "Tier", value = "Gold" }, new { key = "order", value = "7001" } }))).Id();
        var silver = (await designer.License(("metadata", new[] { new { key = "Tier", value = "Silver" }, new { key = "region", value = "Gold Coast" } }))).Id();
        var plain = (await designer.License()).Id();

        foreach (var (filter, found) in new (string, string[])[]
        {
            ("metadata.key[sw]=tI", [gold, silver]), ("metadata.key[ew]=ION", [silver]), ("metadata.value[cn]=OLD", [gold, silver]), ("metadata.value[nc]=coast", [gold, plain]),
            ("metadata.value[sw]=700", [gold]), ("metadata.key[eq]=Tier&metadata.value[sw]=gold", [gold]), ("metadata.key[cn]=REG&metadata.value[cn]=coast", [silver]),
            ("metadata.key=tier", []), ("metadata.key=Tier", [gold, silver]), ("metadata.value[in]=Gold,Silver", [gold, silver]), ("metadata.value[nin]=7001", [silver, plain]),
            ("metadata.value[cn]=%25", []),
        })
            (await Ids(designer.Vendor, $"/v3/licenses?productId={designer.Id}&{filter}")).ShouldBe(found, filter);
    }

    [Fact]
    public async Task What_older_clients_send_finds_the_same()
    {
        var acme = await Acme.With(seats: -1);
        var designer = await Designer.For(acme.Vendor);
        var email = Acme.NewEmail();
        var user = (await acme.Vendor.Post("/v3/users", new { firstName = "Ada", email, company = $"Engines {email}", password = Acme.Password }).Expect(201)).Id();
        var (one, other) = (
            await designer.License(("userId", user), ("metadata", new[] { new { key = "subscription", value = "sub_1" } })),
            await designer.License(("metadata", new[] { new { key = "subscription", value = "sub_2" } })));
        var (first, second) = (one.Id(), other.Id());
        var (key, otherKey) = (one.Text("key"), other.Text("key"));

        foreach (var (query, found) in new (string, string[])[]
        {
            ("metadataKey=subscription&metadataValue=sub_1", [first]), ("metadataKey=subscription", [first, second]), ($"userEmail={email.ToUpperInvariant()}", [first]),
            ($"email={email}", [first]), ($"userCompany={Uri.EscapeDataString($"Engines {email}")}", [first]), ($"query={key}", [first]),
            ($"key[in][]={key}&key[in][]={otherKey}", [first, second]), ($"key[in]={key}&key[in]={otherKey}", [first, second]), ($"key%5Bnin%5D%5B%5D={key}", [second]),
            ("type[in]=Node-Locked,hosted-floating", [first, second]), ("type=NODE-LOCKED&metadataValue=sub_2", [second]), ("type[ne]=Node-Locked", []),
        })
        {
            (await Ids(acme.Vendor, $"/v3/licenses?productId={designer.Id}&{query}")).ShouldBe(found, query);
            using var csv = await acme.Vendor.Get($"/v3/licenses/export?productId={designer.Id}&{query}");
            (await csv.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(found.Length + 1, query);
        }

        using var page = await acme.Vendor.Get($"/v3/licenses?productId={designer.Id}&key[in][]={key}&key[in][]={otherKey}&metadataKey=subscription&limit=1");
        (await acme.Vendor.Get(page.Headers.GetValues("Link").Single().Split('<', '>')[1]).Expect(200)).AsArray().ShouldHaveSingleItem()!.Id().ShouldBe(second);
    }

    [Fact]
    public async Task Licences_are_found_by_what_they_hold()
    {
        var acme = await Acme.With(seats: -1);
        var (designer, engineers) = (await Designer.For(acme.Vendor), await acme.Group());
        var set = await designer.EntitlementSet();
        var user = await acme.User(engineers);
        var primary = (await designer.License(("userId", user), ("tags", new[] { "gold" }), ("maxAllowedReleaseVersion", "3.1"))).Id();
        var additional = (await designer.License(("additionalUserIds", new[] { user }), ("entitlementSetId", set), ("allowVmActivation", false))).Id();
        var grouped = (await designer.License(("organizationId", acme.Id), ("expiresAt", DateTimeOffset.UtcNow.AddDays(2)))).Id();
        var plain = (await designer.License(("createdAt", "2020-01-01T00:00:00Z"), ("subscriptionInterval", "P1D"))).Id();
        await acme.Vendor.Put($"{acme.Path}/licenses/{grouped}/user-groups/{engineers}").Expect(204);

        var all = $"/v3/licenses?productId={designer.Id}";
        (await Ids(acme.Vendor, all)).ShouldBe([plain, primary, additional, grouped]);
        (await Ids(acme.Vendor, $"{all}&userId={user}")).ShouldBe([primary, additional, grouped]);
        (await Ids(acme.Vendor, $"{all}&tags=gold")).ShouldBe([primary]);
        (await Ids(acme.Vendor, $"{all}&entitlementSetId={set}")).ShouldBe([additional]);
        (await Ids(acme.Vendor, $"{all}&allowVmActivation=false")).ShouldBe([additional]);
        (await Ids(acme.Vendor, $"{all}&maxAllowedReleaseVersion=3.1")).ShouldBe([primary]);
        (await Ids(acme.Vendor, $"{all}&expiringSoon=true")).ShouldBe([grouped]);
        (await Ids(acme.Vendor, $"{all}&expired=true")).ShouldBe([plain]);
        (await Ids(acme.Vendor, $"{all}&createdBefore=2021-01-01T00:00:00Z")).ShouldBe([plain]);
        (await Ids(acme.Vendor, $"{all}&createdAfter=2021-01-01T00:00:00Z&sort=-createdAt")).ShouldBe([grouped, additional, primary]);
        (await acme.Vendor.Get($"{all}&limit=1").Expect(200))[0]!.ShouldHaveShape(LicenseTests.Shape);

        var admin = await acme.Admin();
        (await Ids(admin, $"{acme.Path}/licenses?userGroupId={engineers}")).ShouldBe([grouped]);
        (await Ids(admin, $"{acme.Path}/licenses?perpetual=true")).ShouldBeEmpty();
        await admin.Get($"{(await Acme.With(seats: 1)).Path}/licenses").ExpectProblem(404, "NOT_FOUND");
        await admin.Get("/v3/licenses").ExpectProblem(403, "FORBIDDEN");
    }
}
