using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Client.Tests;

/// <summary>What an accepted token says counts from then on, every time it is looked at.</summary>
public class Verifying
{
    private readonly Vendor vendor = new();
    private readonly Laptop laptop;

    public Verifying() => laptop = new(vendor.Product);

    private Problem? After(Action<JsonObject> change)
    {
        var claims = vendor.Claims(laptop, laptop.Asked());
        change(claims);
        var accepted = laptop.Client.AcceptOfflineResponse(vendor.Sign(claims));
        accepted.Value.ShouldNotBeNull();
        laptop.Client.Verify().Problem.ShouldBe(accepted.Problem);
        return accepted.Problem;
    }

    private long In(TimeSpan time) => Vendor.Seconds(laptop.Clock.GetUtcNow() + time);

    [Fact]
    public void Without_an_activation_there_is_no_license() => laptop.Client.Verify().Problem!.Reason.ShouldBe(Reason.NotActivated);

    [Fact]
    public void A_suspended_license_is_genuine_and_does_not_license() => After(claims => claims["suspended"] = true)!.Reason.ShouldBe(Reason.LicenseSuspended);

    [Fact]
    public void A_license_ends_at_its_instant()
    {
        After(claims => claims["eat"] = In(TimeSpan.FromDays(1))).ShouldBeNull();
        laptop.Clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        laptop.Client.Verify().Problem.ShouldBeNull();
        laptop.Clock.Advance(TimeSpan.FromSeconds(1));
        laptop.Client.Verify().Problem!.Reason.ShouldBe(Reason.LicenseExpired);
    }

    [Fact]
    public void A_lease_and_the_time_to_sync_end_too()
    {
        After(claims => claims["leat"] = In(TimeSpan.FromHours(1))).ShouldBeNull();
        laptop.Clock.Advance(TimeSpan.FromHours(1));
        laptop.Client.Verify().Problem!.Reason.ShouldBe(Reason.LeaseEnded);
        After(claims => claims["ssgpeat"] = In(TimeSpan.FromHours(1))).ShouldBeNull();
        laptop.Clock.Advance(TimeSpan.FromHours(1));
        laptop.Client.Verify().Problem!.Reason.ShouldBe(Reason.SyncOverdue);
    }

    [Fact]
    public void A_clock_that_was_turned_back_gives_no_time()
    {
        After(_ => { }).ShouldBeNull();
        laptop.Clock.Advance(TimeSpan.FromDays(29));
        laptop.Client.Verify().Problem.ShouldBeNull();
        laptop.Clock.AdjustTime(laptop.Clock.GetUtcNow().AddMinutes(-59));
        laptop.Client.Verify().Problem.ShouldBeNull();
        laptop.Clock.AdjustTime(laptop.Clock.GetUtcNow().AddMinutes(-2));
        laptop.Client.Verify().Problem!.Reason.ShouldBe(Reason.ClockTurnedBack);
    }

    [Fact]
    public void A_clock_that_was_ahead_once_is_forgotten_with_the_next_response()
    {
        After(_ => { }).ShouldBeNull();
        laptop.Clock.Advance(TimeSpan.FromDays(20));
        laptop.Client.Verify().Problem.ShouldBeNull();
        laptop.Clock.AdjustTime(laptop.Clock.Start.AddDays(1));
        laptop.Client.Verify().Problem!.Reason.ShouldBe(Reason.ClockTurnedBack);
        After(_ => { }).ShouldBeNull("the vendor knows the time better");

        laptop.Clock.Advance(TimeSpan.FromDays(2));
        laptop.Client.Verify().Problem.ShouldBeNull();
        laptop.Clock.AdjustTime(laptop.Clock.Start.AddDays(2));
        laptop.Client.Verify().Problem!.Reason.ShouldBe(Reason.ClockTurnedBack, "what the clock has shown since counts");
    }

    [Fact]
    public async Task So_it_is_with_a_server_unless_its_answer_was_given_before()
    {
        After(_ => { }).ShouldBeNull();
        using var server = new HttpClient(new Answering(Online)) { BaseAddress = new("http://vendor.example/") };
        var client = new LicenseClient(vendor.Product, laptop.Machine, laptop.State, server, laptop.Clock);
        laptop.Clock.Advance(TimeSpan.FromDays(20));
        client.Verify().Problem.ShouldBeNull();
        laptop.Clock.AdjustTime(laptop.Clock.Start.AddDays(1));
        (await client.SyncAsync()).Problem.ShouldBeNull();
        client.Verify().Problem.ShouldBeNull();

        var given = Online();
        using var recorded = new HttpClient(new Answering(() => given)) { BaseAddress = new("http://vendor.example/") };
        laptop.Clock.Advance(TimeSpan.FromDays(2));
        client.Verify().Problem.ShouldBeNull();
        laptop.Clock.AdjustTime(laptop.Clock.Start.AddDays(1));
        (await new LicenseClient(vendor.Product, laptop.Machine, laptop.State, recorded, laptop.Clock).SyncAsync()).Problem!.Reason.ShouldBe(Reason.ClockTurnedBack);

        string Online()
        {
            var claims = vendor.Claims(laptop, Guid.NewGuid());
            claims.Remove("offline");
            return vendor.Sign(claims);
        }
    }

