using EventSourcedOrgs.Host.Tests.History;

namespace EventSourcedOrgs.Host.Tests.Erasure;

/// <summary>What becomes of a user who is erased, and of whom nobody may erase.</summary>
public sealed class EraseUserTests
{
    [Fact]
    public async Task Access_ends_at_once_the_seat_and_the_address_are_free_and_the_history_stays()
    {
        var marked = await Marked.In(await TestHost.Shared);
        var acme = marked.Acme;
        using var ada = await acme.Host.SignIn(marked.Email, Acme.Password);
        (await acme.Read())["usersCount"]!.GetValue<int>().ShouldBe(2);

        await acme.Vendor.Post($"/v3/users/{marked.Ada}/erase").Expect(204);
        await ada.Get("/v3/me").Expect(401);
        await acme.Host.Anonymous.Post("/v3/accounts/login", new { email = marked.Email, password = Acme.Password }).ExpectProblem(400, "INVALID_CREDENTIALS");
        await acme.Vendor.Get($"/v3/users/{marked.Ada}").ExpectProblem(404, "NOT_FOUND");
        await acme.Vendor.Get($"/v3/activations/{marked.Laptop}").ExpectProblem(404, "NOT_FOUND");
        (await acme.Read())["usersCount"]!.GetValue<int>().ShouldBe(1);
        await acme.Vendor.Post("/v3/users", marked.NewAda, marked.IdempotencyKey).ExpectProblem(409, "ANSWER_ERASED");

        var events = await acme.Host.EventsOf(marked.Ada);
        events.TakeLast(2).ShouldBe(["user_deleted_v1", "user_erased_v1"]);
        (await acme.Host.EventsOf(marked.Laptop)).TakeLast(2).ShouldBe(["activation_ended_v1", "activation_erased_v1"]);
        var told = await acme.Vendor.History(acme.Host, $"/v3/users/{marked.Ada}");
        told.Count.ShouldBe(events.Count);
        told.Of("user_renamed_v1")["data"]!["firstName"]!.ToJsonString().ShouldBe("""{"erased":true}""");
        told.Of("user_erased_v1").Change("/erased").ShouldBe("null -> true");

        await acme.Vendor.Post($"/v3/users/{marked.Ada}/erase").Expect(204);
        (await acme.Host.EventsOf(marked.Ada)).ShouldBe(events);
        await acme.Vendor.Post("/v3/users", new { firstName = "Ada", email = marked.Email, organizationId = acme.Id, password = Acme.Password }).Expect(201);
        (await acme.Read())["usersCount"]!.GetValue<int>().ShouldBe(2);
    }

    [Fact]
    public async Task Who_was_deleted_before_is_erased_with_the_machines_of_then()
    {
        var marked = await Marked.In(await TestHost.Shared);
        await marked.Acme.Vendor.Delete($"/v3/users/{marked.Ada}").Expect(204);
        await marked.Acme.Vendor.Get($"/v3/activation-logs?limit=1&minPosition={await marked.Acme.Host.Position()}").Expect(200);
        await marked.Acme.Vendor.Post($"/v3/users/{marked.Ada}/erase").Expect(204);
        (await marked.Acme.Host.EventsOf(marked.Ada)).Count(type => type == "user_deleted_v1").ShouldBe(1);
        (await marked.Acme.Host.EventsOf(marked.Laptop))[^1].ShouldBe("activation_erased_v1");
        (await marked.Acme.Host.EventsOf(marked.Server))[^1].ShouldBe("activation_erased_v1");
    }

    [Fact]
    public async Task Nobody_erases_the_super_admin_or_what_is_not_there()
    {
        var host = await TestHost.Shared;
        var vendor = await host.Vendor();
        await vendor.Post($"/v3/users/{(await vendor.Get("/v3/me").Expect(200)).Id()}/erase").ExpectProblem(400, "SUPER_ADMIN_IS_UNIQUE");
        await vendor.Post($"/v3/users/{Guid.NewGuid()}/erase").ExpectProblem(404, "NOT_FOUND");
    }
}
