using EventSourcedOrgs.Application.SignIn;
using Microsoft.Playwright;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>What people do about themselves: the way in by an invitation, a second factor, other sign-ins, profile and password.</summary>
[Collection(OnDemo.Name)]
public class OwnAccount(DemoSite site)
{
    private const string NewPassword = "a much better horse battery";

    [Fact]
    public async Task Who_is_invited_sets_a_password_by_the_link_and_the_link_is_good_once()
    {
        var (_, email) = await site.NewOrganization("Inviters");
        await using var olga = await site.Visit(email, scripts: false);
        var sofia = $"sofia-{Guid.NewGuid():N}@example.com";
        await olga.Go("/portal/users/new");
        await olga.Fill("First name", "Sofia");
        await olga.Fill("E-mail address", sofia);
        await olga.Press("Create user");
        await olga.Sees("Now hand over the invitation.");
        await olga.Press("Make an invitation link");
        var link = await olga.Page.Locator(".copyable code").InnerTextAsync();

        await using var invited = await site.Visit(scripts: false);
        await invited.Go(link);
        await invited.Fill("New password", "short");
        await invited.Press("Set password");
        await Assertions.Expect(invited.Page.GetByLabel("New password")).ToHaveAttributeAsync("aria-invalid", "true");
        await invited.Fill("New password", NewPassword);
        await invited.Press("Set password");
        await invited.Sees("The password is set. Sign in with it.");
        await invited.SignIn(sofia, NewPassword);
        await Assertions.Expect(invited.Heading).ToHaveTextAsync("My licences");

        await invited.Go(link);
        await invited.Fill("New password", "another horse, same battery");
        await invited.Press("Set password");
        await Assertions.Expect(invited.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
    }

    [Fact]
    public async Task With_a_second_factor_a_password_alone_does_not_let_in()
    {
        var (_, email) = await site.NewOrganization("Careful");
        await using var olga = await site.Visit(email);
        await olga.Go("/portal/security");
        await olga.Press("Set up a second factor");
        var secret = SecretOf(await olga.Page.Locator("#two-factor code").InnerTextAsync());
        await olga.IsAccessible();
        await olga.Fill("Code", "000000");
        await olga.Press("Switch on");
        await Assertions.Expect(olga.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        var step = 0L;
        for (var tries = 0; tries < 3 && (tries == 0 || await olga.Page.GetByRole(AriaRole.Alert).IsVisibleAsync()); tries++)
        {
            // A code that was typed too slowly is old.
            step = Totp.StepAt(DateTimeOffset.UtcNow);
            await olga.Fill("Code", Totp.Code(secret, step));
            await olga.Press("Switch on");
        }

        await olga.Sees("The second factor is on.");
        await olga.Fill("Code of the authenticator", Totp.Code(secret, step + 1));
        await olga.Press("Make new recovery codes");
        await olga.Sees("Each works once");
        var recovery = await olga.Page.Locator(".codes code").First.InnerTextAsync();

        await Enters(email, recovery, isRight: true);
        await Enters(email, recovery, isRight: false);

        // Each step of the authenticator is taken once, and at most one step ahead of the time.
        while (Totp.StepAt(DateTimeOffset.UtcNow) <= step)
            await Task.Delay(TimeSpan.FromSeconds(1));
        var next = Totp.Code(secret, Totp.StepAt(DateTimeOffset.UtcNow) + 1);
        await Enters(email, next, isRight: true);
        await Enters(email, next, isRight: false);
    }

    [Fact]
    public async Task A_sign_in_that_is_ended_elsewhere_is_over_at_the_next_click()
    {
        var (_, email) = await site.NewOrganization("Travellers");
        await using var desk = await site.Visit(email, scripts: false);
        await using var phone = await site.Visit(email, scripts: false);
        await desk.Go("/portal/sessions");
        await desk.Press("End");
        await desk.Sees("That sign-in has ended.");
        await phone.Go("/portal/users");
        await phone.Sees("You have been signed out.");
        await Assertions.Expect(phone.Heading).ToHaveTextAsync("Sign in");
        await desk.Go("/portal/users");
        await Assertions.Expect(desk.Heading).ToHaveTextAsync("Users");
    }

    [Fact]
    public async Task Profile_and_password_are_changed_by_their_owner_and_other_sign_ins_end()
    {
        var (_, email) = await site.NewOrganization("Changers");
        await using var olga = await site.Visit(email, scripts: false);
        await using var elsewhere = await site.Visit(email, scripts: false);
        await olga.Go("/portal/profile");
        await olga.Fill("First name", "Olja");
        await olga.Press("Save");
        await olga.Sees("Saved.");
        (await olga.Page.Locator(".who").InnerTextAsync()).ShouldStartWith("Olja");

        await olga.Go("/portal/security");
        await olga.Fill("Password you have", "not this one");
        await olga.Fill("New password", NewPassword);
        await olga.Press("Change password");
        await Assertions.Expect(olga.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await olga.Fill("Password you have", Site.Password);
        await olga.Fill("New password", NewPassword);
        await olga.Press("Change password");
        await olga.Sees("The password is changed, and your other sign-ins have ended.");
        await elsewhere.Go("/portal");
        await Assertions.Expect(elsewhere.Heading).ToHaveTextAsync("Sign in");
        await elsewhere.SignIn(email, NewPassword);
    }

    /// <summary>Signs in with the password and a code.</summary>
    private async Task Enters(string email, string code, bool isRight)
    {
        await using var somebody = await site.Visit(scripts: false);
        await somebody.Go("/portal/sign-in");
        await somebody.Fill("E-mail address", email);
        await somebody.Fill("Password", Site.Password);
        await somebody.Press("Sign in");
        await Assertions.Expect(somebody.Heading).ToHaveTextAsync("One more step");
        await somebody.Fill("Code", code);
        await somebody.Press("Continue");
        await Assertions.Expect(somebody.Heading).ToHaveTextAsync(isRight ? "Careful" : "One more step");
    }

    private static byte[] SecretOf(string base32)
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bits = string.Concat(base32.Select(letter => Convert.ToString(alphabet.IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(index => Convert.ToByte(bits.Substring(index * 8, 8), 2))];
    }
}
