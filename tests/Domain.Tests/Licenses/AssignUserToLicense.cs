namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class AssignUserToLicense : Spec<License, LicenseEvent>
{
    [Fact]
    public void A_user_of_the_organization_is_assigned() =>
        Given(ProOf(Acme))
            .When(pro => pro.AssignUser(Person(Ada, of: Acme)))
            .Then(new UserAssignedToLicense(Pro, Ada));

    [Fact]
    public void A_user_who_is_assigned_is_assigned_already() =>
        Given(ProOf(Acme), new UserAssignedToLicense(Pro, Ada))
            .When(pro => pro.AssignUser(Person(Ada, of: Acme)))
            .ThenNothing();

    [Fact]
    public void The_licences_own_user_may_be_an_additional_one_as_well() =>
        Given(ProOf(Acme), new PrimaryUserAssignedToLicense(Pro, Ada))
            .When(pro => pro.AssignUser(Person(Ada, of: Acme)))
            .Then(new UserAssignedToLicense(Pro, Ada));

    [Theory, InlineData(true), InlineData(false)]
    public void A_licence_of_no_organization_takes_anybody(bool member) =>
        Given(ProOf(null))
            .When(pro => pro.AssignUser(Person(Ada, of: member ? Acme : null)))
            .Then(new UserAssignedToLicense(Pro, Ada));

    [Theory, InlineData(true), InlineData(false)]
    public void A_user_of_another_organization_or_of_none_is_refused(bool member) =>
        Given(ProOf(Acme))
            .When(pro => pro.AssignUser(Person(Ada, of: member ? Globex : null)))
            .ThenRefused(Refusal.UserOfAnotherOrganization);

    [Fact]
    public void A_deleted_user_is_unknown() =>
        Given(ProOf(Acme))
            .When(pro => pro.AssignUser(Deleted(Person(Ada, of: Acme))))
            .ThenRefused(Refusal.UnknownUser);

    [Fact]
    public void A_user_who_never_was_is_unknown() =>
        Given(ProOf(null))
            .When(pro => pro.AssignUser(User.Initial))
            .ThenRefused(Refusal.UnknownUser);

    [Fact]
    public void The_256th_additional_user_is_the_last() =>
        Given([ProOf(Acme), .. Crowd(255)])
            .When(pro => pro.AssignUser(Person(Ada, of: Acme)))
            .Then(new UserAssignedToLicense(Pro, Ada));

    [Fact]
    public void The_257th_additional_user_is_refused() =>
        Given([ProOf(Acme), .. Crowd(256)])
            .When(pro => pro.AssignUser(Person(Ada, of: Acme)))
            .ThenRefused(Refusal.TooManyAdditionalUsers);

    [Fact]
    public void One_of_256_is_assigned_already() =>
        Given([ProOf(Acme), .. Crowd(256)])
            .When(pro => pro.AssignUser(Person(new(Number(1256)), of: Acme)))
            .ThenNothing();

    [Fact]
    public void A_revoked_licence_takes_no_new_user() =>
        Given(ProOf(Acme), new LicenseRevoked(Pro))
            .When(pro => pro.AssignUser(Person(Ada, of: Acme)))
            .ThenRefused(Refusal.LicenseRevoked);

    [Fact]
    public void Who_uses_a_revoked_licence_is_assigned_already() =>
        Given(ProOf(Acme), new UserAssignedToLicense(Pro, Ada), new LicenseRevoked(Pro))
            .When(pro => pro.AssignUser(Person(Ada, of: Acme)))
            .ThenNothing();

    [Fact]
    public void A_deleted_licence_is_not_found() =>
        Given(ProOf(Acme), new LicenseDeleted(Pro))
            .When(pro => pro.AssignUser(Person(Ada, of: Acme)))
            .ThenRefused(Refusal.LicenseNotFound);

    private static IEnumerable<LicenseEvent> Crowd(int users) =>
        Enumerable.Range(1001, users).Select(number => new UserAssignedToLicense(Pro, new(Number(number))));
}
