using Microsoft.Playwright;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>Whoever is signed in for one organization never sees another's.</summary>
[Collection(OnDemo.Name)]
public class Isolation(DemoSite site)
{
    [Fact]
    public async Task Nothing_of_another_organization_is_shown_at_any_address()
    {
        var (_, email) = await site.NewOrganization("Lonely");
        await using var olga = await site.Visit(email);
        foreach (var path in (string[])["/portal", "/portal/users", "/portal/groups", "/portal/licenses", "/portal/activations", "/portal/activations/log", "/portal/history", "/portal/search?search=a", "/portal/my/licenses"])
        {
            await olga.Go(path);
            (await olga.Page.Locator("body").InnerTextAsync()).ShouldNotContain("acme", Case.Insensitive, path);
        }

        await olga.Go("/portal/search?search=acme");
        await olga.Sees("Nothing matches.");
        foreach (var path in (string[])[$"/portal/users/{site.Person}", $"/portal/users/{site.Person}/remove", $"/portal/groups/{site.Group}", $"/portal/licenses/{site.License}", $"/portal/licenses/{site.License}/groups", $"/portal/activations/{site.Activation}"])
        {
            var answer = await olga.Page.GotoAsync(path);
            answer!.Status.ShouldBe(404, path);
            await Assertions.Expect(olga.Heading).ToHaveTextAsync("Not found");
        }
    }

    [Fact]
    public async Task Customers_do_not_get_into_the_admin_portal_and_users_not_into_what_is_their_admins()
    {
        await using var user = await site.Visit(DemoSite.User);
        foreach (var path in (string[])["/admin", "/admin/organizations", "/portal/users", "/portal/history", $"/portal/licenses/{site.License}/groups"])
        {
            await user.Go(path);
            await Assertions.Expect(user.Heading).ToHaveTextAsync("My licences");
        }
    }

    [Fact]
    public async Task A_form_of_somebody_else_is_refused()
    {
        await using var admin = await site.Visit(DemoSite.Admin);
        await admin.Go("/portal/groups/new");
        var answer = await admin.Context.APIRequest.PostAsync("/portal/groups/new", new() { Form = admin.Context.APIRequest.CreateFormData().Append("_handler", "create").Append("name", "Forged") });
        answer.Status.ShouldBe(400);
        await admin.Go("/portal/groups");
        await admin.SeesNot("Forged");
    }
}
