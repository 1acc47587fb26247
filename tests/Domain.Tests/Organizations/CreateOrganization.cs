namespace EventSourcedOrgs.Domain.Tests.Organizations;

public class CreateOrganization : Spec<Organization, OrganizationEvent>
{
    [Fact]
    public void An_organization_starts_with_its_details() =>
        Given()
            .When(_ => Organization.New(Acme, "Acme", "office@acme.example", "Tools", 10, Street, Reseller, []))
            .EachTime()
            .Then(new OrganizationCreated(Acme, "Acme", "office@acme.example", "Tools", 10, Street, Reseller));

    [Fact]
    public void Metadata_is_told_by_an_event_of_its_own() =>
        Given()
            .When(_ => Organization.New(Acme, "Acme", "office@acme.example", null, 10, null, null, [Entry("crm", "17")]))
            .EachTime()
            .Then(
                new OrganizationCreated(Acme, "Acme", "office@acme.example", null, 10, null, null),
                new OrganizationMetadataChanged(Acme, [Entry("crm", "17")]));

    [Theory, InlineData(0), InlineData(-1), InlineData(int.MaxValue)]
    public void It_may_start_with_no_seat_with_very_many_or_without_a_limit(int seats) =>
        Given(AcmeWith(seats)).State.AllowedUsers.ShouldBe(seats);

    [Fact]
    public void It_starts_active_and_empty() =>
        Given(AcmeWith(seats: 3)).State.ShouldSatisfyAllConditions(
            acme => acme.Exists.ShouldBeTrue(),
            acme => acme.Suspended.ShouldBeFalse(),
            acme => acme.SeatsUsed.ShouldBe(0),
            acme => acme.SeatsExceeded.ShouldBeFalse());

    [Fact]
    public void Nothing_exists_before_it_is_created() =>
        Given().State.Exists.ShouldBeFalse();
}
