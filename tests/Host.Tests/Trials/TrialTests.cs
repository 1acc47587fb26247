using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Tests.Activations;
using static EventSourcedOrgs.Host.Tests.Trials.Tryout;

namespace EventSourcedOrgs.Host.Tests.Trials;

public class TrialTests
{
    private const string Shape = """
        id id, createdAt dt, updatedAt dt, os str, osVersion str?, hostname str, location obj, vmName str?, container bool, appVersion str?, releaseVersion str?,
        releaseChannel str?, releasePlatform str?, offline bool, productId id, expiresAt dt?, metadata list
        """;

    [Fact]
    public async Task An_application_starts_a_trial_and_checks_the_token_by_itself()
    {
        var tryout = await With();
        var print = NewPrint();
        var answer = await tryout.Ask(print, ("releaseVersion", "1.4.2"), ("metadata", new[] { new { key = "campaign", value = "fair" } })).Expect(201);
        answer.AsObject().Select(member => member.Key).ShouldBe(["trialActivationToken"]);
        var publicKey = (await tryout.Vendor.Get(tryout.Designer.Path).Expect(200)).Text("publicKey");
        Device.IsSigned(answer.Text("trialActivationToken"), publicKey).ShouldBeTrue();

        var claims = Claims(answer);
        (claims.Text("type"), claims.Text("pid"), claims.Text("fp"), claims.Text("fms"), claims.Text("os")).ShouldBe(("trial", tryout.Designer.Id, print, "fuzzy", "linux"));
        claims["amd"]!.ToJsonString().ShouldBe("""[{"key":"campaign","value":"fair"}]""");
        claims["key"].ShouldBeNull();
        (claims["eat"]!.GetValue<long>() - claims["iat"]!.GetValue<long>()).ShouldBe(Fortnight);

        var trial = await tryout.Read(claims.Text("aid"));
        trial.ShouldHaveShape(Shape);
        (EndOf(trial) - trial["createdAt"]!.GetValue<DateTimeOffset>()).ShouldBe(TimeSpan.FromSeconds(Fortnight));
        (trial.Text("hostname"), trial.Text("releaseVersion"), trial["metadata"]![0]!.Text("key")).ShouldBe(("drawing-board", "1.4.2", "campaign"));
        (await tryout.Vendor.Get(tryout.Designer.Path).Expect(200))["totalTrialActivations"]!.GetValue<int>().ShouldBe(1);
        (await tryout.Host.EventsOf(claims.Text("aid"))).ShouldBe(["trial_activation_created_v1"]);
    }

    [Fact]
    public async Task The_same_machine_gets_the_trial_it_had_with_the_end_it_had()
    {
        var tryout = await With();
        var print = NewPrint();
        var first = await tryout.Start(print);
        await tryout.Vendor.Patch($"/v3/trial-policies/{tryout.Policy.Id()}", new { trialLength = 60 }).Expect(200);
        var again = await tryout.Start(print, ("osVersion", "7.0"));
        (again.Text("aid"), again["eat"]!.GetValue<long>()).ShouldBe((first.Text("aid"), first["eat"]!.GetValue<long>()));
        (await tryout.Read(first.Text("aid"))).Text("osVersion").ShouldBe("7.0");

        var other = await tryout.Start(NewPrint());
        other.Text("aid").ShouldNotBe(first.Text("aid"));
        (other["eat"]!.GetValue<long>() - other["iat"]!.GetValue<long>()).ShouldBe(60);
    }

