using System.Diagnostics;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>Open pages follow what others do.</summary>
[Collection(OnDemo.Name)]
public class LivePages(DemoSite site)
{
    [Fact]
    public async Task A_list_shows_what_somebody_else_added()
    {
        await using var admin = await site.Visit(DemoSite.Admin);
        using var api = await site.Caller(DemoSite.Admin);
        await admin.Page.RunAndWaitForResponseAsync(() => admin.Go("/portal/groups"), answer => IsChanges(answer.Url));
        var name = $"Group {Guid.NewGuid():N}";
        await Site.Post(api, $"/v3/organizations/{site.Organization}/user-groups", new { name });
        await admin.Sees(name);
    }

    [Fact]
    public async Task A_list_shows_what_was_added_before_it_heard_of_changes()
    {
        await using var admin = await site.Visit(DemoSite.Admin);
        using var api = await site.Caller(DemoSite.Admin);
        var added = new TaskCompletionSource();
        await admin.Page.RouteAsync(IsChanges, async route =>
        {
            await added.Task;
            await route.ContinueAsync();
        });
        await admin.Go("/portal/groups");
        var name = $"Group {Guid.NewGuid():N}";
        await Site.Post(api, $"/v3/organizations/{site.Organization}/user-groups", new { name });
        await site.Settled();
        added.SetResult();
        await admin.Sees(name);
    }

    [Fact]
    public async Task A_list_catches_up_though_its_changes_and_then_the_list_were_refused()
    {
        await using var admin = await site.Visit(DemoSite.Admin);
        using var api = await site.Caller(DemoSite.Admin);
        var refused = new HashSet<bool>();
        await admin.Page.RouteAsync("**/*", route =>
            (IsChanges(route.Request.Url) || route.Request.Headers.ContainsKey("x-live")) && refused.Add(route.Request.Headers.ContainsKey("x-live"))
                ? route.FulfillAsync(new() { Status = 503 })
                : route.ContinueAsync());
        await admin.Go("/portal/groups");
        var name = $"Group {Guid.NewGuid():N}";
        await Site.Post(api, $"/v3/organizations/{site.Organization}/user-groups", new { name });
        await admin.Sees(name);
        refused.Count.ShouldBe(2);
    }

    [Fact]
    public async Task However_much_changes_a_page_asks_for_itself_seldom_and_never_where_nobody_sees_it()
    {
        await using var admin = await site.Visit(DemoSite.Admin);
        using var api = await site.Caller(DemoSite.Admin);
        var asked = 0;
        admin.Page.Request += (_, request) =>
        {
            if (request.Headers.ContainsKey("x-live"))
                Interlocked.Increment(ref asked);
        };
        await admin.Page.RunAndWaitForResponseAsync(() => admin.Go("/portal/groups?sort=-createdAt"), answer => IsChanges(answer.Url));
        var (name, watch) = ("", Stopwatch.StartNew());
        for (var change = 0; change < 8; change++)
        {
            name = $"Group {Guid.NewGuid():N}";
            await Site.Post(api, $"/v3/organizations/{site.Organization}/user-groups", new { name });
            await Task.Delay(400);
        }

        await admin.Sees(name);
        asked.ShouldBeLessThanOrEqualTo(2 + (int)(watch.Elapsed.TotalSeconds / 5));

        await Show(admin, hidden: true);
        var before = asked;
        name = $"Group {Guid.NewGuid():N}";
        await Site.Post(api, $"/v3/organizations/{site.Organization}/user-groups", new { name });
        await Task.Delay(TimeSpan.FromSeconds(7));
        asked.ShouldBe(before);
        await Show(admin, hidden: false);
        await admin.Sees(name);
    }

    [Fact]
    public async Task Everything_but_that_works_without_scripts()
    {
        await using var admin = await site.Visit(DemoSite.Admin, scripts: false);
        await admin.Go("/portal/groups/new");
        await admin.Fill("Name", " ");
        await admin.Press("Create group");
        await admin.Sees("must");
        await admin.Fill("Name", $"Quiet {Guid.NewGuid():N}");
        await admin.Press("Create group");
        await admin.Sees("was created.");
        await admin.Go("/portal/moment");
        await admin.Press("Go");
        await admin.Go("/portal/users?search=hopper&sort=-name");
        await admin.Sees("Hopper");
    }

    [Fact]
    public async Task Many_users_come_in_after_a_look_at_what_would_happen()
    {
        var (_, email) = await site.NewOrganization("Importers");
        await using var olga = await site.Visit(email);
        await olga.Go("/portal/users/import");
        await olga.Fill("Or the rows themselves", "firstName,email,groups\nBarbara,barbara@importers.example,\nNobody,nobody@importers.example,Ghosts");
        await olga.Press("Show what would happen");
        await olga.Sees("There is no group 'Ghosts'.");
        await olga.Follow("Try another file");
        await olga.Fill("Or the rows themselves", "firstName,email\nBarbara,barbara@importers.example\nTony,tony@importers.example");
        await olga.Press("Show what would happen");
        await olga.Sees("1 of 5 taken now, 3 of 5 after.");
        await olga.IsAccessible();
        await olga.Press("Import 2 users");
        await olga.Sees("tony@importers.example");
    }

    private static Task Show(Visitor visitor, bool hidden) => visitor.Page.EvaluateAsync(
        "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }", hidden);

    private static bool IsChanges(string address) => new Uri(address).AbsolutePath == "/portal/changes";
}
