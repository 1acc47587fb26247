using EventSourcedOrgs.Host.Tests.Activations;

namespace EventSourcedOrgs.Host.Tests.Users;

/// <summary>Users are found by what their machines run and when they were last there, as clients of the contract ask for it.</summary>
public class UserFilterTests
{
    private static async Task<IReadOnlyList<string>> Found(Acme acme, string filter)
    {
        var path = $"organizationId={acme.Id}&{filter}&minPosition={await acme.Host.Position()}";
        string[] found = [.. (await acme.Vendor.Get($"/v3/users?{path}").Expect(200)).AsArray().Select(user => user!.Id())];
        using var csv = await acme.Vendor.Get($"/v3/users/export?{path}");
        (await csv.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(found.Length + 1, filter);
        return found;
    }

    [Fact]
    public async Task By_the_release_that_a_live_activation_of_theirs_runs()
    {
        var acme = await Acme.With(seats: -1);
        var (ada, grace, idle) = (await acme.User(), await acme.User(), await acme.User());
        var (old, other) = (await Sold.With(("userId", ada), ("allowedActivations", 5)), await Sold.With(("userId", grace)));
        var gone = (await old.Device().Activate(("releaseVersion", "1.9"))).Text("aid");
        await old.Device().Activate(("releaseVersion", "2.4.1"));
        await other.Device().Activate(("releaseVersion", "1.9"));
        var before = await acme.Host.Position();

        foreach (var field in new[] { "activation.releaseVersion", "activation.appVersion" })
        {
            foreach (var (filter, found) in new (string, string[])[]
            {
                ("=1.9", [ada, grace]), ("[eq]=2.4.1", [ada]), ("[ne]=2.4.1", [grace, idle]), ("[sw]=2.", [ada]), ("[ew]=.9", [ada, grace]), ("[cn]=4", [ada]), ("[nc]=4", [grace, idle]),
                ("[in]=2.4.1,3.0", [ada]), ($"[in][]=2.4.1&{field}[in][]=1.9", [ada, grace]), ("[nin]=2.4.1,1.9", [idle]), ("=3.0", []),
            })
                (await Found(acme, $"{field}{filter}")).ShouldBe(found, field + filter);
        }

        (await Found(acme, "activationAppVersion=2.4.1")).ShouldBe([ada]);

        await acme.Vendor.Delete($"/v3/activations/{gone}").Expect(204);
        (await Found(acme, "activation.appVersion[sw]=1.")).ShouldBe([grace]);
        (await Found(acme, $"activation.appVersion[sw]=1.&asOf={before}")).ShouldBe([ada, grace]);
    }

    [Fact]
    public async Task By_when_they_were_last_seen_and_made_under_the_older_names()
    {
        var acme = await Acme.With(seats: -1);
        var unseen = await acme.User();
        var seen = (await (await acme.SignedIn("user")).Get("/v3/me").Expect(200)).Id();

        (await Found(acme, "lastSeenBefore=2999-01-01T00:00:00Z")).ShouldBe([seen]);
        (await Found(acme, "lastSeenBefore=2020-01-01T00:00:00Z")).ShouldBeEmpty();
        (await Found(acme, "lastSeenAfter=2020-01-01T00:00:00Z&createdAfter=2020-01-01&createdBefore=2999-01-01")).ShouldBe([seen]);
        (await Found(acme, "lastSeenBefore=")).ShouldBe([unseen, seen]);
        await acme.Vendor.Get("/v3/users?lastSeenBefore=yesterday").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
    }
}
