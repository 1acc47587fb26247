using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Api;

namespace EventSourcedOrgs.Host.Tests.Users;

/// <summary>What organization-admins do with their users beyond the contract, and what their portal lives on.</summary>
public class OrganizationAdminTests
{
    private static object Member(string email, params string[] groups) => new { firstName = "Barbara", email, userGroupIds = groups };

    [Fact]
    public async Task They_suspend_and_reinstate_users_of_their_own_and_of_nobody_else()
    {
        var (acme, other) = (await Acme.With(5), await Acme.With(5));
        var (admin, user, foreign) = (await acme.Admin(), await acme.User(), await other.User());
        (await admin.Post($"{acme.Path}/users/{user}/suspend").Expect(200))["suspended"]!.GetValue<bool>().ShouldBeTrue();
        (await admin.Post($"{acme.Path}/users/{user}/reinstate").Expect(200))["suspended"]!.GetValue<bool>().ShouldBeFalse();
        await admin.Post($"{acme.Path}/users/{foreign}/suspend").ExpectProblem(404, "NOT_FOUND");
        await admin.Post($"{other.Path}/users/{foreign}/suspend").ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task Many_users_come_in_together_within_the_seats_and_sign_in_once_they_have_a_password()
    {
        var acme = await Acme.With(3);
        var (admin, group, email) = (await acme.Admin(), await acme.Group(), Acme.NewEmail());
        var made = (await admin.Post($"{acme.Path}/users/bulk", new { users = new[] { Member(email, group), Member(Acme.NewEmail()) } }).Expect(201)).AsArray();
        made.Count.ShouldBe(2);
        made[0]!["userGroups"]![0]!.Id().ShouldBe(group);
        await acme.Host.Anonymous.Post("/v3/accounts/login", new { email, password = Acme.Password }).Expect(400);

        var token = (await admin.Post($"{acme.Path}/users/{made[0]!.Id()}/reset-password-token").Expect(200)).Text("resetPasswordToken");
        await acme.Host.Anonymous.Post($"/v3/users/{made[0]!.Id()}/reset-password", new { newPassword = Acme.Password, token }).Expect(204);
        (await (await acme.Host.SignIn(email, Acme.Password)).Get("/v3/me").Expect(200)).Text("organizationId").ShouldBe(acme.Id);
    }

    [Fact]
    public async Task When_one_of_many_cannot_be_made_none_is_and_each_is_told()
    {
        var acme = await Acme.With(3);
        var (admin, taken) = (await acme.Admin(), Acme.NewEmail());
        await acme.Vendor.Post($"{acme.Path}/users", Acme.Person(taken)).Expect(201);
        var problem = await admin.Post($"{acme.Path}/users/bulk", new { users = new[] { Member(Acme.NewEmail()), Member(taken), Member(Acme.NewEmail()) } }).ExpectProblem(409, "DUPLICATE_FIELD_VALUE");
        problem["errors"]!.AsObject().Select(error => error.Key).ShouldContain("/users/1/email");
        (await acme.Read())["usersCount"]!.GetValue<int>().ShouldBe(2);
        var preview = await admin.Post($"{acme.Path}/users/bulk?dryRun=true", new { users = new[] { Member(Acme.NewEmail()) } }).Expect(200);
        (preview["seats"]!["usedBefore"]!.GetValue<int>(), preview["seats"]!["usedAfter"]!.GetValue<int>()).ShouldBe((2, 3));
        await admin.Post($"{acme.Path}/users/bulk", new { users = Array.Empty<object>() }).ExpectProblem(400, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task Changes_are_pushed_and_go_on_where_they_were()
    {
        var acme = await Acme.With(3);
        using var admin = await acme.Admin();
        var position = (await admin.Get($"{acme.Path}/history?limit=1&minPosition={await acme.Host.Position()}").Expect(200))[0]!["position"]!.GetValue<long>();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{acme.Path}/changes") { Headers = { { "Accept", "text/event-stream" }, { "Last-Event-ID", $"{position}" } } };
        using var response = await admin.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        response.EnsureSuccessStatusCode();
        var group = await acme.Group("Pushed");
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync(patience.Token)).EnumerateAsync(patience.Token))
        {
            if (item.EventType != "change" || JsonNode.Parse(item.Data)!["resource"]!.Id() != group)
                continue;
            JsonNode.Parse(item.Data)!.Text("type").ShouldBe("user_group_created_v1");
            break;
        }
    }

    [Fact]
    public async Task Nobody_holds_more_streams_of_changes_open_than_their_share()
    {
        var acme = await Acme.With(3);
        using var admin = await acme.Admin();
        using var other = await acme.Admin();
        var open = new List<HttpResponseMessage>();
        for (var count = 0; count < OpenStreams.MostOfOne; count++)
            open.Add(await Follow(admin));
        open.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK);
        await Follow(admin).ExpectProblem(429, "TOO_MANY_REQUESTS");
        (await Follow(other)).StatusCode.ShouldBe(HttpStatusCode.OK);

        open[0].Dispose();
        var isTaken = false;
        for (var tries = 0; tries < 300 && !isTaken; tries++)
        {
            await Task.Delay(100);
            isTaken = (await Follow(admin)).StatusCode == HttpStatusCode.OK;
        }

        isTaken.ShouldBeTrue("one that has ended makes room for another");

        async Task<HttpResponseMessage> Follow(HttpClient who)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{acme.Path}/changes") { Headers = { { "Accept", "text/event-stream" } } };
            return await who.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }
    }

    [Fact]
    public async Task Only_a_portal_that_knows_the_key_is_believed_about_addresses()
    {
        var acme = await Acme.With(3);
        using var admin = await acme.Admin();
        admin.DefaultRequestHeaders.Add("Portal-Key", "guessed");
        admin.DefaultRequestHeaders.Add("Portal-Client-Address", "203.0.113.9");
        await admin.Post($"{acme.Path}/user-groups", new { name = "Forged" }).Expect(201);
        await acme.Settled();
        (await acme.Vendor.Get($"{acme.Path}/history?limit=1").Expect(200))[0]!["origin"]!.Text("ipAddress").ShouldNotBe("203.0.113.9");
    }
}
