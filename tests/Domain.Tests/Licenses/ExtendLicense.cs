namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class ExtendLicense : Spec<License, LicenseEvent>
{
    private static readonly LicenseCreated UntilNoon = ProOf(Acme) with { ExpiresAt = Noon };

    private static readonly TimeSpan AnHour = TimeSpan.FromHours(1);

    [Fact]
    public void The_end_moves_by_the_time_given() =>
        Given(UntilNoon)
            .When(pro => pro.Extend(AnHour))
            .EachTime()
            .Then(new LicenseExtended(Pro, Noon.AddHours(1)));

    [Fact]
    public void It_may_move_to_an_earlier_moment() =>
        Given(UntilNoon)
            .When(pro => pro.Extend(-AnHour))
            .EachTime()
            .Then(new LicenseExtended(Pro, Noon.AddHours(-1)));

    [Fact]
    public void The_licence_then_ends_there() =>
        Given(UntilNoon, new LicenseExtended(Pro, Noon.AddHours(1))).State.ExpiresAt.ShouldBe(Noon.AddHours(1));

    [Fact]
    public void By_nothing_is_no_change() =>
        Given(UntilNoon)
            .When(pro => pro.Extend(TimeSpan.Zero))
            .ThenNothing();

    [Fact]
    public void The_calendar_has_a_last_moment() =>
        Given(UntilNoon with { ExpiresAt = DateTimeOffset.MaxValue.AddMinutes(-1) })
            .When(pro => pro.Extend(AnHour))
            .EachTime()
            .Then(new LicenseExtended(Pro, DateTimeOffset.MaxValue));

    [Fact]
    public void And_a_first_one() =>
        Given(UntilNoon with { ExpiresAt = DateTimeOffset.MinValue.AddMinutes(1) })
            .When(pro => pro.Extend(-AnHour))
            .EachTime()
            .Then(new LicenseExtended(Pro, DateTimeOffset.MinValue));

    [Fact]
    public void Without_an_end_there_is_nothing_to_move() =>
        Given(ProOf(Acme))
            .When(pro => pro.Extend(AnHour))
            .ThenRefused(Refusal.LicenseHasNoExpiry);

    [Fact]
    public void A_revoked_licence_is_not_extended() =>
        Given(UntilNoon, new LicenseRevoked(Pro))
            .When(pro => pro.Extend(AnHour))
            .ThenRefused(Refusal.LicenseRevoked);

    [Fact]
    public void A_deleted_licence_is_not_found() =>
        Given(UntilNoon, new LicenseDeleted(Pro))
            .When(pro => pro.Extend(AnHour))
            .ThenRefused(Refusal.LicenseNotFound);
}
