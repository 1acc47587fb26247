namespace EventSourcedOrgs.Domain.Tests.Users;

public class EraseUser : Spec<User, UserEvent>
{
    [Fact]
    public void Who_is_still_there_goes_first() =>
        Given(Came(Ada, of: Acme), new UserAddedToGroup(Ada, Support))
            .When(ada => ada.Erase())
            .Then(new UserRemovedFromGroup(Ada, Support), new UserDeleted(Ada), new UserErased(Ada));

    [Fact]
    public void Who_was_deleted_before_is_erased_too() =>
        Given(Came(Ada, of: Acme), new UserDeleted(Ada))
            .When(ada => ada.Erase())
            .Then(new UserErased(Ada));

    [Fact]
    public void Who_is_erased_is_erased_already() =>
        Given(Came(Ada, of: Acme), new UserDeleted(Ada), new UserErased(Ada))
            .When(ada => ada.Erase())
            .ThenNothing();

    [Fact]
    public void Nothing_personal_is_known_any_more_and_the_rest_stays() =>
        Given(Came(Ada, of: Acme), new UserMetadataChanged(Ada, Personal.Of(Ada, (ValueList<MetadataEntry>)[])), new UserDeleted(Ada), new UserErased(Ada)).State.ShouldSatisfyAllConditions(
            ada => ada.Erased.ShouldBeTrue(),
            ada => ada.Exists.ShouldBeFalse(),
            ada => ada.Organization.ShouldBe(Acme),
            ada => ada.FirstName.ShouldBe(new(Ada.Value, null, Erased: true)),
            ada => ada.LastName.ShouldBe(new(Ada.Value, null, Erased: true)),
            ada => ada.Email.ShouldBe(new(Ada.Value, null, Erased: true)),
            ada => ada.Company.ShouldBe(new(Ada.Value, null, Erased: true)),
            ada => ada.Metadata.ShouldBe(new(Ada.Value, null, Erased: true)));

    [Fact]
    public void The_super_admin_is_never_erased() =>
        Given(Came(Ada, of: null, Role.SuperAdmin))
            .When(ada => ada.Erase())
            .ThenRefused(Refusal.SuperAdminIsUnique);

    [Fact]
    public void What_was_never_created_is_not_found() =>
        Given()
            .When(nobody => nobody.Erase())
            .ThenRefused(Refusal.UserNotFound);
}
