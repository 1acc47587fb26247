namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class TellExpiry : Spec<License, LicenseEvent>
{
    private static readonly DateTimeOffset End = Noon.AddDays(10);

    private static readonly LicenseCreated InTenDays = ProOf(Acme) with { ExpiresAt = End, Policy = new() { ExpiringSoonEventOffset = 3 * 24 * 3600 } };

    [Fact]
    public void That_it_soon_runs_out_is_told_from_the_offset_on() =>
        Given(InTenDays).When(pro => pro.TellExpiry(Noon.AddDays(7))).Then(new LicenseExpiringSoon(Pro, End));

    [Fact]
    public void And_not_before() => Given(InTenDays).When(pro => pro.TellExpiry(Noon.AddDays(7).AddTicks(-1))).ThenNothing();

    [Fact]
    public void That_it_has_run_out_is_told_at_the_very_end() =>
        Given(InTenDays, new LicenseExpiringSoon(Pro, End)).When(pro => pro.TellExpiry(End)).Then(new LicenseExpired(Pro, End));

    [Fact]
    public void And_not_before_it() => Given(InTenDays, new LicenseExpiringSoon(Pro, End)).When(pro => pro.TellExpiry(End.AddTicks(-1))).ThenNothing();

    [Fact]
    public void What_was_never_soon_is_only_told_as_over() => Given(InTenDays).When(pro => pro.TellExpiry(End.AddDays(9))).Then(new LicenseExpired(Pro, End));

    [Fact]
    public void Each_is_told_once() => Given(InTenDays, new LicenseExpiringSoon(Pro, End), new LicenseExpired(Pro, End)).When(pro => pro.TellExpiry(End.AddYears(1))).ThenNothing();

    [Fact]
    public void Another_end_is_told_anew() =>
        Given(InTenDays, new LicenseExpiringSoon(Pro, End), new LicenseExpired(Pro, End), new LicenseExtended(Pro, End.AddDays(9)))
            .When(pro => pro.TellExpiry(End.AddDays(6))).Then(new LicenseExpiringSoon(Pro, End.AddDays(9)));

    [Fact]
    public void Without_an_offset_nothing_is_soon() =>
        Given(InTenDays with { Policy = new() { ExpiringSoonEventOffset = 0 } }).When(pro => pro.TellExpiry(End.AddTicks(-1))).ThenNothing();

    [Fact]
    public void Of_a_suspended_licence_it_is_told_too() =>
        Given(InTenDays, new LicenseSuspended(Pro)).When(pro => pro.TellExpiry(End)).Then(new LicenseExpired(Pro, End));

    [Fact]
    public void Of_one_that_is_revoked_deleted_or_without_end_nothing_is_told()
    {
        Given(InTenDays, new LicenseRevoked(Pro)).When(pro => pro.TellExpiry(End)).ThenNothing();
        Given(InTenDays, new LicenseDeleted(Pro)).When(pro => pro.TellExpiry(End)).ThenNothing();
        Given(ProOf(Acme)).When(pro => pro.TellExpiry(End)).ThenNothing();
    }

    [Fact]
    public void Maintenance_is_told_by_itself_and_together_with_the_licence()
    {
        var maintained = new LicenseMaintenanceExpiryChanged(Pro, End);
        Given(ProOf(Acme), maintained).When(pro => pro.TellExpiry(End.AddDays(-1))).Then(new LicenseMaintenanceExpiringSoon(Pro, End));
        Given(InTenDays, maintained).When(pro => pro.TellExpiry(End)).Then(new LicenseExpired(Pro, End), new LicenseMaintenanceExpired(Pro, End));
        Given(InTenDays, maintained, new LicenseMaintenanceExpired(Pro, End), new LicenseMaintenanceRenewed(Pro, End.AddYears(1))).When(pro => pro.TellExpiry(End)).Then(new LicenseExpired(Pro, End));
    }

    [Fact]
    public void It_is_next_due_at_whichever_comes_first()
    {
        DateTimeOffset? Due(params LicenseEvent[] events) => Given(events).State.With(default).NoticeDue;
        Due(InTenDays).ShouldBe(Noon.AddDays(7));
        Due(InTenDays, new LicenseMaintenanceExpiryChanged(Pro, End.AddDays(-2))).ShouldBe(Noon.AddDays(5));
        Due(InTenDays, new LicenseExpiringSoon(Pro, End), new LicenseMaintenanceExpiryChanged(Pro, End.AddDays(9))).ShouldBe(End);
        Due(InTenDays, new LicenseExpired(Pro, End)).ShouldBeNull();
        Due(ProOf(Acme)).ShouldBeNull();
    }

    [Fact]
    public void What_is_told_decides_nothing() =>
        Access.Decide(null, Given(InTenDays, new LicenseExpired(Pro, End)).State, null, [], Noon).ShouldBe(Access.Decide(null, Given(InTenDays).State, null, [], Noon));
}
