using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Organizations;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Organizations;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Api;

/// <summary>A preview says what would happen, and nothing happens.</summary>
public class DryRunTests
{
    [Fact]
    public async Task A_new_user_is_previewed_with_events_and_seats()
    {
        var acme = await Acme.With(seats: 3);
        var preview = await acme.Vendor.Post($"{acme.Path}/users?dryRun=true", Acme.Person()).Expect(200);

        preview["events"]!.AsArray().Select(e => e!.Text("type")).ShouldBe(["organization_user_joined_v1", "user_created_v1"]);
        preview["events"]![1]!["data"]!.Text("firstName").ShouldBe("Ada");
        preview["seats"]!["usedBefore"]!.GetValue<int>().ShouldBe(0);
        preview["seats"]!["usedAfter"]!.GetValue<int>().ShouldBe(1);
        (await acme.Host.EventsOf(acme.Id)).ShouldBe(["organization_created_v1"]);
    }

    [Fact]
    public async Task Who_would_gain_and_lose_is_told_by_pair()
    {
        var acme = await Acme.With(seats: -1);
        var (engineers, writers) = (await acme.Group("Engineers"), await acme.Group("Writers"));
        var (ada, both) = (await acme.User(engineers), await acme.User(engineers, writers));
        var license = (await (await Designer.For(acme.Vendor)).License(("organizationId", acme.Id))).Id();

        (await Preview(acme, $"/licenses/{license}/user-groups/{engineers}", HttpMethod.Put)).ShouldBe((Pairs((ada, license), (both, license)), ""));
        await acme.Vendor.Put($"{acme.Path}/licenses/{license}/user-groups/{engineers}").Expect(204);
        await acme.Vendor.Put($"{acme.Path}/licenses/{license}/user-groups/{writers}").Expect(204);

        (await Preview(acme, $"/user-groups/{engineers}", HttpMethod.Delete)).ShouldBe(("", Pairs((ada, license))));
        (await Preview(acme, $"/user-groups/{engineers}/users/{both}", HttpMethod.Delete)).ShouldBe(("", ""));
        (await Preview(acme, $"/users/{ada}", HttpMethod.Delete)).ShouldBe(("", Pairs((ada, license))));
        (await Preview(acme, "/suspend", HttpMethod.Post)).ShouldBe(("", Pairs((ada, license), (both, license))));
        (await Preview(acme, "?cascade=true", HttpMethod.Delete)).ShouldBe(("", Pairs((ada, license), (both, license))));
        (await acme.Read())["suspended"]!.GetValue<bool>().ShouldBeFalse();
        (await acme.Read())["usersCount"]!.GetValue<int>().ShouldBe(2);
    }

    [Fact]
    public async Task What_befalls_an_organization_befalls_licenses_that_belong_to_its_users_alone()
    {
        var acme = await Acme.With(seats: -1);
        var (ada, grace) = (await acme.User(), await acme.User());
        var designer = await Designer.For(acme.Vendor);
        var own = (await designer.License(("userId", ada))).Id();
        var shared = (await designer.License(("additionalUserIds", new[] { grace }))).Id();
        (await Preview(acme, "/suspend", HttpMethod.Post)).ShouldBe(("", Pairs((ada, own), (grace, shared))));

        await acme.Vendor.Post($"{acme.Path}/suspend").Expect(200);
        (await Preview(acme, "/reinstate", HttpMethod.Post)).ShouldBe((Pairs((ada, own), (grace, shared)), ""));
    }

    [Fact]
    public async Task Of_too_many_pairs_their_number_is_told_and_not_whose_they_are()
    {
        const int Users = 500, Licenses = 41;
        var acme = await Acme.With(seats: -1);
        var (group, designer) = (await acme.Group(), await Designer.For(acme.Vendor));
        await acme.Vendor.Post($"{acme.Path}/users/bulk", new
        {
            users = Enumerable.Range(0, Users).Select(_ => new { firstName = "Ada", email = Acme.NewEmail(), userGroupIds = new[] { group } }),
        }).Expect(201);
        await Task.WhenAll(Enumerable.Range(0, Licenses).Select(async _ =>
        {
            var license = (await designer.License(("organizationId", acme.Id))).Id();
            await acme.Vendor.Put($"{acme.Path}/licenses/{license}/user-groups/{group}").Expect(204);
        }));

        var preview = await acme.Vendor.Delete($"{acme.Path}/user-groups/{group}?dryRun=true").Expect(200);

        preview["events"]!.AsArray().ShouldHaveSingleItem()!.Text("type").ShouldBe("user_group_deleted_v1");
        preview["truncated"]!.GetValue<bool>().ShouldBeTrue();
        preview["access"]!.ToJsonString().ShouldBe($$"""{"gained":[],"lost":[],"gainedCount":null,"lostCount":null,"concernedCount":{{Users * Licenses}}}""");
    }

