using System.Collections.Immutable;
using static EventSourcedOrgs.Domain.Tests.Activations.Machines;

namespace EventSourcedOrgs.Domain.Tests.Activations;

public class CountMeter : Spec<Activation, ActivationEvent>
{
    private static readonly MeterAttribute Pages = new(Number(911), "pages", 10, false, [], Noon, Noon);

    private static License Metered => ProWith(policy => policy, new LicenseMetersChanged(Pro, [Pages]));

    private static ActivationMeterCounted Counted(long by) => new(Laptop, Pro, Pages.Id, "pages", by);

    private static Places Used(long total) => new(0, 0, LicenseUsage.None with { Meters = ImmutableDictionary<Guid, MeterUses>.Empty.Add(Pages.Id, new(total, total)) });

    [Fact]
    public void Uses_are_counted_up_to_what_the_licence_allows()
    {
        Given(Activated).When(laptop => laptop.Count(Metered, Pages.Id, 3, Used(7), Noon)).EachTime().Then(Counted(3));
        Given(Activated).When(laptop => laptop.Count(Metered, Pages.Id, 4, Used(7), Noon)).ThenRefused(Refusal.MeterUsesLimitReached("pages", 10));
        Given(Activated).When(laptop => laptop.Count(Metered, Pages.Id, long.MaxValue, Used(7), Noon)).ThenRefused(Refusal.MeterUsesLimitReached("pages", 10));
    }

    [Fact]
    public void What_there_ever_was_stays_a_number_also_where_the_licence_allows_more()
    {
        var license = ProWith(policy => policy, new LicenseMetersChanged(Pro, [Pages with { AllowedUses = long.MaxValue }]));
        var places = new Places(0, 0, LicenseUsage.None with { Meters = ImmutableDictionary<Guid, MeterUses>.Empty.Add(Pages.Id, new(0, long.MaxValue - 2)) });
        Given(Activated).When(laptop => laptop.Count(license, Pages.Id, 2, places, Noon)).EachTime().Then(Counted(2));
        Given(Activated).When(laptop => laptop.Count(license, Pages.Id, 3, places, Noon)).ThenRefused(Refusal.MeterUsesLimitReached("pages", long.MaxValue));
    }

    [Fact]
    public void Uses_are_given_back_down_to_nothing()
    {
        Given(Activated, Counted(5)).When(laptop => laptop.Count(Metered, Pages.Id, -9, Used(5), Noon)).Then(Counted(-5));
        Given(Activated, Counted(5), Counted(-5)).State.Meters.ShouldHaveSingleItem().ShouldBe(new MachineUses(Pages.Id, "pages", 0, 5));
    }

    [Fact]
    public void A_meter_that_the_licence_has_not_is_not_counted()
    {
        Given(Activated).When(laptop => laptop.Count(Metered, Number(999), 1, Used(0), Noon)).ThenRefused(Refusal.NotFound("MeterAttribute"));
        Given().When(_ => Activation.New(Laptop, Metered, Asking with { Meters = [new("ink", 1)] }, Places.None, Noon)).ThenRefused(Refusal.UnknownMeter("ink"));
    }

    [Fact]
    public void An_activation_that_counts_more_than_is_allowed_is_none() =>
        Given().When(_ => Activation.New(Laptop, Metered, Asking with { Meters = [new("pages", 11)] }, Places.None, Noon)).ThenRefused(Refusal.MeterUsesLimitReached("pages", 10));

    [Fact]
    public void A_machine_that_says_how_often_altogether_counts_the_difference_once()
    {
        var laptop = Aggregate.Fold(Activation.Initial, (ActivationEvent[])[Activated, Counted(3)], Noon);
        Decision<ActivationEvent> Altogether(long uses) => laptop.Sync(Metered, Asking with { Meters = [new("pages", uses, IsTotal: true)] }, Used(7), Noon);
        Altogether(5).ShouldBe([Counted(2)]);
        Altogether(0).ShouldBe([Counted(-3)]);
        Altogether(3).ShouldBeEmpty();
        Altogether(7).Refusal.ShouldBe(Refusal.MeterUsesLimitReached("pages", 10));
    }

    [Fact]
    public void A_revoked_licence_counts_nothing() =>
        Given(Activated).When(laptop => laptop.Count(ProWith(policy => policy, new LicenseRevoked(Pro)), Pages.Id, 1, Used(0), Noon)).ThenRefused(Refusal.RevokedLicense);
}
