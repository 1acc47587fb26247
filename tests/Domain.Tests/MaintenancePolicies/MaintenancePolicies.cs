namespace EventSourcedOrgs.Domain.Tests.MaintenancePolicies;

/// <summary>What the vendor decides about a maintenance policy.</summary>
public class MaintenancePolicies : Spec<MaintenancePolicy, MaintenancePolicyEvent>
{
    private static readonly LicenseTerm EveryYear = new() { SubscriptionInterval = "P1Y" };
    private static readonly MaintenancePolicyCreated Created = new(Yearly, "Yearly", new(MajorVersions: false, MinorVersions: true), EveryYear);

    [Fact]
    public void A_policy_is_made() =>
        MaintenancePolicy.New(Yearly, "Yearly", new(false, true), EveryYear).Events.ShouldBe([Created]);

    [Fact]
    public void Only_what_is_another_changes() =>
        Given(Created)
            .When(policy => policy.Change("Annual", majorVersions: true, minorVersions: true))
            .Then(new MaintenancePolicyRenamed(Yearly, "Annual"), new MaintenancePolicyUpdatesChanged(Yearly, new(true, true)));

    [Fact]
    public void A_change_that_names_nothing_changes_nothing() => Given(Created).When(policy => policy.Change(default, default, default)).ThenNothing();

    [Fact]
    public void It_runs_by_another_interval() =>
        Given(Created).When(policy => policy.RunBy(new() { SubscriptionInterval = "P6M" }))
            .Then(new MaintenancePolicyTermChanged(Yearly, new() { SubscriptionInterval = "P6M" }));

    [Fact]
    public void It_runs_by_its_interval_already() => Given(Created).When(policy => policy.RunBy(EveryYear)).ThenNothing();

    [Fact]
    public void A_policy_that_nobody_is_under_is_deleted() =>
        Given(Created).When(policy => policy.Delete(inUse: false)).Then(new MaintenancePolicyDeleted(Yearly));

    [Fact]
    public void A_policy_that_licences_are_under_stays() =>
        Given(Created).When(policy => policy.Delete(inUse: true)).ThenRefused(Refusal.MaintenancePolicyInUse);

    [Fact]
    public void What_is_deleted_or_never_was_does_nothing()
    {
        foreach (var history in new[] { Given(), Given(Created, new MaintenancePolicyDeleted(Yearly)) })
        {
            history.State.Exists.ShouldBeFalse();
            history.When(policy => policy.Change("Annual", default, default)).ThenRefused(Refusal.MaintenancePolicyNotFound);
            history.When(policy => policy.RunBy(new())).ThenRefused(Refusal.MaintenancePolicyNotFound);
        }
    }
}
