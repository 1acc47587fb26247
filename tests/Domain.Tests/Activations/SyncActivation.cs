using static EventSourcedOrgs.Domain.Tests.Activations.Machines;

namespace EventSourcedOrgs.Domain.Tests.Activations;

public class SyncActivation : Spec<Activation, ActivationEvent>
{
    private static readonly MachineReport Updated = Report with { Machine = Report.Machine with { OsVersion = "7.0" } };

    private static Activation Recorded(params ActivationEvent[] events) => Aggregate.Fold(Activation.Initial, events, Noon);

    private static License Floating => ProWith(policy => policy with { Type = LicenseType.HostedFloating, LeaseDuration = 60 });

    [Fact]
    public void What_is_new_is_recorded() =>
        Given(Activated).When(laptop => laptop.Sync(ProAsIs, Asking with { Report = Updated }, Places.None, Noon)).EachTime().Then(new ActivationSynced(Laptop, Pro, Updated, null));

    [Fact]
    public void What_a_sync_leaves_out_stays_and_what_it_empties_is_cleared()
    {
        var known = Report with
        {
            Machine = new(MachineOs.Linux) { OsVersion = "6.12", VmName = "kvm", Container = true, ReleaseVersion = "1.4", ReleaseChannel = "beta", ReleasePlatform = "deb" },
            Metadata = [Entry("room", "12")],
        };
        var bare = Asking with { LeftOut = Enum.GetValues<ReportParts>().Aggregate((all, part) => all | part) };
        var newer = bare with { Report = Updated, LeftOut = bare.LeftOut & ~ReportParts.OsVersion };
        var laptop = Given(Activated with { Report = known });

        laptop.When(state => state.Sync(ProAsIs, bare, Places.None, Noon)).EachTime().Then(new ActivationSynced(Laptop, Pro, known, null));
        laptop.When(state => state.Sync(ProAsIs, newer, Places.None, Noon)).EachTime()
            .Then(new ActivationSynced(Laptop, Pro, known with { Machine = known.Machine with { OsVersion = "7.0" } }, null));
        laptop.When(state => state.Sync(ProAsIs, Asking, Places.None, Noon)).EachTime().Then(new ActivationSynced(Laptop, Pro, Report, null));
    }

    [Fact]
    public void What_is_left_out_is_held_to_the_licence_as_it_was_known()
    {
        var inside = Activated with { Report = Report with { Machine = Report.Machine with { Container = true } } };
        var bare = Asking with { LeftOut = ReportParts.Container };
        Given(inside).When(laptop => laptop.Sync(ProWith(policy => policy with { AllowContainerActivation = false }), bare, Places.None, Noon)).ThenRefused(Refusal.ContainerActivationNotAllowed);
    }

    [Fact]
    public void What_says_nothing_new_is_no_event_until_a_day_has_passed()
    {
        var laptop = Recorded(Activated);
        laptop.Sync(ProAsIs, Asking, Places.None, Noon.AddDays(1).AddTicks(-1)).ShouldBeEmpty();
        laptop.Repeat(ProAsIs, Asking, Places.None, Noon.AddDays(1).AddTicks(-1)).ShouldBeEmpty();
        laptop.Sync(ProAsIs, Asking, Places.None, Noon.AddDays(1)).ShouldBe([new ActivationSynced(Laptop, Pro, Report, null)]);
        laptop.Repeat(ProAsIs, Asking, Places.None, Noon.AddDays(1)).ShouldBe([new ActivationRepeated(Laptop, Pro, null, Report, null)]);
    }

    [Fact]
    public void A_lease_is_renewed_until_the_moment_it_ends()
    {
        var laptop = Recorded(Activated with { LeaseExpiresAt = Noon.AddSeconds(60) });
        var last = Noon.AddSeconds(60).AddTicks(-1);
        laptop.Sync(Floating, Asking, Places.None, last).ShouldBe([new ActivationSynced(Laptop, Pro, Report, last.AddSeconds(60))]);
        laptop.Sync(Floating, Asking, Places.None, Noon.AddSeconds(60)).Refusal.ShouldBe(Refusal.ActivationNotFound);
        laptop.IsLiveAt(last).ShouldBeTrue();
        laptop.IsLiveAt(Noon.AddSeconds(60)).ShouldBeFalse();
    }

    [Fact]
    public void The_end_of_a_lease_is_recorded_once_and_not_before_it()
    {
        var leased = Activated with { LeaseExpiresAt = Noon };
        Given(leased).When(laptop => laptop.EndLease(Noon)).Then(new ActivationEnded(Laptop, Pro, ActivationEnd.LeaseEnded));
        Given(leased).When(laptop => laptop.EndLease(Noon.AddTicks(-1))).ThenNothing();
    }

    [Fact]
    public void Another_machine_and_where_it_counts_another_user_may_not_sync()
    {
        var other = Asking with { Report = Report with { Fingerprint = new string('b', 64) } };
        var bob = Asking with { Report = Report with { UserHash = "bob" } };
        Given(Activated).When(laptop => laptop.Sync(ProAsIs, other, Places.None, Noon)).ThenRefused(Refusal.InvalidActivationFingerprint);
        Given(Activated).When(laptop => laptop.Sync(ProWith(policy => policy with { UserLocked = true }), bob, Places.None, Noon)).ThenRefused(Refusal.OsUserChanged);
    }

    [Fact]
    public void What_the_licence_forbids_is_refused_also_later() =>
        Given(Activated).When(laptop => laptop.Sync(ProWith(policy => policy, new LicenseRevoked(Pro)), Asking, Places.None, Noon)).ThenRefused(Refusal.RevokedLicense);

    [Theory]
    [InlineData("abcd", "abcd", "yyy"), InlineData("abcd", "abcx", "nyy"), InlineData("abcd", "abxx", "nyy"), InlineData("abcd", "axxx", "nny"), InlineData("abcd", "xxxx", "nnn")]
    [InlineData("a", "b", "nnn"), InlineData("ab", "abc", "nnn"), InlineData("ab", "ba", "nnn")]
    public void Fingerprints_match_by_their_parts(string known, string given, string exactFuzzyLoose)
    {
        static string Of(string parts) => string.Concat(parts.Select(part => new string(part, 64)));
        string.Concat(new[] { FingerprintMatchingStrategy.Exact, FingerprintMatchingStrategy.Fuzzy, FingerprintMatchingStrategy.Loose }
            .Select(strategy => Fingerprint.Matches(Of(known), Of(given), strategy) ? 'y' : 'n')).ShouldBe(exactFuzzyLoose);
    }
}
