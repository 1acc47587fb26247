using System.Net;
using Microsoft.Playwright;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>The way in and out.</summary>
[Collection(OnDemo.Name)]
public class SigningIn(DemoSite site)
{
    [Fact]
    public async Task A_stranger_is_asked_to_sign_in_and_comes_back_to_the_page()
    {
        await using var somebody = await site.Visit();
        await somebody.Go("/admin/organizations?search=x");
        await somebody.IsAccessible();
        await somebody.Fill("E-mail address", Site.SuperAdmin);
        await somebody.Fill("Password", Site.Password);
        await somebody.Press("Sign in");
        await somebody.Page.WaitForURLAsync("**/admin/organizations?search=x");
        await Assertions.Expect(somebody.Heading).ToHaveTextAsync("Organizations");
        await somebody.IsAccessible();
    }

    [Fact]
    public async Task A_wrong_password_is_told_in_words_and_the_address_stays()
    {
        await using var somebody = await site.Visit(scripts: false);
        await somebody.Go("/portal/sign-in");
        await somebody.Fill("E-mail address", Site.SuperAdmin);
        await somebody.Fill("Password", "something else");
        await somebody.Press("Sign in");
        await Assertions.Expect(somebody.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        (await somebody.Page.GetByLabel("E-mail address").InputValueAsync()).ShouldBe(Site.SuperAdmin);
    }

    [Fact]
    public async Task Who_signs_out_is_out_and_so_are_the_tokens()
    {
        await using var somebody = await site.Visit(Site.SuperAdmin);
        await somebody.Go("/admin");
        var cookie = (await somebody.Context.CookiesAsync()).Single(cookie => cookie.Name == "portal");
        (cookie.HttpOnly, cookie.SameSite).ShouldBe((true, SameSiteAttribute.Lax));
        await somebody.Page.Locator(".user-menu summary").ClickAsync();
        await somebody.Press("Sign out");
        await somebody.Sees("You are signed out.");

        await somebody.Context.AddCookiesAsync([new() { Name = "portal", Value = cookie.Value, Domain = cookie.Domain, Path = cookie.Path }]);
        await somebody.Go("/admin/organizations");
        await Assertions.Expect(somebody.Heading).ToHaveTextAsync("Sign in");
    }

    [Fact]
    public async Task Who_is_younger_than_the_moment_they_look_at_finds_the_way_back_and_out()
    {
        var (_, email) = await site.NewOrganization("Younger");
        using var olga = await site.Read(email);
        (string, string)[] before = [("asOf", site.Opened.ToString("yyyy-MM-dd'T'HH:mm:ss"))];
        await olga.Submit("/portal/moment", "/portal/moment", before);
        (await olga.Get("/portal/moment")).Text.ShouldContain("This is how it was at");
        (await olga.Submit("/portal/users", "/portal/moment")).Status.ShouldBe(HttpStatusCode.OK);
        var (status, text) = await olga.Get("/portal/users");
        status.ShouldBe(HttpStatusCode.OK);
        text.ShouldNotContain("This is how it was at");

        await olga.Submit("/portal/moment", "/portal/moment", before);
        (await olga.Submit("/portal/moment", "/portal/sign-out")).Text.ShouldContain("You are signed out.");
    }

    [Fact]
    public async Task Who_takes_too_long_over_the_code_begins_again()
    {
        using var somebody = new FormReader(new(site.Address));
        var (status, text) = await somebody.Submit("/portal/sign-in", "sign-in", ("pending", "too-old"), ("twoFactorCode", "123 456"));
        status.ShouldBe(HttpStatusCode.BadRequest);
        text.ShouldContain("That took too long.");
        text.ShouldContain("E-mail address");
    }
}
