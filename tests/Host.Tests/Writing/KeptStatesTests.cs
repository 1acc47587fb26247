using System.Net;
using System.Text;

namespace EventSourcedOrgs.Host.Tests.Writing;

/// <summary>States that are kept in memory are those of now, whoever changed them, and wherever.</summary>
public sealed class KeptStatesTests : IAsyncLifetime
{
    private TestHost here = null!, there = null!;
    private HttpClient elsewhere = null!;
    private Acme acme = null!;

    public async Task InitializeAsync()
    {
        here = await TestHost.StartAsync();
        there = await TestHost.StartAsync(owner: here.Owner);
        acme = await Acme.With(seats: -1, here);
        elsewhere = await there.Vendor();
    }

    public async Task DisposeAsync()
    {
        await here.DisposeAsync();
        await there.DisposeAsync();
    }

    [Fact]
    public async Task What_one_Host_has_acknowledged_every_other_knows_at_once()
    {
        var group = await acme.Group();
        var user = await acme.User();
        for (var round = 0; round < 30; round++)
        {
            await acme.Vendor.Patch($"{acme.Path}/users/{user}", new { userGroupIds = round % 2 == 0 ? new[] { group } : [] }).Expect(200);
            (await elsewhere.Get($"/v3/users/{user}").Expect(200))["userGroups"]!.AsArray().Count.ShouldBe(round % 2 == 0 ? 1 : 0);
        }
    }