    [Fact]
    public async Task Of_fifty_requests_of_one_machine_at_once_one_starts_a_trial()
    {
        var tryout = await With();
        string[] parts = [.. Enumerable.Range(0, 4).Select(_ => $"{Guid.NewGuid()}")];
        var similar = Print(parts[0], parts[1], parts[2], "changed");
        var claims = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => tryout.Start(n % 2 == 0 ? Print(parts) : similar)));
        claims.Select(claim => claim.Text("aid")).Distinct().ShouldHaveSingleItem();
        claims.Select(claim => claim["eat"]!.GetValue<long>()).Distinct().ShouldHaveSingleItem();
        (await tryout.List()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task However_many_there_are_an_index_finds_the_machine()
    {
        var tryout = await With();
        await tryout.Start(NewPrint());
        (await tryout.Host.Scalar<string>("""
            set enable_seqscan = off;
            explain select from events.mt_doc_trialactivation a where a.data -> 'parts' @> '["64/0/a"]'::jsonb or a.data -> 'parts' @> '["64/0/b"]'::jsonb
            """)).ShouldStartWith("Bitmap Heap Scan");
    }

    [Fact]
    public async Task Many_machines_at_once_get_a_trial_each()
    {
        var tryout = await With();
        var ids = (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => tryout.Start(NewPrint())))).Select(claims => claims.Text("aid")).ToList();
        ids.Distinct().Count().ShouldBe(20);
        (await tryout.List()).Count.ShouldBe(20);
    }

    [Theory, InlineData("exact", 4), InlineData("fuzzy", 2), InlineData("loose", 1)]
    public async Task A_machine_is_the_same_as_the_policy_has_it(string strategy, int least)
    {
        var tryout = await With(("fingerprintMatchingStrategy", strategy));
        string[] parts = [.. Enumerable.Range(0, 4).Select(_ => $"{Guid.NewGuid()}")];
        string Similar(int same) => Print([.. parts.Select((part, n) => n < same ? part : $"{Guid.NewGuid()}")]);
        var id = (await tryout.Start(Print(parts))).Text("aid");
        if (least > 1)
        {
            (await tryout.Start(Similar(least - 1))).Text("aid").ShouldNotBe(id);
            await tryout.AskToSync(id, Similar(least - 1)).ExpectProblem(400, "INVALID_ACTIVATION_FINGERPRINT");
        }

        (await tryout.Start(Similar(least))).Text("aid").ShouldBe(id);
    }

    [Fact]
    public async Task A_trial_is_of_one_product_and_where_it_is_locked_of_one_user()
    {
        var (tryout, other) = (await With(("userLocked", true)), await With());
        var print = NewPrint();
        var id = (await tryout.Start(print)).Text("aid");
        (await other.Start(print)).Text("aid").ShouldNotBe(id);
        (await tryout.Start(print, ("userHash", "bob"))).Text("aid").ShouldNotBe(id);
        (await tryout.Start(print)).Text("aid").ShouldBe(id);
        await tryout.AskToSync(id, print, ("userHash", "bob")).ExpectProblem(400, "OS_USER_CHANGED");
        await other.AskToSync(id, print).ExpectProblem(404, "NOT_FOUND"); // as if there were no such trial
    }

    [Fact]
    public async Task A_sync_tells_what_is_new_and_the_end_as_it_is_now()
    {
        var tryout = await With();
        var print = NewPrint();
        var first = await tryout.Start(print);
        var id = first.Text("aid");
        (await tryout.Sync(id, print))["eat"]!.GetValue<long>().ShouldBe(first["eat"]!.GetValue<long>());
        (await tryout.Host.EventsOf(id)).ShouldBe(["trial_activation_created_v1"]);
        await tryout.Sync(id, print, ("releaseVersion", "2.0"));
        (await tryout.Read(id)).Text("releaseVersion").ShouldBe("2.0");

        await tryout.Vendor.Post($"/v3/trial-activations/{id}/extend", new { extensionLength = 3600 }).Expect(200);
        (await tryout.Sync(id, print, ("releaseVersion", "2.0")))["eat"]!.GetValue<long>().ShouldBe(first["eat"]!.GetValue<long>() + 3600);
        await tryout.AskToSync($"{Guid.NewGuid()}", print).ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_sync_leaves_what_it_does_not_name_and_another_start_tells_the_whole()
    {
        var tryout = await With();
        var print = NewPrint();
        var id = (await tryout.Start(print, ("osVersion", "6.12"), ("container", true), ("metadata", new[] { new { key = "room", value = "12" } }))).Text("aid");
        await tryout.Sync(id, print, ("releaseVersion", "2.0"), ("osVersion", null), ("metadata", null));
        var synced = await tryout.Read(id);
        (synced.Text("osVersion"), synced.Text("releaseVersion"), (bool)synced["container"]!, synced["metadata"]![0]!.Text("value")).ShouldBe(("6.12", "2.0", true, "12"));

        await tryout.Sync(id, print, ("osVersion", ""), ("metadata", Array.Empty<object>()));
        var cleared = await tryout.Read(id);
        ((string?)cleared["osVersion"], cleared["metadata"]!.AsArray().Count, cleared.Text("releaseVersion")).ShouldBe((null, 0, "2.0"));
        await tryout.Start(print);
        ((string?)(await tryout.Read(id))["releaseVersion"]).ShouldBeNull();
    }

    [Fact]
    public async Task A_trial_that_is_over_says_so_and_runs_again_only_when_the_vendor_lets_it()
    {
        var tryout = await With();
        var print = NewPrint();
        var id = (await tryout.Start(print)).Text("aid");
        var past = DateTimeOffset.UtcNow.AddDays(-3);
        EndOf(await tryout.Vendor.Patch($"/v3/trial-activations/{id}/expires-at", new { expiresAt = past }).Expect(200)).ShouldBe(past, TimeSpan.FromMilliseconds(1));
        var over = await tryout.Start(print);
        (over.Text("aid"), over["eat"]!.GetValue<long>()).ShouldBe((id, past.ToUnixTimeSeconds()));
        (await tryout.List("&expired=true")).Count.ShouldBe(1);

        var extended = await tryout.Vendor.Post($"/v3/trial-activations/{id}/extend", new { extensionLength = 7 * 86_400 }).Expect(200);
        extended.ShouldHaveShape(Shape);
        EndOf(extended).ShouldBe(past.AddDays(7), TimeSpan.FromMilliseconds(1));
        (await tryout.List("&expired=true")).ShouldBeEmpty();
        (await tryout.Host.EventsOf(id)).ShouldBe(["trial_activation_created_v1", "trial_activation_expiry_changed_v1", "trial_activation_extended_v1"]);

        await tryout.Vendor.Post($"/v3/trial-activations/{id}/extend", new { extensionLength = 0 }).ExpectProblem(400, "VALIDATION_FAILED");
        await tryout.Vendor.Patch($"/v3/trial-activations/{id}/expires-at", """{"expiresAt":null}""").ExpectProblem(400, "VALIDATION_FAILED");
    }

    [Fact]
    public async Task After_the_vendor_deleted_it_the_machine_may_start_anew()
    {
        var tryout = await With();
        var print = NewPrint();
        var id = (await tryout.Start(print)).Text("aid");
        await tryout.Vendor.Delete($"/v3/trial-activations/{id}").Expect(204);
        await tryout.Vendor.Delete($"/v3/trial-activations/{id}").ExpectProblem(404, "NOT_FOUND");
        await tryout.Vendor.Get($"/v3/trial-activations/{id}").ExpectProblem(404, "NOT_FOUND");
        await tryout.AskToSync(id, print).ExpectProblem(404, "NOT_FOUND");
        var ids = (await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => tryout.Start(print)))).Select(claims => claims.Text("aid")).Distinct().ToList();
        ids.ShouldHaveSingleItem().ShouldNotBe(id);
        (await tryout.List()).ShouldHaveSingleItem()!.Id().ShouldBe(ids[0]);
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_with_the_codes_of_the_contract()
    {
        var tryout = await With(("allowVmActivation", false), ("allowContainerActivation", false));
        var print = NewPrint();
        await tryout.Ask(print, ("vmName", "kvm")).ExpectProblem(400, "VM_ACTIVATION_NOT_ALLOWED");
        await tryout.Ask(print, ("container", true)).ExpectProblem(400, "CONTAINER_ACTIVATION_NOT_ALLOWED");
        await tryout.Ask(print, ("productId", Guid.NewGuid())).ExpectProblem(400, "INVALID_PRODUCT_ID");
        await tryout.Ask(print, ("productId", "designer")).ExpectProblem(400, "INVALID_PRODUCT_ID");
        await tryout.Ask(print, ("productId", (await Designer.Sold()).Id)).ExpectProblem(400, "TRIAL_NOT_ALLOWED");
        await tryout.Ask(print, ("accountId", Guid.NewGuid())).ExpectProblem(400, "INVALID_ACCOUNT_ID");
        await tryout.Ask("short").ExpectProblem(400, "VALIDATION_FAILED");
        (await tryout.List()).ShouldBeEmpty();

        var id = (await tryout.Start(print)).Text("aid");
        await tryout.Vendor.Patch($"/v3/trial-policies/{tryout.Policy.Id()}", new { allowedIpRanges = new[] { "203.0.113.0/24" } }).Expect(200);
        await tryout.Ask(print).ExpectProblem(400, "IP_ADDRESS_NOT_ALLOWED");
        await tryout.AskToSync(id, print).ExpectProblem(400, "IP_ADDRESS_NOT_ALLOWED");
        await tryout.Vendor.Patch($"/v3/trial-policies/{tryout.Policy.Id()}", new { allowedIpRanges = Array.Empty<string>(), allowedCountries = new[] { "CH" } }).Expect(200);
        await tryout.Ask(print).ExpectProblem(400, "COUNTRY_NOT_ALLOWED");
    }

    [Fact]
    public async Task Trials_that_began_go_on_when_the_product_gives_no_more()
    {
        var tryout = await With();
        var print = NewPrint();
        var id = (await tryout.Start(print)).Text("aid");
        await tryout.Vendor.Patch(tryout.Designer.Path, """{"trialPolicyId":""}""").Expect(200);
        await tryout.Ask(NewPrint()).ExpectProblem(400, "TRIAL_NOT_ALLOWED");
        (await tryout.Sync(id, print)).Text("aid").ShouldBe(id);
        await tryout.AskToSync(id, NewPrint()).ExpectProblem(400, "INVALID_ACTIVATION_FINGERPRINT");
    }

    [Fact]
    public async Task Host_name_and_address_are_sealed_in_the_history()
    {
        var tryout = await With();
        var name = $"host-{Guid.NewGuid():N}";
        var id = (await tryout.Start(NewPrint(), ("hostname", name))).Text("aid");
        (await tryout.Read(id)).Text("hostname").ShouldBe(name);
        (await tryout.Host.Scalar<long>("select count(*) from events.mt_events where stream_id = $1 and data::text like $2", Guid.Parse(id), $"%{name}%")).ShouldBe(0);
        (await tryout.Host.Scalar<long>("select count(*) from events.mt_doc_trialactivation where id = $1 and data::text like $2", Guid.Parse(id), $"%{name}%")).ShouldBe(0);

        await tryout.Vendor.Patch($"/v3/trial-policies/{tryout.Policy.Id()}", new { disableGeoLocation = true }).Expect(200);
        (await tryout.Read((await tryout.Start(NewPrint())).Text("aid")))["location"]!.Text("ipAddress").ShouldBeEmpty();
    }
}
