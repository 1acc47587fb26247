namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class SetLicenseUsers : Spec<License, LicenseEvent>
{
    private static readonly UserAssignedToLicense ToAda = new(Pro, Ada);
    private static readonly UserAssignedToLicense ToBob = new(Pro, Bob);

    [Fact]
    public void Each_user_who_changes_is_one_event_and_unassigning_comes_first() =>
        Given(ProOf(Acme), ToAda, ToBob)
            .When(pro => pro.SetUsers([Person(Cleo, of: Acme), Person(Bob, of: Acme)]))
            .Then(new UserUnassignedFromLicense(Pro, Ada), new UserAssignedToLicense(Pro, Cleo));

    [Fact]
    public void The_same_users_in_another_order_are_no_change() =>
        Given(ProOf(Acme), ToAda, ToBob)
            .When(pro => pro.SetUsers([Person(Bob, of: Acme), Person(Ada, of: Acme)]))
            .ThenNothing();

    [Fact]
    public void A_user_named_twice_is_assigned_once() =>
        Given(ProOf(Acme))
            .When(pro => pro.SetUsers([Person(Ada, of: Acme), Person(Ada, of: Acme)]))
            .Then(ToAda);

    [Fact]
    public void An_empty_list_unassigns_them_all_but_not_the_licences_own_user() =>
        Given(ProOf(Acme), ToBob, ToAda, new PrimaryUserAssignedToLicense(Pro, Cleo))
            .When(pro => pro.SetUsers([]))
            .Then(new UserUnassignedFromLicense(Pro, Ada), new UserUnassignedFromLicense(Pro, Bob));

    [Fact]
    public void One_user_of_another_organization_refuses_the_whole_list() =>
        Given(ProOf(Acme))
            .When(pro => pro.SetUsers([Person(Ada, of: Acme), Person(Bob, of: Globex)]))
            .ThenRefused(Refusal.UserOfAnotherOrganization);

    [Fact]
    public void One_deleted_user_refuses_the_whole_list() =>
        Given(ProOf(Acme))
            .When(pro => pro.SetUsers([Person(Ada, of: Acme), Deleted(Person(Bob, of: Acme))]))
            .ThenRefused(Refusal.UnknownUser);

    [Fact]
    public void There_may_be_256_additional_users() =>
        Given(ProOf(Acme))
            .When(pro => pro.SetUsers(Crowd(256)))
            .Then([.. Crowd(256).Select(user => new UserAssignedToLicense(Pro, user.Id))]);

    [Fact]
    public void There_may_not_be_257() =>
        Given(ProOf(Acme))
            .When(pro => pro.SetUsers(Crowd(257)))
            .ThenRefused(Refusal.TooManyAdditionalUsers);

    [Fact]
    public void A_revoked_licence_takes_no_new_user() =>
        Given(ProOf(Acme), ToAda, new LicenseRevoked(Pro))
            .When(pro => pro.SetUsers([Person(Ada, of: Acme), Person(Bob, of: Acme)]))
            .ThenRefused(Refusal.LicenseRevoked);

    [Fact]
    public void A_revoked_licence_may_lose_some_of_its_users() =>
        Given(ProOf(Acme), ToAda, ToBob, new LicenseRevoked(Pro))
            .When(pro => pro.SetUsers([Person(Bob, of: Acme)]))
            .Then(new UserUnassignedFromLicense(Pro, Ada));

    [Fact]
    public void A_deleted_licence_is_not_found() =>
        Given(ProOf(Acme), new LicenseDeleted(Pro))
            .When(pro => pro.SetUsers([]))
            .ThenRefused(Refusal.LicenseNotFound);

    private static User[] Crowd(int users) => [.. Enumerable.Range(1001, users).Select(number => Person(new(Number(number)), of: Acme))];
}
