namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class UnassignGroupFromLicense : Spec<License, LicenseEvent>
{
    [Fact]
    public void A_group_is_unassigned() =>
        Given(ProOf(Acme), new GroupAssignedToLicense(Pro, Engineers), new GroupAssignedToLicense(Pro, Sales))
            .When(pro => pro.UnassignGroup(Engineers))
            .Then(new GroupUnassignedFromLicense(Pro, Engineers));

    [Fact]
    public void A_group_that_is_not_assigned_is_unassigned_already() =>
        Given(ProOf(Acme), new GroupAssignedToLicense(Pro, Sales))
            .When(pro => pro.UnassignGroup(Engineers))
            .ThenNothing();

    [Fact]
    public void A_revoked_licence_may_lose_its_groups() =>
        Given(ProOf(Acme), new GroupAssignedToLicense(Pro, Engineers), new LicenseRevoked(Pro))
            .When(pro => pro.UnassignGroup(Engineers))
            .Then(new GroupUnassignedFromLicense(Pro, Engineers));

    [Fact]
    public void A_deleted_licence_is_not_found() =>
        Given(ProOf(Acme), new GroupAssignedToLicense(Pro, Engineers), new LicenseDeleted(Pro))
            .When(pro => pro.UnassignGroup(Engineers))
            .ThenRefused(Refusal.LicenseNotFound);
}
