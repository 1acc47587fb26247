namespace EventSourcedOrgs.Domain.Tests.Licenses;

/// <summary>Until when a licence is maintained.</summary>
public class MaintainLicense : Spec<License, LicenseEvent>
{
    private static readonly LicenseEntitlement UnderYearly = new() { MaintenancePolicy = Yearly };
    private static readonly LicenseEntitlementChanged Entitled = new(Pro, UnderYearly);
    private static readonly LicenseMaintenanceExpiryChanged UntilNextMarch = new(Pro, Noon.AddYears(1));

    private static MaintenancePolicy Policy(string? interval = "P1Y", SubscriptionStartTrigger trigger = SubscriptionStartTrigger.Creation, int validity = 0) =>
        MaintenancePolicy.Evolve(MaintenancePolicy.Initial, new MaintenancePolicyCreated(
            Yearly, "Yearly", new(false, true), new()
            {
                SubscriptionInterval = interval, SubscriptionStartTrigger = trigger, Validity = validity, ExpirationStrategy =
                trigger == SubscriptionStartTrigger.Creation ? ExpirationStrategy.Immediate : ExpirationStrategy.Delayed
            }));

    private static MaintenancePolicy FromActivation => Policy(trigger: SubscriptionStartTrigger.Activation);

    private static LicenseChanges To(MaintenancePolicy? policy) => LicenseChanges.None with
    {
        Entitlement = entitlement => entitlement with { MaintenancePolicy = policy?.Id },
        Maintenance = policy,
    };

    private static IEnumerable<LicenseEvent> BornUnder(MaintenancePolicy policy, DateTimeOffset? effective = null) => License.New(
        new(Pro, Designer, Standard, "PRO-KEY", Acme, null, new(), new(), default, effective, null, null, [], [], false, false)
        {
            Entitlement = UnderYearly,
            Maintenance = policy,
        }, Noon);

