namespace EventSourcedOrgs.Domain.Tests.UserGroups;

public class DeleteUserGroup : Spec<UserGroup, UserGroupEvent>
{
    private static readonly UserGroupCreated Created = Formed(Engineers, of: Acme);

    [Fact]
    public void A_group_is_deleted() =>
        Given(Created)
            .When(engineers => engineers.Delete())
            .Then(new UserGroupDeleted(Engineers));

    [Fact]
    public void A_deleted_group_is_deleted_already() =>
        Given(Created, new UserGroupDeleted(Engineers))
            .When(engineers => engineers.Delete())
            .ThenNothing();

    [Fact]
    public void A_deleted_group_no_longer_exists() =>
        Given(Created, new UserGroupDeleted(Engineers)).State.Exists.ShouldBeFalse();

    [Fact]
    public void What_was_never_created_is_not_found() =>
        Given()
            .When(nothing => nothing.Delete())
            .ThenRefused(Refusal.UserGroupNotFound);
}
