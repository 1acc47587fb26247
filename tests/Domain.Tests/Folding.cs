namespace EventSourcedOrgs.Domain.Tests;

public class Folding
{
    [Fact]
    public void The_first_event_is_the_birth() =>
        Aggregate.Fold(Organization.Initial, AcmeWith(seats: 3), Noon).Recorded.ShouldBe(new(Noon, Noon, 1));

    [Fact]
    public void Every_later_one_moves_the_update_and_the_version() =>
        Aggregate.Fold(Aggregate.Fold(Organization.Initial, AcmeWith(seats: 3), Noon), new OrganizationSuspended(Acme), Noon.AddHours(1))
            .Recorded.ShouldBe(new(Noon, Noon.AddHours(1), 2));

    [Fact]
    public void Events_of_one_moment_are_folded_one_by_one() =>
        Aggregate.Fold<Organization, OrganizationEvent>(Organization.Initial, [AcmeWith(seats: 3), new OrganizationSuspended(Acme)], Noon)
            .ShouldSatisfyAllConditions(
                acme => acme.Suspended.ShouldBeTrue(),
                acme => acme.Recorded.ShouldBe(new(Noon, Noon, 2)));

    [Fact]
    public void A_decision_is_the_list_of_its_events() =>
        Organization.Evolve(Organization.Initial, AcmeWith(seats: 3)).Suspend().ShouldBe([new OrganizationSuspended(Acme)]);

    [Fact]
    public void A_refusal_is_a_decision_without_events() =>
        ((Decision<OrganizationEvent>)Refusal.OrganizationNotFound).ShouldBeEmpty();
}
