namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class CountWithMeters : Spec<License, LicenseEvent>
{
    private static readonly MeterAttribute Pages = new(Number(911), "pages", 100, false, ["user"], Noon, Noon);
    private static readonly MeterAttribute Seats = new(Number(912), "seats", -1, true, [], Noon, Noon);

    private static MeterAttribute Later(MeterAttribute meter) => meter with { Id = Number(999), CreatedAt = Noon.AddDays(1), UpdatedAt = Noon.AddDays(1) };

    private static LicenseChanges To(params MeterAttribute[] meters) => LicenseChanges.None with { MeterAttributes = meters.ToValueList() };

    [Fact]
    public void The_meters_are_replaced() =>
        Given(ProOf(Acme), new LicenseMetersChanged(Pro, [Pages]))
            .When(pro => pro.Change(To(Seats)))
            .Then(new LicenseMetersChanged(Pro, [Seats]));

    [Fact]
    public void One_that_says_the_same_stays_the_same() =>
        Given(ProOf(Acme), new LicenseMetersChanged(Pro, [Pages, Seats]))
            .When(pro => pro.Change(To(Later(Pages), Later(Seats))))
            .ThenNothing();

    [Fact]
    public void One_that_says_something_else_keeps_its_id_and_birth() =>
        Given(ProOf(Acme), new LicenseMetersChanged(Pro, [Pages]))
            .When(pro => pro.Change(To(Later(Pages) with { AllowedUses = 200 })))
            .Then(new LicenseMetersChanged(Pro, [Pages with { AllowedUses = 200, UpdatedAt = Noon.AddDays(1) }]));

    [Fact]
    public void One_goes_and_the_others_stay() =>
        Given(ProOf(Acme), new LicenseMetersChanged(Pro, [Pages, Seats]))
            .When(pro => pro.DropMeter(Pages.Id))
            .OnlyOnce(Refusal.NotFound("MeterAttribute"))
            .Then(new LicenseMetersChanged(Pro, [Seats]));

    [Fact]
    public void A_deleted_licence_is_not_found() =>
        Given(ProOf(Acme), new LicenseMetersChanged(Pro, [Pages]), new LicenseDeleted(Pro))
            .When(pro => pro.DropMeter(Pages.Id))
            .ThenRefused(Refusal.LicenseNotFound);

    [Fact]
    public void A_usage_counts_up_and_down_and_never_forgets() =>
        LicenseUsage.None.Counted(Pages.Id, 5).Counted(Pages.Id, -2).Of(Pages).ShouldBe(new MeterUses(3, 5));
}
