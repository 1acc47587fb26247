namespace EventSourcedOrgs.Domain.Tests;

/// <summary>The language of these tests is itself held to what it promises: each of these sentences is wrong and must be caught.</summary>
public class SpecItself : Spec<Organization, OrganizationEvent>
{
    private static readonly OrganizationSuspended Suspended = new(Acme);

    [Fact]
    public void A_decision_that_says_the_same_thing_twice_is_caught() =>
        Should.Throw<ShouldAssertException>(() => Given(AcmeWith(seats: 3)).When(_ => [Suspended]).Then(Suspended));

    [Fact]
    public void A_decision_that_takes_the_same_request_for_an_error_is_caught() =>
        Should.Throw<ShouldAssertException>(() => Given(AcmeWith(seats: 3))
            .When(acme => acme.Suspended ? Refusal.OrganizationSuspended : [Suspended])
            .Then(Suspended));

    [Fact]
    public void An_idempotent_decision_that_claims_to_happen_each_time_is_caught() =>
        Should.Throw<ShouldAssertException>(() => Given(AcmeWith(seats: 3)).When(acme => acme.Suspend()).EachTime().Then(Suspended));

    [Fact]
    public void A_decision_that_is_not_refused_the_second_time_is_caught() =>
        Should.Throw<ShouldAssertException>(() => Given(AcmeWith(seats: 3))
            .When(acme => acme.Suspend()).OnlyOnce(Refusal.OrganizationSuspended)
            .Then(Suspended));

    [Fact]
    public void A_refusal_where_events_were_expected_is_caught() =>
        Should.Throw<ShouldAssertException>(() => Given().When(nobody => nobody.Suspend()).ThenNothing());

    [Fact]
    public void Events_where_a_refusal_was_expected_are_caught() =>
        Should.Throw<ShouldAssertException>(() => Given(AcmeWith(seats: 3)).When(acme => acme.Suspend()).ThenRefused(Refusal.OrganizationNotFound));
}
