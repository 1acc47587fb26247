using EventSourcedOrgs.Domain.Roles;

namespace EventSourcedOrgs.Domain.Tests.Roles;

public class CustomRoles : Spec<CustomRole, CustomRoleEvent>
{
    private static readonly CustomRoleCreated Created = new(Clerks, "license clerk", "Sells", ["license:read"]);

    [Fact]
    public void The_vendor_makes_a_role() =>
        CustomRole.New(Clerks, "license clerk", "Sells", ["license:read"]).ShouldBe([Created]);

    [Theory, InlineData("admin"), InlineData("Super-Admin"), InlineData("AUDITOR"), InlineData("user")]
    public void The_name_of_a_reserved_role_is_taken(string name)
    {
        CustomRole.New(Clerks, name, null, ["license:read"]).Refusal.ShouldBe(Refusal.ReservedRoleName);
        Given(Created).When(clerks => clerks.Change(name, default, default, inUse: false)).ThenRefused(Refusal.ReservedRoleName);
    }

    [Fact]
    public void What_it_may_do_changes_also_while_somebody_has_it() =>
        Given(Created)
            .When(clerks => clerks.Change(default, default, new Optional<ValueList<string>>(true, ["license:read", "license:write"]), inUse: true))
            .Then(new CustomRoleClaimsChanged(Clerks, ["license:read", "license:write"]));

    [Fact]
    public void Its_name_changes_while_nobody_has_it() =>
        Given(Created).When(clerks => clerks.Change("clerk", default, default, inUse: false)).Then(new CustomRoleRenamed(Clerks, "clerk"));

    [Fact]
    public void Its_name_stays_while_somebody_has_it() =>
        Given(Created).When(clerks => clerks.Change("clerk", default, default, inUse: true)).ThenRefused(Refusal.RoleInUse);

    [Fact]
    public void Its_description_is_cleared() =>
        Given(Created).When(clerks => clerks.Change(default, new Optional<string?>(true, null), default, inUse: true)).Then(new CustomRoleDescriptionChanged(Clerks, null));

    [Fact]
    public void The_same_again_is_no_change() =>
        Given(Created).When(clerks => clerks.Change("license clerk", "Sells", new Optional<ValueList<string>>(true, ["license:read"]), inUse: true)).ThenNothing();

    [Fact]
    public void It_is_given_under_its_exact_name()
    {
        Given(Created).When(clerks => clerks.Give(new("license clerk"))).ThenNothing();
        Given(Created).When(clerks => clerks.Give(new("License Clerk"))).ThenRefused(Refusal.UnknownRole);
        Given(Created, new CustomRoleDeleted(Clerks)).When(clerks => clerks.Give(new("license clerk"))).ThenRefused(Refusal.UnknownRole);
    }

    [Fact]
    public void A_role_that_nobody_has_is_deleted() =>
        Given(Created).When(clerks => clerks.Delete(inUse: false)).Then(new CustomRoleDeleted(Clerks));

    [Fact]
    public void A_role_that_somebody_has_is_not() =>
        Given(Created).When(clerks => clerks.Delete(inUse: true)).ThenRefused(Refusal.RoleInUse);

    [Fact]
    public void What_is_not_there_is_not_found()
    {
        Given().When(nothing => nothing.Delete(inUse: false)).ThenRefused(Refusal.RoleNotFound);
        Given().When(nothing => nothing.Change("clerk", default, default, inUse: false)).ThenRefused(Refusal.RoleNotFound);
        Given(Created, new CustomRoleDeleted(Clerks)).When(gone => gone.Change("clerk", default, default, inUse: false)).ThenRefused(Refusal.RoleNotFound);
    }
}
