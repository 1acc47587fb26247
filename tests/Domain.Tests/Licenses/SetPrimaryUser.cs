namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class SetPrimaryUser : Spec<License, LicenseEvent>
{
    [Fact]
    public void A_licence_gets_its_own_user() =>
        Given(ProOf(Acme))
            .When(pro => pro.SetPrimaryUser(Person(Ada, of: Acme)))
            .Then(new PrimaryUserAssignedToLicense(Pro, Ada));

    [Fact]
    public void One_user_gives_way_to_another() =>
        Given(ProOf(Acme), new PrimaryUserAssignedToLicense(Pro, Ada))
            .When(pro => pro.SetPrimaryUser(Person(Bob, of: Acme)))
            .Then(new PrimaryUserUnassignedFromLicense(Pro, Ada), new PrimaryUserAssignedToLicense(Pro, Bob));

    [Fact]
    public void The_same_user_is_no_change() =>
        Given(ProOf(Acme), new PrimaryUserAssignedToLicense(Pro, Ada))
            .When(pro => pro.SetPrimaryUser(Person(Ada, of: Acme)))
            .ThenNothing();

    [Fact]
    public void Nobody_ends_the_assignment() =>
        Given(ProOf(Acme), new PrimaryUserAssignedToLicense(Pro, Ada))
            .When(pro => pro.SetPrimaryUser(null))
            .Then(new PrimaryUserUnassignedFromLicense(Pro, Ada));

    [Fact]
    public void Nobody_is_there_already() =>
        Given(ProOf(Acme))
            .When(pro => pro.SetPrimaryUser(null))
            .ThenNothing();

    [Fact]
    public void A_personal_licence_may_belong_to_anybody() =>
        Given(ProOf(null))
            .When(pro => pro.SetPrimaryUser(Person(Ada, of: Acme)))
            .Then(new PrimaryUserAssignedToLicense(Pro, Ada));

    [Theory, InlineData(true), InlineData(false)]
    public void A_user_of_another_organization_or_of_none_is_refused(bool member) =>
        Given(ProOf(Acme))
            .When(pro => pro.SetPrimaryUser(Person(Ada, of: member ? Globex : null)))
            .ThenRefused(Refusal.UserOfAnotherOrganization);

    [Fact]
    public void A_deleted_user_is_unknown() =>
        Given(ProOf(Acme))
            .When(pro => pro.SetPrimaryUser(Deleted(Person(Ada, of: Acme))))
            .ThenRefused(Refusal.UnknownUser);

    [Fact]
    public void A_revoked_licence_takes_no_new_user() =>
        Given(ProOf(Acme), new PrimaryUserAssignedToLicense(Pro, Ada), new LicenseRevoked(Pro))
            .When(pro => pro.SetPrimaryUser(Person(Bob, of: Acme)))
            .ThenRefused(Refusal.LicenseRevoked);

    [Fact]
    public void A_revoked_licence_may_lose_its_user() =>
        Given(ProOf(Acme), new PrimaryUserAssignedToLicense(Pro, Ada), new LicenseRevoked(Pro))
            .When(pro => pro.SetPrimaryUser(null))
            .Then(new PrimaryUserUnassignedFromLicense(Pro, Ada));

    [Fact]
    public void A_deleted_licence_is_not_found() =>
        Given(ProOf(Acme), new LicenseDeleted(Pro))
            .When(pro => pro.SetPrimaryUser(null))
            .ThenRefused(Refusal.LicenseNotFound);
}
