using static EventSourcedOrgs.Domain.Tests.Activations.Machines;

namespace EventSourcedOrgs.Domain.Tests.Activations;

public class Offline : Spec<Activation, ActivationEvent>
{
    private static readonly Guid First = Number(2001);
    private static readonly Guid Second = Number(2002);
    private static readonly DateTimeOffset Until = Noon.AddSeconds(3600);

    private static OfflineResponseIssued Issued(Guid request, DateTimeOffset? until = null) => new(Laptop, Pro, request, Noon, until ?? Until);

    private static Attempt Carried(Guid request) => Asking with { Offline = OfflineTerms.For(request, 3600, Noon) };

    private static readonly ActivationCreated Taken_offline = Activated with { Offline = true };

    private static readonly OfflineResponseRevoked Revoked = new(Laptop, Pro, First);

    [Fact]
    public void A_place_is_taken_and_an_answer_is_given() =>
        Given().When(_ => Activation.New(Laptop, ProAsIs, Carried(First), Places.None, Noon)).EachTime().Then(Taken_offline, Issued(First));

    [Fact]
    public void An_answer_is_good_as_far_as_time_goes() =>
        OfflineTerms.For(First, long.MaxValue, Noon).ValidUntil.ShouldBeGreaterThan(Noon.AddYears(7000));

    [Fact]
    public void All_places_taken_is_all_places_taken() =>
        Given().When(_ => Activation.New(Laptop, ProAsIs, Carried(First), Taken(1), Noon)).ThenRefused(Refusal.ActivationLimitReached(1));

    [Fact]
    public void A_new_request_of_the_same_machine_gets_an_answer_and_is_no_more_news_than_that() =>
        Recorded(Taken_offline, Issued(First)).Repeat(ProAsIs, Carried(Second), Taken(1), Noon).ShouldBe([Issued(Second)]);

    [Fact]
    public void From_online_to_offline_and_back_is_news()
    {
        Recorded(Activated).Repeat(ProAsIs, Carried(First), Taken(1), Noon).ShouldBe([new ActivationRepeated(Laptop, Pro, null, Report, null, true), Issued(First)]);
        Recorded(Taken_offline).Repeat(ProAsIs, Asking, Taken(1), Noon).ShouldBe([new ActivationRepeated(Laptop, Pro, null, Report, null)]);
        Given(Taken_offline).State.Offline.ShouldBeTrue();
        Given(Taken_offline, new ActivationRepeated(Laptop, Pro, null, Report, null)).State.Offline.ShouldBeFalse();
        Given(Taken_offline, new ActivationSynced(Laptop, Pro, Report, null)).State.Offline.ShouldBeTrue();
    }

    [Fact]
    public void The_same_request_again_changes_nothing_as_long_as_its_answer_is_good()
    {
        Given(Taken_offline, Issued(First)).When(laptop => laptop.Answer(ProAsIs, Carried(First), Until.AddTicks(-1))).ThenNothing();
        Refused(laptop => laptop.Answer(ProAsIs, Carried(First), Until), "no longer good");
        Refused(laptop => laptop.Answer(ProAsIs, Carried(Second), Noon), "no longer good");
        Refused(laptop => laptop.Answer(ProAsIs, Carried(First) with { Report = Report with { Fingerprint = new string('b', 64) } }, Noon), "another machine");
        Refused(laptop => laptop.Answer(ProAsIs, Carried(First), Noon), "has ended", new ActivationEnded(Laptop, Pro, ActivationEnd.Deactivated));
        Given(Taken_offline, Issued(First)).When(laptop => laptop.Answer(ProWith(policy => policy, new LicenseRevoked(Pro)), Carried(First), Noon)).ThenRefused(Refusal.RevokedLicense);
        Given(Taken_offline, Issued(First), Revoked).When(laptop => laptop.Answer(ProAsIs, Carried(First), Noon)).ThenRefused(Refusal.OfflineResponseRevoked);
    }

    [Fact]
    public void Answers_that_have_run_out_are_forgotten_with_the_next() =>
        Given(Taken_offline, Issued(First, Noon), Issued(Second)).State.OfflineResponses.ShouldBe([new OfflineResponse(Second, Noon, Until, false)]);

    [Fact]
    public void Of_many_answers_that_are_still_good_there_are_no_more_until_one_has_run_out()
    {
        var given = Enumerable.Range(1, OfflineResponse.Most).Select(n => Issued(Number(3000 + n), n == 1 ? Noon.AddMinutes(1) : Until));
        var laptop = Recorded([Taken_offline, .. given]);
        laptop.Repeat(ProAsIs, Carried(First), Taken(1), Noon).Refusal.ShouldBe(Refusal.OfflineResponseLimitReached(OfflineResponse.Most));
        laptop.Repeat(ProAsIs, Carried(First), Taken(1), Noon.AddMinutes(1)).Refusal.ShouldBeNull();
        laptop.Repeat(ProAsIs, Asking, Taken(1), Noon).Refusal.ShouldBeNull();
        laptop.Answer(ProAsIs, Carried(Number(3001)), Noon).Refusal.ShouldBeNull();
    }

    [Fact]
    public void Where_the_machine_is_counts_for_nothing()
    {
        var license = ProWith(policy => policy with { AllowedCountries = ["CH"], AllowedIpRanges = ["198.51.100.0/24"] });
        Asking.RefusalBy(license, Noon).ShouldBe(Refusal.IpAddressNotAllowed);
        Carried(First).RefusalBy(license, Noon).ShouldBeNull();
    }

