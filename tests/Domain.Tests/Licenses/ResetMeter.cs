namespace EventSourcedOrgs.Domain.Tests.Licenses;

/// <summary>A meter that counts from nothing again.</summary>
public class ResetMeter : Spec<License, LicenseEvent>
{
    private static readonly MeterAttribute Pages = new(Number(911), "pages", 10, false, [], Noon, Noon);
    private static readonly LicenseMeterReset Reset = new(Pro, Pages.Id, "pages");
    private static readonly License Metered = License.Evolve(License.Evolve(License.Initial, ProOf(Acme)), new LicenseMetersChanged(Pro, [Pages]));

    private static LicenseUsage Used(long pages) => LicenseUsage.None.Counted(Pages.Id, pages);

    private static Activation After(Activation activation, License license, long increment, LicenseUsage usage, out ActivationMeterCounted counted)
    {
        counted = (ActivationMeterCounted)activation.Count(license, Pages.Id, increment, Places.None with { Usage = usage }, Noon).Single();
        return Activation.Evolve(activation, counted);
    }

    private static Activation Machine => Activation.Evolve(Activation.Initial, new ActivationCreated(
        new(Number(1)), Pro, Designer, null, Activations.Machines.Report, null, null));

    [Fact]
    public void A_meter_that_was_used_is_reset() =>
        Given(ProOf(Acme), new LicenseMetersChanged(Pro, [Pages])).When(pro => pro.ResetMeter(Pages.Id, Used(5))).EachTime().Then(Reset);

    [Fact]
    public void One_that_was_not_used_has_nothing_to_reset() =>
        Given(ProOf(Acme), new LicenseMetersChanged(Pro, [Pages])).When(pro => pro.ResetMeter(Pages.Id, LicenseUsage.None)).ThenNothing();

    [Fact]
    public void A_meter_of_another_licence_is_not_found()
    {
        Given(ProOf(Acme)).When(pro => pro.ResetMeter(Pages.Id, Used(5))).ThenRefused(Refusal.NotFound("MeterAttribute"));
        Given(ProOf(Acme), new LicenseMetersChanged(Pro, [Pages]), new LicenseDeleted(Pro)).When(pro => pro.ResetMeter(Pages.Id, Used(5)))
            .ThenRefused(Refusal.LicenseNotFound);
    }

    [Fact]
    public void Uses_before_a_reset_do_not_count_and_are_not_forgotten()
    {
        var used = After(Machine, Metered, 7, LicenseUsage.None, out var first);
        first.Resets.ShouldBeNull();
        used.UsesOf(Metered, Pages.Id).ShouldBe(7);

        var reset = License.Evolve(Metered, Reset);
        used.UsesOf(reset, Pages.Id).ShouldBe(0);

        var again = After(used, reset, 2, LicenseUsage.None, out var second);
        second.Resets.ShouldBe(1);
        (again.UsesOf(reset, Pages.Id), again.Meters.Single().Gross).ShouldBe((2, 9));
    }

    [Fact]
    public void What_was_used_before_a_reset_cannot_be_given_back()
    {
        var used = After(Machine, Metered, 7, LicenseUsage.None, out _);
        used.Count(License.Evolve(Metered, Reset), Pages.Id, -3, Places.None, Noon).ShouldBeEmpty();
    }

    [Fact]
    public void A_reset_gives_room_for_as_many_uses_as_the_meter_allows()
    {
        var used = After(Machine, Metered, 10, LicenseUsage.None, out _);
        used.Count(Metered, Pages.Id, 1, Places.None with { Usage = Used(10) }, Noon).Refusal.ShouldBe(Refusal.MeterUsesLimitReached("pages", 10));
        used.Count(License.Evolve(Metered, Reset), Pages.Id, 10, Places.None, Noon).Refusal.ShouldBeNull();
    }
}
