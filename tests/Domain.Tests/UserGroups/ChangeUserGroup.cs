namespace EventSourcedOrgs.Domain.Tests.UserGroups;

public class ChangeUserGroup : Spec<UserGroup, UserGroupEvent>
{
    private static readonly UserGroupCreated Created = new(Engineers, Acme, "Engineers", "Those who build");

    [Fact]
    public void What_is_left_out_stays() =>
        Given(Created)
            .When(engineers => engineers.Change(default, default))
            .ThenNothing();

    [Fact]
    public void What_is_the_same_is_no_change() =>
        Given(Created)
            .When(engineers => engineers.Change("Engineers", "Those who build"))
            .ThenNothing();

    [Fact]
    public void Each_thing_that_changed_is_one_event() =>
        Given(Created)
            .When(engineers => engineers.Change("Builders", "Those who make"))
            .Then(new UserGroupRenamed(Engineers, "Builders"), new UserGroupDescriptionChanged(Engineers, "Those who make"));

    [Fact]
    public void A_name_may_change_its_case() =>
        Given(Created)
            .When(engineers => engineers.Change("ENGINEERS", default))
            .Then(new UserGroupRenamed(Engineers, "ENGINEERS"));

    [Fact]
    public void Null_clears_the_description() =>
        Given(Created)
            .When(engineers => engineers.Change(default, null))
            .Then(new UserGroupDescriptionChanged(Engineers, null));

    [Fact]
    public void A_deleted_group_is_not_found() =>
        Given(Created, new UserGroupDeleted(Engineers))
            .When(engineers => engineers.Change("Builders", default))
            .ThenRefused(Refusal.UserGroupNotFound);

    [Fact]
    public void What_was_never_created_is_not_found() =>
        Given()
            .When(nobody => nobody.Change("Builders", default))
            .ThenRefused(Refusal.UserGroupNotFound);
}