    [Fact]
    public void A_clock_that_does_not_matter_may_be_anything()
    {
        laptop.Clock.AdjustTime(laptop.Clock.GetUtcNow().AddYears(-5));
        After(claims => (claims["iat"], claims["aco"]) = (In(TimeSpan.FromDays(365)), -1)).ShouldBeNull();
    }

    [Fact]
    public void A_state_that_was_copied_to_another_machine_licenses_nothing()
    {
        After(_ => { }).ShouldBeNull();
        new Laptop(vendor.Product, 'b') { State = laptop.State }.Client.Verify().Problem!.Reason.ShouldBe(Reason.ForeignMachine);
    }

    [Fact]
    public void A_state_that_was_tampered_with_licenses_nothing()
    {
        After(_ => { }).ShouldBeNull();
        var state = JsonNode.Parse(File.ReadAllText(laptop.State))!;
        var parts = state["token"]!.GetValue<string>().Split('.');
        var claims = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]))!;
        claims["orv"] = 4_000_000_000;
        state["token"] = $"{parts[0]}.{Vendor.Encode(claims)}.{parts[2]}";
        File.WriteAllText(laptop.State, state.ToJsonString());
        laptop.Client.Verify().Problem!.Reason.ShouldBe(Reason.Altered);
    }

    [Fact]
    public void Others_cannot_read_the_state()
    {
        laptop.Asked();
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(laptop.State).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_file_that_is_no_state_is_said_to_be_none()
    {
        File.WriteAllText(laptop.State, "nonsense");
        Should.Throw<InvalidDataException>(() => laptop.Client.Verify());
        Should.Throw<InvalidDataException>(() => ProductFile.Parse("{}"));
        Should.Throw<InvalidDataException>(() => ProductFile.Parse("nonsense"));
    }

    [Fact]
    public void A_machine_that_deactivates_itself_is_no_longer_licensed_and_can_prove_it_again()
    {
        laptop.Client.MakeOfflineDeactivation().Problem!.Reason.ShouldBe(Reason.NotActivated);
        After(_ => { }).ShouldBeNull();
        var (activation, response) = (laptop.Client.Verify().Value!.ActivationId, laptop.Client.Verify().Value!.RequestId);
        var proof = laptop.Client.MakeOfflineDeactivation().Value!;
        laptop.Client.Verify().Problem!.Reason.ShouldBe(Reason.NotActivated);
        (Laptop.Says(proof)["kind"]!.GetValue<string>(), Laptop.Says(proof)["activationId"]!.GetValue<Guid>(), Laptop.Says(proof)["rid"]!.GetValue<Guid>()).ShouldBe(("deactivate", activation, response!.Value));
        laptop.Client.MakeOfflineDeactivation().Value.ShouldBe(proof);
    }

    [Fact]
    public void A_request_does_not_hold_the_key()
    {
        var request = laptop.Client.MakeOfflineRequest(Laptop.Key);
        Laptop.Says(request).ToJsonString().ShouldNotContain(Laptop.Key);
        request.ShouldNotContain(Laptop.Key);
        request.Split('\n').ShouldAllBe(line => line.Length <= 64);
    }

    [Theory]
    [InlineData("ab", "ax", "fuzzy", true), InlineData("ab", "ax", "exact", false), InlineData("abc", "axx", "fuzzy", false), InlineData("abc", "axx", "loose", true), InlineData("abc", "xxx", "loose", false)]
    [InlineData("a", "b", "fuzzy", false), InlineData("ab", "abc", "loose", false), InlineData("ab", "ab", "exact", true)]
    public void Fingerprints_match_by_their_parts(string mine, string given, string strategy, bool matches)
    {
        static string Of(string parts) => string.Concat(parts.Select(part => new string(part, 64)));
        new Machine(Of(mine), "", "", "linux").Matches(Of(given), strategy).ShouldBe(matches);
    }

    [Fact]
    public void This_machine_is_the_same_each_time()
    {
        Machine.Here().ShouldBe(Machine.Here());
        Machine.Here().Fingerprint.Length.ShouldBe(192);
    }

    /// <summary>A server that answers everything with a token.</summary>
    private sealed class Answering(Func<string> token) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = JsonContent.Create(new JsonObject { ["activationToken"] = token() }) });
    }
}
