using static EventSourcedOrgs.Domain.Tests.Trials.Machines;

namespace EventSourcedOrgs.Domain.Tests.Trials;

public class SameMachine : Spec<TrialActivation, TrialActivationEvent>
{
    private static readonly MachineReport Upgraded = Report with { Machine = new(MachineOs.Linux) { OsVersion = "7.0" } };

    private static MachineReport With(string fingerprint) => Report with { Fingerprint = fingerprint };

    private static TrialPolicy By(FingerprintMatchingStrategy strategy) => PolicyOf(terms => terms with { FingerprintMatchingStrategy = strategy });

    [Fact]
    public void The_same_machine_again_keeps_its_trial_and_its_end()
    {
        Given(Started).When(trial => trial.Repeat(Policy, Report)).ThenNothing();
        Given(Started).When(trial => trial.Repeat(PolicyOf(terms => terms with { TrialLength = 1 }), Upgraded)).Then(new TrialActivationReported(OnLaptop, Upgraded));
        Given(Started, new TrialActivationReported(OnLaptop, Upgraded)).When(trial => trial.Repeat(Policy, Upgraded)).ThenNothing();
        Given(Started, new TrialActivationReported(OnLaptop, Upgraded)).State.ExpiresAt.ShouldBe(Noon + Length);
    }

    [Fact]
    public void It_asks_in_vain_once_the_product_cannot_be_tried() => Given(Started).When(trial => trial.Repeat(TrialPolicy.Initial, Report)).ThenRefused(Refusal.TrialNotAllowed);

    [Fact]
    public void A_deleted_trial_is_none()
    {
        Given(Started).When(trial => trial.Delete()).Then(new TrialActivationDeleted(OnLaptop));
        var deleted = Given(Started, new TrialActivationDeleted(OnLaptop));
        deleted.When(trial => trial.Repeat(Policy, Report)).ThenRefused(Refusal.TrialActivationNotFound);
        deleted.When(trial => trial.Sync(Designer, Policy, Report)).ThenRefused(Refusal.TrialActivationNotFound);
        deleted.When(trial => trial.Extend(Length)).ThenRefused(Refusal.TrialActivationNotFound);
        deleted.When(trial => trial.ExpireAt(Noon)).ThenRefused(Refusal.TrialActivationNotFound);
    }

    [Fact]
    public void A_sync_comes_from_the_machine_and_the_user_it_is_of()
    {
        Given(Started).When(trial => trial.Sync(Designer, Policy, Upgraded)).Then(new TrialActivationReported(OnLaptop, Upgraded));
        Given(Started).When(trial => trial.Sync(Designer, Policy, Report)).ThenNothing();
        Given(Started).When(trial => trial.Sync(new(Number(502)), Policy, Report)).ThenRefused(Refusal.TrialActivationNotFound);
        Given(Started).When(trial => trial.Sync(Designer, Policy, With(Print(5, 6, 7, 8)))).ThenRefused(Refusal.InvalidActivationFingerprint);
        Given(Started).When(trial => trial.Sync(Designer, PolicyOf(terms => terms with { UserLocked = true }), Report with { UserHash = "bob" })).ThenRefused(Refusal.OsUserChanged);
        Given(Started).When(trial => trial.Sync(Designer, PolicyOf(terms => terms with { AllowedCountries = ["CH"] }), Report)).ThenRefused(Refusal.CountryNotAllowed);
    }

    [Fact]
    public void What_a_sync_leaves_out_stays_and_what_it_empties_is_cleared()
    {
        var known = Report with { Machine = new(MachineOs.Linux) { OsVersion = "6.12", VmName = "kvm", ReleaseVersion = "1.4" }, Metadata = [Entry("room", "12")] };
        var upgraded = known with { Machine = known.Machine with { OsVersion = "7.0" } };
        const ReportParts all = ReportParts.OsVersion | ReportParts.VmName | ReportParts.ReleaseVersion | ReportParts.Metadata;
        var trial = Given(Started with { Report = known });

        trial.When(state => state.Sync(Designer, Policy, Report, all)).ThenNothing();
        trial.When(state => state.Sync(Designer, Policy, Upgraded, all & ~ReportParts.OsVersion)).Then(new TrialActivationReported(OnLaptop, upgraded));
        trial.When(state => state.Sync(Designer, Policy, Report)).Then(new TrialActivationReported(OnLaptop, Report));
        trial.When(state => state.Sync(Designer, PolicyOf(terms => terms with { AllowVmActivation = false }), Report, all)).ThenRefused(Refusal.VmActivationNotAllowed);
    }

    [Fact]
    public void A_trial_that_began_goes_on_when_no_others_begin()
    {
        Given(Started).When(trial => trial.Sync(Designer, TrialPolicy.Initial, Report)).ThenNothing();
        Given(Started).When(trial => trial.Sync(Designer, TrialPolicy.Initial, With(Print(1, 2, 3, 5)))).ThenRefused(Refusal.InvalidActivationFingerprint);
    }

    [Theory]
    [InlineData(FingerprintMatchingStrategy.Exact, 4)]
    [InlineData(FingerprintMatchingStrategy.Fuzzy, 2)]
    [InlineData(FingerprintMatchingStrategy.Loose, 1)]
    public void As_many_parts_have_to_be_the_same_as_the_strategy_says(FingerprintMatchingStrategy strategy, int least)
    {
        for (var same = 0; same <= 4; same++)
        {
            var given = With(Print([.. Enumerable.Range(1, 4).Select(n => n <= same ? n : n + 100)]));
            By(strategy).Terms.IsSameMachine(Report.Fingerprint, "ada", given).ShouldBe(same >= least);
            if (same >= least)
                Fingerprint.PartsOf(given.Fingerprint).Intersect(Fingerprint.PartsOf(Report.Fingerprint)).ShouldNotBeEmpty("or the index would not find it");
        }
    }

    [Fact]
    public void A_part_at_another_place_or_of_a_longer_fingerprint_is_another()
    {
        Fingerprint.PartsOf(Print(1, 2)).Intersect(Fingerprint.PartsOf(Print(2, 1))).ShouldBeEmpty();
        Fingerprint.PartsOf(Print(1, 2)).Intersect(Fingerprint.PartsOf(Print(1, 2, 3))).ShouldBeEmpty();
        Fingerprint.PartsOf(Print(1) + "ab").Count.ShouldBe(2);
    }

    [Fact]
    public void Where_trials_are_locked_to_users_each_is_a_machine_of_its_own()
    {
        var locked = Terms with { UserLocked = true };
        locked.IsSameMachine(Report.Fingerprint, "bob", Report).ShouldBeFalse();
        Terms.IsSameMachine(Report.Fingerprint, "bob", Report).ShouldBeTrue();
    }
}
