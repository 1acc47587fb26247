namespace EventSourcedOrgs.Domain.Tests;

/// <summary>Access to a product is access to any of its licences; who sees a licence as own.</summary>
public class AccessToProducts
{
    private static readonly User AdaOfAcme = Person(Ada, of: Acme) with { Groups = [Engineers] };
    private static readonly Organization TheAcme = Organization.Evolve(Organization.Initial, AcmeWith(seats: 3));
    private static readonly Product TheDesigner = Product.Evolve(Product.Initial, new ProductCreated(Designer, "designer", "Designer", null, Standard, "PEM"));
    private static readonly License ProOfAcme = License.Evolve(License.Initial, ProOf(Acme));

    [Fact]
    public void Without_a_licence_the_user_counts_before_the_product() =>
        new[]
        {
            Access.WithoutLicense(null, null, null),
            Access.WithoutLicense(AdaOfAcme, null, TheAcme),
            Access.WithoutLicense(AdaOfAcme, TheDesigner, TheAcme with { Suspended = true }),
            Access.WithoutLicense(AdaOfAcme with { Suspended = true }, TheDesigner, TheAcme),
            Access.WithoutLicense(AdaOfAcme, TheDesigner, TheAcme),
        }.Select(answer => answer.Denial).ShouldBe(
            [Access.UserUnknown, Access.ProductUnknown, Access.OrganizationSuspended, Access.UserSuspended, Access.NoLicenseAssigned]);

    [Fact]
    public void That_none_is_assigned_has_the_code_of_a_licence_that_is_not() =>
        Access.NoLicenseAssigned.Code.ShouldBe(Access.NotAssigned.Code);

    [Fact]
    public void Nearness_follows_the_denials_and_ends_with_access() =>
        Access.Denials.Select(denial => new AccessDecision([], denial)).Append(new([], null)).Select(Access.Nearness)
            .ShouldBe(Enumerable.Range(0, Access.Denials.Count + 1));

    [Fact]
    public void A_user_sees_what_a_path_leads_to_in_whatever_state() =>
        new[]
        {
            ProOfAcme with { PrimaryUser = Ada, Revoked = true },
            ProOfAcme with { Users = [Ada], Suspended = true },
            ProOfAcme with { Groups = [Engineers], ExpiresAt = Noon },
            ProOfAcme with { Organization = null, PrimaryUser = Ada },
        }.ShouldAllBe(license => Access.Sees(AdaOfAcme, license, new[] { Group(Engineers, Acme) }));

    [Fact]
    public void And_nothing_else() =>
        new[]
        {
            ProOfAcme,
            ProOfAcme with { PrimaryUser = Bob, Users = [Cleo], Groups = [Sales] },
            ProOfAcme with { PrimaryUser = Ada, Deleted = true },
            ProOfAcme with { PrimaryUser = Ada, Organization = Globex },
        }.ShouldAllBe(license => !Access.Sees(AdaOfAcme, license, new[] { Group(Engineers, Acme) }));

    [Fact]
    public void A_deleted_group_shows_nothing() =>
        Access.Sees(AdaOfAcme, ProOfAcme with { Groups = [Engineers] }, [Deleted(Group(Engineers, Acme))]).ShouldBeFalse();

    [Fact]
    public void An_organization_admin_sees_all_of_the_organization() =>
        new[] { ProOfAcme, ProOfAcme with { Organization = Globex }, ProOfAcme with { Organization = null } }
            .Select(license => Access.Sees(AdaOfAcme with { Role = Role.OrganizationAdmin }, license, []))
            .ShouldBe([true, false, false]);
}