    [Fact]
    public async Task What_two_Hosts_write_in_turn_neither_keeps_as_it_was_before_the_other()
    {
        var user = await acme.User();
        var groups = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => acme.Group($"Group {n}")));
        for (var round = 0; round < groups.Length; round++)
        {
            var (writer, other) = round % 2 == 0 ? (acme.Vendor, elsewhere) : (elsewhere, acme.Vendor);
            await writer.Post($"{acme.Path}/user-groups/{groups[round]}/users", new { userIds = new[] { user } }).Expect(204);
            foreach (var reader in new[] { writer, other, writer })
                (await reader.Get($"/v3/users/{user}").Expect(200))["userGroups"]!.AsArray().Count.ShouldBe(round + 1);
        }
    }

    [Fact]
    public async Task Many_changes_of_one_user_at_once_are_all_in_what_is_kept()
    {
        var user = await acme.User();
        var groups = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => acme.Group($"Group {n}")));
        await acme.Vendor.Get($"/v3/users/{user}").Expect(200);

        await Task.WhenAll(groups.Select(group => acme.Vendor.Post($"{acme.Path}/user-groups/{group}/users", new { userIds = new[] { user } }).Expect(204)));

        (await acme.Vendor.Get($"/v3/users/{user}").Expect(200))["userGroups"]!.AsArray().Count.ShouldBe(groups.Length);
        await acme.Vendor.Patch($"{acme.Path}/users/{user}", new { userGroupIds = Array.Empty<string>() }).Expect(200);
        (await acme.Vendor.Get($"/v3/users/{user}").Expect(200))["userGroups"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task While_many_write_on_one_Host_each_reads_the_own_change_on_the_other()
    {
        var organizations = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Acme.With(seats: -1, here)));
        await Task.WhenAll(organizations.Select(async organization =>
        {
            for (var round = 0; round < 25; round++)
            {
                var (description, neighbour) = ($"{round}", organizations[Random.Shared.Next(organizations.Length)]);
                await organization.Vendor.Patch(organization.Path, new { description }).Expect(200);
                (await elsewhere.Get(organization.Path).Expect(200)).Text("description").ShouldBe(description);
                await elsewhere.Get(neighbour.Path).Expect(200);
            }
        }));
    }

    [Fact]
    public async Task What_changed_before_all_of_a_command_had_come_counts()
    {
        var (group, user) = (await acme.Group(), await acme.User());
        await acme.Vendor.Get($"{acme.Path}/user-groups/{group}").Expect(200);
        await acme.Vendor.Get($"/v3/users/{user}").Expect(200);
        using var body = new LateBody($$"""{"userIds":["{{user}}"]}""");
        var joins = acme.Vendor.PostAsync(new Uri($"{acme.Path}/user-groups/{group}/users", UriKind.Relative), body);
        await body.Begun;
        await Task.Delay(300);

        await elsewhere.Delete($"{acme.Path}/user-groups/{group}").Expect(204);
        body.Go();

        await joins.ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_check_knows_at_once_what_another_Host_took_back()
    {
        var (user, license) = (await acme.User(), (await (await Designer.For(acme.Vendor)).License(("organizationId", acme.Id))).Id());
        for (var round = 0; round < 20; round++)
        {
            await elsewhere.Put($"{acme.Path}/licenses/{license}/users/{user}").Expect(204);
            (await Allowed()).ShouldBeTrue();
            await elsewhere.Delete($"{acme.Path}/licenses/{license}/users/{user}").Expect(204);
            (await Allowed()).ShouldBeFalse();
        }

        async Task<bool> Allowed() => (bool)(await acme.Vendor.Post("/v3/access/check", new { userId = user, licenseId = license }).Expect(200))["allowed"]!;
    }

    [Fact]
    public async Task More_events_at_once_than_anybody_takes_note_of_are_seen()
    {
        var users = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => acme.User()));
        foreach (var user in users)
            await elsewhere.Get($"/v3/users/{user}").Expect(200);

        await Task.WhenAll(users.Select(user => acme.Vendor.Patch($"/v3/users/{user}", new { company = "Babbage" }).Expect(200)));
        foreach (var user in users)
            (await elsewhere.Get($"/v3/users/{user}").Expect(200)).Text("company").ShouldBe("Babbage");
    }

    [Fact]
    public async Task A_state_that_was_repaired_is_not_kept_as_it_was_wrong()
    {
        await here.Scalar<int>($"update events.mt_doc_organization set data = jsonb_set(data, '{{email}}', '\"evil@acme.example\"') where id = '{acme.Id}'; select 1");
        await using var late = await TestHost.StartAsync(owner: here.Owner);
        var reader = await late.Vendor();
        for (var look = 0; look < 3; look++)
            (await reader.Get(acme.Path).Expect(200)).Text("email").ShouldBe("evil@acme.example");

        await acme.Vendor.Ended(await acme.Vendor.Post("/v3/operations/states/repair").Expect(202));

        (await reader.Get(acme.Path).Expect(200)).Text("email").ShouldBe("it@acme.example");
    }

    [Fact]
    public async Task A_damaged_key_of_one_person_is_no_trouble_of_others()
    {
        var (one, damaged, other) = (await acme.User(), await acme.User(), await acme.User());
        await here.Scalar<int>($"update events.mt_doc_personkey set data = jsonb_set(data, '{{sealed}}', '\"AQID\"') where id = '{damaged}'; select 1");
        await using var late = await TestHost.StartAsync(owner: here.Owner);
        var reader = await late.Vendor();
        foreach (var user in new[] { one, other })
            (await reader.Get($"/v3/users/{user}").Expect(200)).Text("firstName").ShouldBe("Ada");
    }

    /// <summary>A body whose rest comes when it is told to.</summary>
    private sealed class LateBody : HttpContent
    {
        private readonly byte[] bytes;
        private readonly TaskCompletionSource begun = new(), goes = new();

        public LateBody(string json) => (bytes, Headers.ContentType) = (Encoding.UTF8.GetBytes(json), new("application/json"));

        public Task Begun => begun.Task;

        public void Go() => goes.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(bytes.AsMemory(0, 1));
            await stream.FlushAsync();
            begun.SetResult();
            await goes.Task;
            await stream.WriteAsync(bytes.AsMemory(1));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = bytes.Length;
            return true;
        }
    }
}
