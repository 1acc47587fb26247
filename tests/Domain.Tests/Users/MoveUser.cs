namespace EventSourcedOrgs.Domain.Tests.Users;

public class MoveUser : Spec<User, UserEvent>
{
    [Fact]
    public void A_user_moves_to_another_organization() =>
        Given(Came(Ada, of: Acme))
            .When(ada => ada.MoveTo(Globex))
            .Then(new UserMoved(Ada, Globex));

    [Fact]
    public void A_user_of_no_organization_moves_into_one() =>
        Given(Came(Ada, of: null))
            .When(ada => ada.MoveTo(Acme))
            .Then(new UserMoved(Ada, Acme));

    [Fact]
    public void A_user_may_leave_their_organization() =>
        Given(Came(Ada, of: Acme))
            .When(ada => ada.MoveTo(null))
            .Then(new UserMoved(Ada, null));

    [Fact]
    public void Memberships_end_with_the_move() =>
        Given(Came(Ada, of: Acme), new UserAddedToGroup(Ada, Sales), new UserAddedToGroup(Ada, Engineers))
            .When(ada => ada.MoveTo(Globex))
            .Then(new UserRemovedFromGroup(Ada, Engineers), new UserRemovedFromGroup(Ada, Sales), new UserMoved(Ada, Globex));

    [Fact]
    public void Who_moved_is_in_no_group_of_the_former_organization() =>
        Given(Came(Ada, of: Acme), new UserAddedToGroup(Ada, Engineers), new UserMoved(Ada, Globex)).State.ShouldSatisfyAllConditions(
            ada => ada.Organization.ShouldBe(Globex),
            ada => ada.Groups.ShouldBeEmpty());

    [Theory, InlineData(true), InlineData(false)]
    public void Who_is_there_already_does_not_move(bool member) =>
        Given(Came(Ada, of: member ? Acme : null), new UserAddedToGroup(Ada, Engineers))
            .When(ada => ada.MoveTo(member ? Acme : null))
            .ThenNothing();

    [Fact]
    public void An_organization_admin_moves_with_the_role() =>
        Given(Came(Ada, of: Acme, Role.OrganizationAdmin))
            .When(ada => ada.MoveTo(Globex))
            .Then(new UserMoved(Ada, Globex));

    [Fact]
    public void An_organization_admin_does_not_leave_for_nowhere() =>
        Given(Came(Ada, of: Acme, Role.OrganizationAdmin))
            .When(ada => ada.MoveTo(null))
            .ThenRefused(Refusal.RoleNeedsOrganization);

    [Theory, InlineData("admin"), InlineData("super-admin")]
    public void The_vendors_team_moves_into_no_organization(string role) =>
        Given(Came(Ada, of: null, new(role)))
            .When(ada => ada.MoveTo(Acme))
            .ThenRefused(Refusal.TeamMemberHasNoOrganization);

    [Fact]
    public void A_deleted_user_is_not_found() =>
        Given(Came(Ada, of: Acme), new UserDeleted(Ada))
            .When(ada => ada.MoveTo(Globex))
            .ThenRefused(Refusal.UserNotFound);
}
