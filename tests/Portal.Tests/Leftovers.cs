using System.Net;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>What pages say when something that they speak of has gone, or is not what it was.</summary>
[Collection(OnDemo.Name)]
public class Leftovers(DemoSite site)
{
    [Fact]
    public async Task A_machine_of_somebody_who_has_left_is_shown()
    {
        var (organization, email) = await site.NewOrganization("Leavers");
        using var vendor = await site.Caller();
        var (own, name, leaver) = ($"/v3/organizations/{organization}", $"Named {Guid.NewGuid():N}", $"leaver-{Guid.NewGuid():N}@example.com");
        var group = (string)(await Site.Post(vendor, $"{own}/user-groups", new { name = "Named" }))["id"]!;
        var user = (string)(await Site.Post(vendor, $"{own}/users", new { firstName = "Leonora", email = leaver, role = "user", password = Site.Password, allowCustomerPortalAccess = true, userGroupIds = new[] { group } }))["id"]!;
        var template = (string)(await Site.Post(vendor, "/v3/license-templates", new { name, type = "node-locked", allowedActivations = 5, fingerprintMatchingStrategy = "exact", requireAuthentication = true }))["id"]!;
        var product = (string)(await Site.Post(vendor, "/v3/products", new { name, displayName = name, licenseTemplateId = template }))["id"]!;
        var license = await Site.Post(vendor, "/v3/licenses", new { productId = product, organizationId = organization });
        await Site.Send(vendor, HttpMethod.Patch, $"{own}/licenses/{license["id"]}", new { userGroupIds = new[] { group } });
        await Site.Post(site.Http, "/v3/activations", new
        {
            key = (string)license["key"]!, productId = product, fingerprint = new string('a', 64), hostname = "left-behind", os = "linux", userHash = "lea", email = leaver, password = Site.Password,
        });
        await site.Settled();
        var activation = (string)(await Site.Get(vendor, $"/v3/activations?licenseId={license["id"]}"))[0]!["id"]!;
        using var olga = await site.Read(email);
        (await olga.Get($"/portal/activations/{activation}")).Text.ShouldContain("Leonora");

        await Site.Send(vendor, HttpMethod.Delete, $"{own}/users/{user}");
        await site.Settled();
        var (status, text) = await olga.Get($"/portal/activations/{activation}");
        status.ShouldBe(HttpStatusCode.OK);
        text.ShouldContain("left-behind");
        text.ShouldNotContain("Leonora");
    }

    [Fact]
    public async Task A_form_whose_subject_has_gone_is_answered_in_words()
    {
        var (_, email) = await site.NewOrganization("Enders");
        using var olga = await site.Read(email);
        using var elsewhere = await site.Caller(email);
        var other = (await Site.Get(elsewhere, "/v3/me/sessions")).AsArray().Single(session => (bool)session!["current"]!)!["id"];
        var form = await olga.Form("/portal/sessions", $"end-{other}");
        (await olga.Send("/portal/sessions", form)).Text.ShouldContain("That sign-in has ended.");
        var (status, text) = await olga.Send("/portal/sessions", form);
        status.ShouldBe(HttpStatusCode.BadRequest);
        text.ShouldContain("has changed meanwhile");
    }

    [Fact]
    public async Task A_form_is_not_written_over_what_somebody_else_changed_meanwhile()
    {
        var (organization, email) = await site.NewOrganization("Editors");
        using var olga = await site.Read(email);
        using var other = await site.Caller(email);
        var at = $"/v3/organizations/{organization}/user-groups";
        var group = (string)(await Site.Post(other, at, new { name = "Before" }))["id"]!;
        var page = $"/portal/groups/{group}/edit";
        var form = await olga.Form(page, "edit");
        await Site.Send(other, HttpMethod.Patch, $"{at}/{group}", new { description = "Theirs" });

        var (status, text) = await olga.Send(page, form, ("name", "Mine"), ("description", "Typed"));
        status.ShouldBe(HttpStatusCode.PreconditionFailed);
        text.ShouldContain("Somebody changed it meanwhile");
        text.ShouldContain("value=\"Typed\"");
        ((string)(await Site.Get(other, $"{at}/{group}"))["description"]!).ShouldBe("Theirs");

        (await olga.Submit(page, "edit", ("name", "Mine"), ("description", "Typed"))).Text.ShouldContain("Saved.");
        ((string)(await Site.Get(other, $"{at}/{group}"))["description"]!).ShouldBe("Typed");
    }
}
