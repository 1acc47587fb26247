namespace EventSourcedOrgs.Domain.Tests.Users;

public class CreateUser : Spec<User, UserEvent>
{
    private static readonly NewUser NewAda = new(Ada, "Ada", "Lovelace", "Ada@acme.example", "Acme", Role.User, Acme, true, [], []);

    private static readonly UserCreated Created = new(
        Ada, Personal.Of(Ada, "Ada"), Personal.OfText(Ada, "Lovelace"), Personal.Of(Ada, "Ada@acme.example"), Personal.OfText(Ada, "Acme"),
        Role.User, Acme, true);

    [Fact]
    public void A_user_starts_with_a_profile_and_the_address_keeps_its_case() =>
        Given()
            .When(_ => User.New(NewAda))
            .EachTime()
            .Then(Created);

    [Fact]
    public void Tags_and_metadata_are_told_by_events_of_their_own() =>
        Given()
            .When(_ => User.New(NewAda with { Tags = ["early"], Metadata = [Entry("desk", "4")] }))
            .EachTime()
            .Then(
                Created,
                new UserTagsChanged(Ada, ["early"]),
                new UserMetadataChanged(Ada, Personal.Of<ValueList<MetadataEntry>>(Ada, [Entry("desk", "4")])));

    [Theory, InlineData(null), InlineData("")]
    public void A_last_name_and_a_company_may_be_absent(string? nothing) =>
        Given()
            .When(_ => User.New(NewAda with { LastName = nothing, Company = nothing }))
            .EachTime()
            .Then(Created with { LastName = null, Company = null });

    [Theory, InlineData("user"), InlineData("reseller-admin"), InlineData("admin"), InlineData("license-clerk")]
    public void A_user_may_belong_to_no_organization(string role) =>
        Given()
            .When(_ => User.New(NewAda with { Role = new(role), Organization = null }))
            .EachTime()
            .Then(Created with { Role = new(role), Organization = null });

    [Fact]
    public void An_organization_admin_belongs_to_an_organization() =>
        Given()
            .When(_ => User.New(NewAda with { Role = Role.OrganizationAdmin }))
            .EachTime()
            .Then(Created with { Role = Role.OrganizationAdmin });

    [Fact]
    public void An_organization_admin_without_an_organization_is_refused() =>
        Given()
            .When(_ => User.New(NewAda with { Role = Role.OrganizationAdmin, Organization = null }))
            .ThenRefused(Refusal.RoleNeedsOrganization);

    [Theory, InlineData("admin"), InlineData("super-admin")]
    public void The_vendors_team_belongs_to_no_organization(string role) =>
        Given()
            .When(_ => User.New(NewAda with { Role = new(role) }))
            .ThenRefused(Refusal.TeamMemberHasNoOrganization);

    [Fact]
    public void A_new_user_is_active_and_in_no_group() =>
        Given(Created).State.ShouldSatisfyAllConditions(
            ada => ada.Exists.ShouldBeTrue(),
            ada => ada.Suspended.ShouldBeFalse(),
            ada => ada.Groups.ShouldBeEmpty(),
            ada => ada.LastSignInAt.ShouldBeNull());
}
