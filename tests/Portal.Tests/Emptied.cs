namespace EventSourcedOrgs.Portal.Tests;

/// <summary>A field of a form that is sent empty clears what it showed.</summary>
[Collection(OnDemo.Name)]
public class Emptied(DemoSite site)
{
    [Fact]
    public async Task A_last_name_of_ones_own_is_cleared()
    {
        var (_, email) = await site.NewOrganization("Movers");
        using var olga = await site.Read(email);

        (await olga.Submit("/portal/profile", "profile", ("firstName", "Olga"), ("lastName", ""), ("email", email))).Text.ShouldContain("Saved.");

        using var caller = await site.Caller(email);
        ((string)(await Site.Get(caller, "/v3/me"))["lastName"]!).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_description_of_a_group_and_a_last_name_of_a_user_are_cleared()
    {
        var (organization, email) = await site.NewOrganization("Clearers");
        using var olga = await site.Read(email);
        using var caller = await site.Caller(email);
        var (own, sofia) = ($"/v3/organizations/{organization}", $"sofia-{Guid.NewGuid():N}@example.com");
        var group = (string)(await Site.Post(caller, $"{own}/user-groups", new { name = "Described", description = "Once" }))["id"]!;
        var user = (string)(await Site.Post(caller, $"{own}/users", new
        {
            firstName = "Sofia", lastName = "Kovalevskaya", email = sofia, role = "user", password = Site.Password, allowCustomerPortalAccess = true,
        }))["id"]!;

        (await olga.Submit($"/portal/groups/{group}/edit", "edit", ("name", "Described"), ("description", ""))).Text.ShouldContain("Saved.");
        (await olga.Submit($"/portal/users/{user}/edit", "edit", ("firstName", "Sofia"), ("lastName", ""), ("email", sofia), ("role", "user"), ("allowCustomerPortalAccess", "on"))).Text
            .ShouldContain("Saved.");

        ((string)(await Site.Get(caller, $"{own}/user-groups/{group}"))["description"]!).ShouldBeEmpty();
        ((string)(await Site.Get(caller, $"{own}/users/{user}"))["lastName"]!).ShouldBeEmpty();
    }
}