    [Fact]
    public void Maintenance_counts_from_birth_by_the_calendar() =>
        BornUnder(Policy("P1M"), new DateTimeOffset(2024, 1, 31, 10, 0, 0, TimeSpan.Zero)).OfType<LicenseMaintenanceExpiryChanged>().Single().MaintenanceExpiresAt
            .ShouldBe(new DateTimeOffset(2024, 2, 29, 10, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Maintenance_that_waits_for_the_first_activation_has_no_end_at_birth() =>
        BornUnder(FromActivation).OfType<LicenseMaintenanceExpiryChanged>().ShouldBeEmpty();

    [Fact]
    public void Without_an_interval_maintenance_is_for_ever() => BornUnder(Policy(interval: null)).OfType<LicenseMaintenanceExpiryChanged>().ShouldBeEmpty();

    [Fact]
    public void The_older_validity_in_seconds_is_honoured() =>
        BornUnder(Policy(interval: null, validity: 90)).OfType<LicenseMaintenanceExpiryChanged>().Single().MaintenanceExpiresAt.ShouldBe(Noon.AddSeconds(90));

    [Fact]
    public void The_first_activation_begins_maintenance_that_waited() =>
        Given(ProOf(Acme), Entitled).When(pro => pro.FirstActivate(Noon, FromActivation))
            .Then(new LicenseFirstActivated(Pro, Noon), UntilNextMarch);

    [Fact]
    public void The_first_activation_leaves_an_end_that_was_given() =>
        Given(ProOf(Acme), Entitled, new LicenseMaintenanceExpiryChanged(Pro, Noon.AddDays(3))).When(pro => pro.FirstActivate(Noon, FromActivation))
            .Then(new LicenseFirstActivated(Pro, Noon));

    [Fact]
    public void Under_a_policy_that_counts_from_birth_the_first_activation_begins_nothing() =>
        Given(ProOf(Acme), Entitled).When(pro => pro.FirstActivate(Noon, Policy(interval: null))).Then(new LicenseFirstActivated(Pro, Noon));

    [Fact]
    public void Another_policy_counts_from_birth() =>
        Given(ProOf(Acme)).When(pro => pro.Change(To(Policy()))).Then(Entitled, UntilNextMarch);

    [Fact]
    public void Another_policy_counts_from_the_first_activation_where_there_was_one() =>
        Given(ProOf(Acme), new LicenseFirstActivated(Pro, Noon.AddDays(5))).When(pro => pro.Change(To(FromActivation)))
            .Then(Entitled, new LicenseMaintenanceExpiryChanged(Pro, Noon.AddDays(5).AddYears(1)));

    [Fact]
    public void A_policy_that_waits_takes_the_end_of_the_former_one() =>
        Given(ProOf(Acme), new LicenseEntitlementChanged(Pro, new() { MaintenancePolicy = Forever }), UntilNextMarch).When(pro => pro.Change(To(FromActivation)))
            .Then(Entitled, new LicenseMaintenanceExpiryChanged(Pro, null));

    [Fact]
    public void Without_a_policy_there_is_no_maintenance() =>
        Given(ProOf(Acme), Entitled, UntilNextMarch).When(pro => pro.Change(To(null)))
            .Then(new LicenseEntitlementChanged(Pro, new()), new LicenseMaintenanceExpiryChanged(Pro, null));

    [Fact]
    public void The_same_policy_again_leaves_an_end_that_was_moved() =>
        Given(ProOf(Acme), Entitled, UntilNextMarch, new LicenseMaintenanceRenewed(Pro, Noon.AddYears(2))).When(pro => pro.Change(To(Policy()))).ThenNothing();

    [Fact]
    public void A_renewal_adds_one_interval_of_the_policy_as_it_is_now() =>
        Given(ProOf(Acme), Entitled, UntilNextMarch).When(pro => pro.RenewMaintenance(Policy("P6M"))).EachTime()
            .Then(new LicenseMaintenanceRenewed(Pro, Noon.AddYears(1).AddMonths(6)));

    [Fact]
    public void An_extension_moves_the_end_in_both_directions()
    {
        Given(ProOf(Acme), Entitled, UntilNextMarch).When(pro => pro.ExtendMaintenance(TimeSpan.FromDays(1))).EachTime()
            .Then(new LicenseMaintenanceExtended(Pro, Noon.AddYears(1).AddDays(1)));
        Given(ProOf(Acme), Entitled, UntilNextMarch).When(pro => pro.ExtendMaintenance(-TimeSpan.FromDays(1))).EachTime()
            .Then(new LicenseMaintenanceExtended(Pro, Noon.AddYears(1).AddDays(-1)));
        Given(ProOf(Acme), Entitled, UntilNextMarch).When(pro => pro.ExtendMaintenance(TimeSpan.Zero)).ThenNothing();
    }

    [Fact]
    public void The_end_is_set() =>
        Given(ProOf(Acme), Entitled, UntilNextMarch).When(pro => pro.EndMaintenanceAt(Noon)).Then(new LicenseMaintenanceExpiryChanged(Pro, Noon));

    [Fact]
    public void Maintenance_without_an_end_is_neither_renewed_nor_extended()
    {
        Given(ProOf(Acme), Entitled).When(pro => pro.RenewMaintenance(FromActivation)).ThenRefused(Refusal.MaintenanceIsPerpetual);
        Given(ProOf(Acme), Entitled, UntilNextMarch).When(pro => pro.RenewMaintenance(Policy(interval: null))).ThenRefused(Refusal.MaintenanceIsPerpetual);
        Given(ProOf(Acme), Entitled).When(pro => pro.ExtendMaintenance(TimeSpan.FromDays(1))).ThenRefused(Refusal.MaintenanceHasNoExpiry);
    }

    [Fact]
    public void Without_a_policy_maintenance_has_no_end_to_change()
    {
        Given(ProOf(Acme)).When(pro => pro.RenewMaintenance(null)).ThenRefused(Refusal.LicenseHasNoMaintenancePolicy);
        Given(ProOf(Acme)).When(pro => pro.ExtendMaintenance(TimeSpan.FromDays(1))).ThenRefused(Refusal.LicenseHasNoMaintenancePolicy);
        Given(ProOf(Acme)).When(pro => pro.EndMaintenanceAt(Noon)).ThenRefused(Refusal.LicenseHasNoMaintenancePolicy);
    }

    [Fact]
    public void A_revoked_licence_is_not_renewed_and_a_deleted_one_not_found()
    {
        Given(ProOf(Acme), Entitled, UntilNextMarch, new LicenseRevoked(Pro)).When(pro => pro.RenewMaintenance(Policy())).ThenRefused(Refusal.LicenseRevoked);
        Given(ProOf(Acme), Entitled, UntilNextMarch, new LicenseRevoked(Pro)).When(pro => pro.ExtendMaintenance(TimeSpan.FromDays(1))).ThenRefused(Refusal.LicenseRevoked);
        Given(ProOf(Acme), Entitled, UntilNextMarch, new LicenseDeleted(Pro)).When(pro => pro.RenewMaintenance(Policy())).ThenRefused(Refusal.LicenseNotFound);
        Given(ProOf(Acme), Entitled, UntilNextMarch, new LicenseDeleted(Pro)).When(pro => pro.ExtendMaintenance(TimeSpan.FromDays(1))).ThenRefused(Refusal.LicenseNotFound);
        Given(ProOf(Acme), Entitled, UntilNextMarch, new LicenseDeleted(Pro)).When(pro => pro.EndMaintenanceAt(Noon)).ThenRefused(Refusal.LicenseNotFound);
    }
}
