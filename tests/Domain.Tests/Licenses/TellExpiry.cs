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
    public void What_is_told_decides_nothing() =>
        Access.Decide(null, Given(InTenDays, new LicenseExpired(Pro, End)).State, null, [], Noon).ShouldBe(Access.Decide(null, Given(InTenDays).State, null, [], Noon));
}
