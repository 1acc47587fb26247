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
