using EventSourcedOrgs.Application.Activations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EventSourcedOrgs.Host.Tests.Activations;

/// <summary>Leases of floating licences on a clock that stands still until a test moves it.</summary>
public sealed class LeaseTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(600);
    private static readonly TimeSpan Moment = TimeSpan.FromMicroseconds(1);

    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2031, 5, 6, 7, 8, 9, TimeSpan.Zero));
    private static readonly Lazy<Task<TestHost>> One = new(() => TestHost.StartAsync(services => services.AddSingleton<TimeProvider>(Clock)));

    private static Task<Sold> Floating(params (string Name, object? Value)[] members) => Floating(new { name = "Floating", type = "hosted-floating", allowedActivations = 1, leaseDuration = 600 }, members);

    private static async Task<Sold> Floating(object template, params (string Name, object? Value)[] members) => await Sold.With(await One.Value, template, members);

    [Fact]
    public async Task A_lease_is_over_at_its_very_end_and_its_place_is_free()
    {
        var sold = await Floating();
        var (first, second) = (sold.Device(), sold.Device());
        var claims = await first.Activate();
        claims["leat"]!.GetValue<long>().ShouldBe((Clock.GetUtcNow() + Lease).ToUnixTimeSeconds());

        Clock.Advance(Lease - Moment);
        await second.Ask().ExpectProblem(400, "ACTIVATION_LIMIT_REACHED");
        (await sold.Totals()).ShouldBe((1, 0));
        var id = claims.Text("aid");
        await sold.Designer.Vendor.Get($"/v3/activations/{id}").Expect(200);

        Clock.Advance(Moment);
        (await sold.Totals()).ShouldBe((0, 0));
        await sold.Designer.Vendor.Get($"/v3/activations/{id}").ExpectProblem(404, "NOT_FOUND");
        (await second.Activate()).Text("aid").ShouldNotBe(id);
        await first.AskToSync(id).ExpectProblem(404, "NOT_FOUND");
        await first.Ask().ExpectProblem(400, "ACTIVATION_LIMIT_REACHED");
        (await sold.Host.EventsOf(id)).ShouldBe(["activation_created_v1", "activation_ended_v1"]);
    }

    [Fact]
    public async Task Leases_that_have_ended_are_found_by_an_index()
    {
        var plan = await (await One.Value).Scalar<string>($"""
            set enable_seqscan = off;
            explain (format json) select a.id from events.mt_doc_activation a where {LicenseUses.HasLease} and events.mt_immutable_timestamptz(a.data ->> 'leaseExpiresAt') <= now()
                order by events.mt_immutable_timestamptz(a.data ->> 'leaseExpiresAt') limit 500
            """);
        plan.ShouldContain("mt_doc_activation_idx_lease_expires_at");
    }

    [Fact]
    public async Task Of_the_past_too_a_lease_that_is_over_holds_no_place()
    {
        var sold = await Floating();
        await sold.Device().Activate();
        var (vendor, all) = (sold.Designer.Vendor, $"/v3/licenses?productId={sold.Designer.Id}");
        foreach (var (later, taken) in new[] { (Moment, 1), (Lease, 0) })
        {
            Clock.Advance(later);
            (await vendor.Get($"{all}&totalActivations={taken}&asOf={Clock.GetUtcNow().UtcDateTime:O}").Expect(200)).AsArray().ShouldHaveSingleItem()!.Id().ShouldBe(sold.Id);
        }
    }

    [Fact]
    public async Task A_renewal_just_before_the_end_keeps_the_place()
    {
        var sold = await Floating();
        var device = sold.Device();
        var id = (await device.Activate()).Text("aid");
        Clock.Advance(Lease - Moment);
        (await device.Sync(id))["leat"]!.GetValue<long>().ShouldBe((Clock.GetUtcNow() + Lease).ToUnixTimeSeconds());
        Clock.Advance(Moment);
        await sold.Device().Ask().ExpectProblem(400, "ACTIVATION_LIMIT_REACHED");
        (await sold.Totals()).ShouldBe((1, 0));
    }

    [Fact]
    public async Task A_renewal_at_the_end_comes_too_late_and_the_machine_activates_anew()
    {
        var sold = await Floating();
        var device = sold.Device();
        var id = (await device.Activate()).Text("aid");
        Clock.Advance(Lease);
        await device.AskToSync(id).ExpectProblem(404, "NOT_FOUND");
        (await device.Activate()).Text("aid").ShouldNotBe(id);
        (await sold.Totals()).ShouldBe((1, 0));
    }

    [Fact]
    public async Task Of_many_who_wait_for_the_end_of_one_lease_one_gets_the_place()
    {
        var sold = await Floating();
        var first = sold.Device();
        var id = (await first.Activate()).Text("aid");
        Clock.Advance(Lease);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => n == 7 ? first.AskToSync(id) : sold.Device().Ask()));
        answers.Count(answer => answer.IsSuccessStatusCode).ShouldBe(1);
        (await sold.Totals()).ShouldBe((1, 0));
    }

    [Fact]
    public async Task Machines_share_a_lease_between_their_instances_unless_instances_count()
    {
        var template = new { name = "Instances", type = "hosted-floating", allowedActivations = 2, leaseDuration = 600, leasingStrategy = "per-instance" };
        var (machines, instances) = (await Floating(), await Floating(template));
        var (device, other) = (machines.Device(), instances.Device());
        (await device.Activate()).Text("aid").ShouldBe((await device.Activate()).Text("aid"));
        (await other.Activate()).Text("aid").ShouldNotBe((await other.Activate()).Text("aid"));
        await other.Ask().ExpectProblem(400, "ACTIVATION_LIMIT_REACHED");
    }

    [Fact]
    public async Task A_client_says_how_long_its_lease_is_where_it_may()
    {
        var (fixedLease, own) = (await Floating(), await Floating(("allowClientLeaseDuration", true)));
        long Seconds(int after) => Clock.GetUtcNow().AddSeconds(after).ToUnixTimeSeconds();
        (await fixedLease.Device().Activate(("leaseDuration", 60)))["leat"]!.GetValue<long>().ShouldBe(Seconds(600));
        var device = own.Device();
        (await device.Activate(("leaseDuration", 60)))["leat"]!.GetValue<long>().ShouldBe(Seconds(60));
        (await device.Activate(("leaseDuration", long.MaxValue)))["leat"]!.GetValue<long>().ShouldBeGreaterThan(Seconds(2_000_000_000));
        (await device.Activate(("leaseDuration", -1)))["leat"]!.GetValue<long>().ShouldBe(0);
    }

    [Fact]
    public async Task Ended_leases_are_recorded_though_nobody_asks()
    {
        var sold = await Floating();
        var id = (await sold.Device().Activate()).Text("aid");
        for (var waited = 0; waited < 600 && !(await sold.Host.EventsOf(id)).Contains("activation_ended_v1"); waited++)
        {
            Clock.Advance(TimeSpan.FromSeconds(70));
            await Task.Delay(50);
        }

        (await sold.Host.EventsOf(id)).ShouldBe(["activation_created_v1", "activation_ended_v1"]);
    }
}
