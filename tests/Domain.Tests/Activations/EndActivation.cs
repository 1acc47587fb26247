using static EventSourcedOrgs.Domain.Tests.Activations.Machines;

namespace EventSourcedOrgs.Domain.Tests.Activations;

public class EndActivation : Spec<Activation, ActivationEvent>
{
    private static readonly ActivationEnded Given_back = new(Laptop, Pro, ActivationEnd.Deactivated);

    private static Outcome Deactivated(License license, int before = 0, string? fingerprint = null, string user = "ada") =>
        Given(Activated).When(laptop => laptop.Deactivate(license, fingerprint ?? Print, user, Taken(1, before), Noon)).OnlyOnce(Refusal.ActivationNotFound);

    [Fact]
    public void A_machine_gives_its_place_back_once() => Deactivated(ProAsIs).Then(Given_back);

    [Fact]
    public void As_often_as_the_licence_allows()
    {
        var license = ProWith(policy => policy with { AllowedDeactivations = 2 });
        Deactivated(license, before: 1).Then(Given_back);
        Deactivated(license, before: 2).ThenRefused(Refusal.DeactivationLimitReached(2));
        Deactivated(ProWith(policy => policy with { AllowedDeactivations = 0 })).ThenRefused(Refusal.DeactivationLimitReached(0));
    }

    [Fact]
    public void A_floating_licence_has_no_such_limit() =>
        Deactivated(ProWith(policy => policy with { AllowedDeactivations = 0, Type = LicenseType.HostedFloating })).Then(Given_back);

    [Fact]
    public void Only_the_machine_itself_and_where_it_counts_its_user()
    {
        Deactivated(ProAsIs, fingerprint: new string('b', 64)).ThenRefused(Refusal.InvalidActivationFingerprint);
        Deactivated(ProWith(policy => policy with { UserLocked = true }), user: "bob").ThenRefused(Refusal.OsUserChanged);
    }

    [Fact]
    public void The_vendor_takes_it_back_whatever_the_limits() =>
        Given(Activated).When(laptop => laptop.Delete()).OnlyOnce(Refusal.ActivationNotFound).Then(new ActivationEnded(Laptop, Pro, ActivationEnd.Deleted));
}