    [Fact]
    public void Places_that_are_lent_for_a_time_are_not_lent_offline()
    {
        var floating = ProWith(policy => policy with { Type = LicenseType.HostedFloating });
        Asking.RefusalBy(floating, Noon).ShouldBeNull();
        Carried(First).RefusalBy(floating, Noon).ShouldBe(Refusal.LeaseNeedsServer);
        Refusal.LeaseNeedsServer.Code.ShouldBe(Refusal.InvalidLicenseType.Code);
    }

    [Fact]
    public void A_refused_attempt_says_that_it_was_offline() =>
        Given().When(_ => Activation.Refuse(Laptop, ProAsIs, Carried(First), Refusal.RevokedLicense)).EachTime().Then(new ActivationRefused(Laptop, Pro, null, "REVOKED_LICENSE", Report, true));

    [Fact]
    public void A_proof_of_deactivation_may_come_twice_and_another_may_not()
    {
        var ended = new ActivationEnded(Laptop, Pro, ActivationEnd.Deactivated, Second);
        Given(Taken_offline).When(laptop => laptop.Deactivate(ProAsIs, Print, "ada", Taken(1), Noon, Second)).Then(ended);
        Given(Taken_offline, ended).When(laptop => laptop.Deactivate(ProAsIs, Print, "ada", Taken(1), Noon, First)).ThenRefused(Refusal.ActivationNotFound);
        Given(Taken_offline, ended).When(laptop => laptop.Deactivate(ProAsIs, Print, "ada", Taken(1), Noon)).ThenRefused(Refusal.ActivationNotFound);
        Given(Taken_offline, new ActivationEnded(Laptop, Pro, ActivationEnd.Deleted)).When(laptop => laptop.Deactivate(ProAsIs, Print, "ada", Taken(1), Noon))
            .ThenRefused(Refusal.ActivationNotFound);
    }

    [Fact]
    public void A_proof_that_gives_up_an_older_answer_than_the_one_that_holds_ends_nothing()
    {
        var proof = Number(2003);
        var ended = new ActivationEnded(Laptop, Pro, ActivationEnd.Deactivated, proof);
        Outcome Deactivated(Guid? givenUp, DateTimeOffset now, params ActivationEvent[] issued) =>
            Given([Taken_offline, .. issued]).When(laptop => laptop.Deactivate(ProAsIs, Print, "ada", Taken(1), now, proof, givenUp));

        Deactivated(First, Noon, Issued(First)).Then(ended);
        Deactivated(First, Noon, Issued(First), Issued(Second)).ThenRefused(Refusal.OfflineResponseReplaced);
        Deactivated(Second, Noon, Issued(First), Issued(Second)).Then(ended);
        Deactivated(null, Noon, Issued(First), Issued(Second)).Then(ended);
        Deactivated(First, Noon, Issued(Second)).ThenRefused(Refusal.OfflineResponseReplaced);

        Deactivated(First, Noon.AddSeconds(1), Issued(First), Issued(Second, Noon.AddSeconds(1))).Then(ended);
        Deactivated(First, Until, Issued(First), Issued(Second)).Then(ended);
        Deactivated(First, Noon, Issued(First), Issued(Second), new OfflineResponseRevoked(Laptop, Pro, Second)).Then(ended);
    }

    [Fact]
    public void What_the_vendor_revokes_is_deleted_and_what_an_organization_revokes_is_deactivated()
    {
        Revoke(byVendor: true, ProWith(policy => policy with { AllowedDeactivations = 0 })).Then(new ActivationEnded(Laptop, Pro, ActivationEnd.Deleted), Revoked);
        Revoke(byVendor: false, ProAsIs).Then(new ActivationEnded(Laptop, Pro, ActivationEnd.Deactivated), Revoked);
        Revoke(byVendor: false, ProWith(policy => policy with { AllowedDeactivations = 0 })).ThenRefused(Refusal.DeactivationLimitReached(0));
    }

    [Fact]
    public void To_revoke_an_answer_is_no_use_of_the_licence()
    {
        var laptop = Recorded(Taken_offline, Issued(First));
        var revoked = Aggregate.Fold(laptop, laptop.RevokeResponse(First, ProAsIs, true, Taken(1), Noon.AddMinutes(1)), Noon.AddMinutes(1));
        (revoked.LastSyncedAt, revoked.Held, revoked.OfflineResponses.Single().Revoked).ShouldBe((Noon, null, true));
    }

    [Fact]
    public void Only_what_was_given_is_revoked_also_when_the_activation_has_ended()
    {
        Given(Taken_offline).When(laptop => laptop.RevokeResponse(First, ProAsIs, true, Taken(1), Noon)).ThenRefused(Refusal.OfflineResponseNotFound);
        Given(Taken_offline, Issued(First), new ActivationEnded(Laptop, Pro, ActivationEnd.Deactivated))
            .When(laptop => laptop.RevokeResponse(First, ProAsIs, false, Taken(1), Noon)).Then(Revoked);
    }

    private static Outcome Revoke(bool byVendor, License license) =>
        Given(Taken_offline, Issued(First)).When(laptop => laptop.RevokeResponse(First, license, byVendor, Taken(1), Noon));

    private static Activation Recorded(params ActivationEvent[] events) => Aggregate.Fold(Activation.Initial, events, Noon);

    private static void Refused(Func<Activation, Decision<ActivationEvent>> decide, string why, params ActivationEvent[] then)
    {
        var refusal = decide(Given([Taken_offline, Issued(First), .. then]).State).Refusal.ShouldNotBeNull();
        refusal.Code.ShouldBe("INVALID_OFFLINE_REQUEST");
        refusal.Message.ShouldContain(why);
    }
}
