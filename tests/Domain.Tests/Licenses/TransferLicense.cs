namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class TransferLicense : Spec<License, LicenseEvent>
{
    [Fact]
    public void A_licence_goes_to_another_organization() =>
        Given(ProOf(Acme))
            .When(pro => pro.TransferTo(Globex))
            .Then(new LicenseTransferred(Pro, Globex));

    [Fact]
    public void Assignments_end_one_by_one_before_it_goes() =>
        Given(
                ProOf(Acme), new GroupAssignedToLicense(Pro, Sales), new GroupAssignedToLicense(Pro, Engineers), new UserAssignedToLicense(Pro, Bob),
                new UserAssignedToLicense(Pro, Ada), new PrimaryUserAssignedToLicense(Pro, Cleo))
            .When(pro => pro.TransferTo(Globex))
            .Then(
                new GroupUnassignedFromLicense(Pro, Engineers),
                new GroupUnassignedFromLicense(Pro, Sales),
                new UserUnassignedFromLicense(Pro, Ada),
                new UserUnassignedFromLicense(Pro, Bob),
                new PrimaryUserUnassignedFromLicense(Pro, Cleo),
                new LicenseTransferred(Pro, Globex));

    [Fact]
    public void Taken_out_of_its_organization_it_stays_with_its_own_user() =>
        Given(ProOf(Acme), new GroupAssignedToLicense(Pro, Engineers), new PrimaryUserAssignedToLicense(Pro, Ada))
            .When(pro => pro.TransferTo(null))
            .Then(new GroupUnassignedFromLicense(Pro, Engineers), new LicenseTransferred(Pro, null));

    [Fact]
    public void A_personal_licence_given_to_an_organization_leaves_its_own_user() =>
        Given(ProOf(null), new PrimaryUserAssignedToLicense(Pro, Ada))
            .When(pro => pro.TransferTo(Acme))
            .Then(new PrimaryUserUnassignedFromLicense(Pro, Ada), new LicenseTransferred(Pro, Acme));

    [Fact]
    public void After_the_transfer_nothing_of_the_former_organization_is_left() =>
        Given(ProOf(Acme), new GroupAssignedToLicense(Pro, Engineers), new UserAssignedToLicense(Pro, Ada), new LicenseTransferred(Pro, Globex))
            .State.ShouldSatisfyAllConditions(
                pro => pro.Organization.ShouldBe(Globex),
                pro => pro.Groups.ShouldBeEmpty(),
                pro => pro.Users.ShouldBeEmpty());

    [Theory, InlineData(true), InlineData(false)]
    public void What_is_there_already_does_not_go(bool owned) =>
        Given(ProOf(owned ? Acme : null), new UserAssignedToLicense(Pro, Ada))
            .When(pro => pro.TransferTo(owned ? Acme : null))
            .ThenNothing();

    [Fact]
    public void A_deleted_licence_is_not_found() =>
        Given(ProOf(Acme), new LicenseDeleted(Pro))
            .When(pro => pro.TransferTo(Globex))
            .ThenRefused(Refusal.LicenseNotFound);
}
