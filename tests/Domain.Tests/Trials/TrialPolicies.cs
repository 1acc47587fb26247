using static EventSourcedOrgs.Domain.Tests.Trials.Machines;

namespace EventSourcedOrgs.Domain.Tests.Trials;

public class TrialPolicies : Spec<TrialPolicy, TrialPolicyEvent>
{
    private static readonly TrialPolicyCreated Created = new(Fortnight, "Fortnight", Terms);

    [Fact]
    public void One_is_made() => Given().When(_ => TrialPolicy.New(Fortnight, "Fortnight", Terms)).EachTime().Then(Created);

    [Fact]
    public void Name_and_terms_change_each_by_itself()
    {
        Given(Created).When(policy => policy.Change("Two weeks", Terms)).Then(new TrialPolicyRenamed(Fortnight, "Two weeks"));
        Given(Created).When(policy => policy.Change(default, Terms with { UserLocked = true })).Then(new TrialPolicyTermsChanged(Fortnight, Terms with { UserLocked = true }));
        Given(Created).When(policy => policy.Change("Fortnight", Terms)).ThenNothing();
    }

    [Fact]
    public void It_is_deleted_and_then_not_there()
    {
        Given(Created).When(policy => policy.Delete()).Then(new TrialPolicyDeleted(Fortnight));
        Given(Created, new TrialPolicyDeleted(Fortnight)).When(policy => policy.Change("Again", Terms)).ThenRefused(Refusal.TrialPolicyNotFound);
        Given().When(policy => policy.Delete()).ThenRefused(Refusal.TrialPolicyNotFound);
    }
}
