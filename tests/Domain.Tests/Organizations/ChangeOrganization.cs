namespace EventSourcedOrgs.Domain.Tests.Organizations;

public class ChangeOrganization : Spec<Organization, OrganizationEvent>
{
    private static readonly OrganizationChanges LeaveAll = new(default, default, default, default, default, default, default);

    private static readonly OrganizationCreated Created = new(Acme, "Acme", "office@acme.example", "Tools", 3, Street, Reseller);

    [Fact]
    public void What_is_left_out_stays() =>
        Given(Created)
            .When(acme => acme.Change(LeaveAll))
            .ThenNothing();

    [Fact]
    public void What_is_the_same_is_no_change() =>
        Given(Created)
            .When(acme => acme.Change(new("Acme", "office@acme.example", "Tools", 3, Street with { }, Reseller, ValueList.Of<MetadataEntry>([]))))
            .ThenNothing();

    [Fact]
    public void Each_thing_that_changed_is_one_event() =>
        Given(Created)
            .When(acme => acme.Change(new(
                "Acme Ltd", "hello@acme.example", "Better tools", 5, Street with { City = "Shelbyville" }, Number(802), ValueList.Of([Entry("crm", "17")]))))
            .Then(
                new OrganizationRenamed(Acme, "Acme Ltd"),
                new OrganizationEmailChanged(Acme, "hello@acme.example"),
                new OrganizationDescriptionChanged(Acme, "Better tools"),
                new OrganizationAddressChanged(Acme, Street with { City = "Shelbyville" }),
                new OrganizationResellerChanged(Acme, Number(802)),
                new OrganizationMetadataChanged(Acme, [Entry("crm", "17")]),
                new AllowedUsersChanged(Acme, 5));

    [Fact]
    public void Null_clears_what_may_be_absent() =>
        Given(Created)
            .When(acme => acme.Change(LeaveAll with { Description = null, Address = null, Reseller = null }))
            .Then(
                new OrganizationDescriptionChanged(Acme, null),
                new OrganizationAddressChanged(Acme, null),
                new OrganizationResellerChanged(Acme, null));

    [Fact]
    public void Metadata_sent_again_later_is_no_change() =>
        Given(Created, new OrganizationMetadataChanged(Acme, [Entry("crm", "17")]))
            .When(acme => acme.Change(LeaveAll with { Metadata = ValueList.Of([LaterEntry("crm", "17")]) }))
            .ThenNothing();

    [Fact]
    public void Metadata_with_a_new_value_keeps_its_id_and_birth() =>
        Given(Created, new OrganizationMetadataChanged(Acme, [Entry("crm", "17")]))
            .When(acme => acme.Change(LeaveAll with { Metadata = ValueList.Of([LaterEntry("crm", "18")]) }))
            .Then(new OrganizationMetadataChanged(Acme, [Entry("crm", "18") with { UpdatedAt = Noon.AddDays(1) }]));

    [Theory, InlineData(0), InlineData(1), InlineData(-1), InlineData(4)]
    public void The_limit_may_be_raised_lowered_closed_or_lifted(int seats) =>
        Given(Created)
            .When(acme => acme.Change(LeaveAll with { AllowedUsers = seats }))
            .Then(new AllowedUsersChanged(Acme, seats));

    [Fact]
    public void Lowering_the_limit_below_the_number_in_use_removes_nobody() =>
        Given(Created, new UserJoinedOrganization(Acme, Ada), new UserJoinedOrganization(Acme, Bob))
            .When(acme => acme.Change(LeaveAll with { AllowedUsers = 1 }))
            .Then(new AllowedUsersChanged(Acme, 1));

    [Fact]
    public void Lowered_below_the_number_in_use_the_seats_are_exceeded() =>
        Given(Created, new UserJoinedOrganization(Acme, Ada), new UserJoinedOrganization(Acme, Bob), new AllowedUsersChanged(Acme, 1))
            .State.ShouldSatisfyAllConditions(
                acme => acme.SeatsUsed.ShouldBe(2),
                acme => acme.SeatsExceeded.ShouldBeTrue());

    [Fact]
    public void A_suspended_organization_may_be_changed() =>
        Given(Created, new OrganizationSuspended(Acme))
            .When(acme => acme.Change(LeaveAll with { Name = "Acme Ltd" }))
            .Then(new OrganizationRenamed(Acme, "Acme Ltd"));

    [Fact]
    public void A_deleted_organization_is_not_found() =>
        Given(Created, new OrganizationDeleted(Acme))
            .When(acme => acme.Change(LeaveAll with { Name = "Acme Ltd" }))
            .ThenRefused(Refusal.OrganizationNotFound);

    [Fact]
    public void What_was_never_created_is_not_found() =>
        Given()
            .When(nobody => nobody.Change(LeaveAll))
            .ThenRefused(Refusal.OrganizationNotFound);
}
