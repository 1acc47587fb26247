namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class UnassignUserFromLicense : Spec<License, LicenseEvent>
{
    [Fact]
    public void An_additional_user_is_unassigned() =>
        Given(ProOf(Acme), new UserAssignedToLicense(Pro, Ada), new UserAssignedToLicense(Pro, Bob))
            .When(pro => pro.UnassignUser(Ada))
            .Then(new UserUnassignedFromLicense(Pro, Ada));

    [Fact]
    public void A_user_who_is_not_assigned_is_unassigned_already() =>
        Given(ProOf(Acme), new UserAssignedToLicense(Pro, Bob))
            .When(pro => pro.UnassignUser(Ada))
            .ThenNothing();

    [Fact]
    public void The_licences_own_user_is_not_an_additional_one() =>
        Given(ProOf(Acme), new PrimaryUserAssignedToLicense(Pro, Ada))
            .When(pro => pro.UnassignUser(Ada))
            .ThenNothing();

    [Fact]
    public void A_revoked_licence_may_lose_its_users() =>
        Given(ProOf(Acme), new UserAssignedToLicense(Pro, Ada), new LicenseRevoked(Pro))
            .When(pro => pro.UnassignUser(Ada))
            .Then(new UserUnassignedFromLicense(Pro, Ada));

    [Fact]
    public void A_deleted_licence_is_not_found() =>
        Given(ProOf(Acme), new UserAssignedToLicense(Pro, Ada), new LicenseDeleted(Pro))
            .When(pro => pro.UnassignUser(Ada))
            .ThenRefused(Refusal.LicenseNotFound);
}