    [Fact]
    public async Task Of_an_organization_with_too_many_users_its_own_end_is_told()
    {
        var acme = await Acme.With(seats: -1);
        await Join(acme, DeleteOrganization.MostForeseen + 1);

        var preview = await acme.Vendor.Delete($"{acme.Path}?cascade=true&dryRun=true").Expect(200);

        preview["events"]!.AsArray().ShouldHaveSingleItem()!.Text("type").ShouldBe("organization_deleted_v1");
        preview["truncated"]!.GetValue<bool>().ShouldBeTrue();
        (await acme.Read())["usersCount"]!.GetValue<int>().ShouldBe(DeleteOrganization.MostForeseen + 1);
    }

    [Fact]
    public async Task A_preview_refuses_what_the_real_thing_refuses()
    {
        var acme = await Acme.With(seats: 1);
        using var admin = await acme.Admin();
        await admin.Post($"{acme.Path}/users?dryRun=true", Acme.Person()).ExpectProblem(400, "ALLOWED_USERS_LIMIT_REACHED");
        await admin.Post($"{acme.Path}/suspend?dryRun=true").ExpectProblem(403, "FORBIDDEN");
        await acme.Vendor.Patch($"{acme.Path}?dryRun=true", new { name = "" }).ExpectProblem(400, "VALIDATION_FAILED");
        await acme.Vendor.Patch($"{acme.Path}?dryRun=true", new { name = "X" }, ("If-Match", "\"77\"")).ExpectProblem(412, "VERSION_MISMATCH");
        await acme.Vendor.Patch($"{acme.Path}?dryRun=perhaps", new { name = "X" }).ExpectProblem(400, "INVALID_QUERY_PARAMETER");
    }

    [Fact]
    public async Task A_preview_leaves_the_idempotency_key_to_the_real_thing()
    {
        var acme = await Acme.With(seats: 3);
        var key = Guid.NewGuid().ToString();
        await acme.Vendor.Post($"{acme.Path}/user-groups?dryRun=true", new { name = "Engineers" }, ("Idempotency-Key", key)).Expect(200);
        await acme.Vendor.Post($"{acme.Path}/user-groups", new { name = "Engineers" }, ("Idempotency-Key", key)).Expect(201);
    }

    /// <summary>Takes seats of the organization.</summary>
    private static async Task Join(Acme acme, int users)
    {
        await using var scope = acme.Host.Services.CreateAsyncScope();
        var (store, organization) = (scope.ServiceProvider.GetRequiredService<Store>(), OrganizationId.From(Guid.Parse(acme.Id)));
        store.Context.Set(Caller.System, Origin.None, DateTimeOffset.UtcNow);
        await store.Organizations.Decide(
            organization, state => Decision.Of<OrganizationEvent>([.. Enumerable.Range(0, users).Select(_ => new UserJoinedOrganization(state.Id, Id.New<UserId>()))]), CancellationToken.None);
        await store.Commit();
    }

    private static async Task<(string Gained, string Lost)> Preview(Acme acme, string path, HttpMethod method)
    {
        var address = $"{acme.Path}{path}{(path.Contains('?') ? "&" : "?")}dryRun=true";
        var access = (await (method == HttpMethod.Put ? acme.Vendor.Put(address) : method == HttpMethod.Post ? acme.Vendor.Post(address) : acme.Vendor.Delete(address)).Expect(200))["access"]!;
        return (Pairs(access["gained"]!), Pairs(access["lost"]!));
    }

    private static string Pairs(System.Text.Json.Nodes.JsonNode pairs) => Pairs([.. pairs.AsArray().Select(pair => (pair!.Text("userId"), pair!.Text("licenseId")))]);

    private static string Pairs(params (string User, string License)[] pairs) => string.Join(' ', pairs.Select(pair => $"{pair.User}/{pair.License}").Order());
}
