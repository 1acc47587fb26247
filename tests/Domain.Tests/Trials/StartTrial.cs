using static EventSourcedOrgs.Domain.Tests.Trials.Machines;

namespace EventSourcedOrgs.Domain.Tests.Trials;

public class StartTrial : Spec<TrialActivation, TrialActivationEvent>
{
    private static Outcome Asked(TrialPolicy? policy = null, MachineReport? report = null) =>
        Given().When(_ => TrialActivation.New(OnLaptop, Designer, policy ?? Policy, report ?? Report, Noon)).EachTime();

    private static MachineReport On(Func<Machine, Machine> machine) => Report with { Machine = machine(Report.Machine) };

    private static MachineReport From(string? address) => Report with { Address = Personal.Of(OnLaptop, new MachineAddress("drawing-board", address)) };

    [Fact]
    public void A_trial_lasts_as_long_as_the_policy_says() => Asked().Then(Started);

    [Fact]
    public void It_is_over_at_the_instant_it_ends()
    {
        var trial = TrialActivation.Evolve(TrialActivation.Initial, Started);
        trial.IsOverAt((Noon + Length).AddTicks(-1)).ShouldBeFalse();
        trial.IsOverAt(Noon + Length).ShouldBeTrue();
    }

    [Fact]
    public void The_longest_there_is_ends_too() =>
        Asked(PolicyOf(terms => terms with { TrialLength = int.MaxValue })).Then(Started with { ExpiresAt = Noon.AddSeconds(int.MaxValue) });

    [Fact]
    public void Without_a_policy_there_is_none() => Asked(TrialPolicy.Initial).ThenRefused(Refusal.TrialNotAllowed);

    [Fact]
    public void A_virtual_machine_and_a_container_need_permission()
    {
        var strict = PolicyOf(terms => terms with { AllowVmActivation = false, AllowContainerActivation = false });
        Asked(strict, On(machine => machine with { VmName = "kvm" })).ThenRefused(Refusal.VmActivationNotAllowed);
        Asked(strict, On(machine => machine with { Container = true })).ThenRefused(Refusal.ContainerActivationNotAllowed);
        Asked(strict, On(machine => machine with { VmName = "" })).Then(Started with { Report = On(machine => machine with { VmName = "" }) });
        Asked(strict).Then(Started);
    }

    [Fact]
    public void Address_and_country_must_be_allowed()
    {
        Asked(PolicyOf(terms => terms with { AllowedIpRanges = ["203.0.113.0/24"] })).Then(Started);
        Asked(PolicyOf(terms => terms with { AllowedIpRanges = ["203.0.113.0/24"] }), From("198.51.100.1")).ThenRefused(Refusal.IpAddressNotAllowed);
        Asked(PolicyOf(terms => terms with { AllowedIpAddresses = ["203.0.113.7"] }), From(null)).ThenRefused(Refusal.IpAddressNotAllowed);
        Asked(PolicyOf(terms => terms with { DisallowedIpAddresses = ["203.0.113.7"] })).ThenRefused(Refusal.IpAddressNotAllowed);
        Asked(PolicyOf(terms => terms with { AllowedCountries = ["CH"] })).ThenRefused(Refusal.CountryNotAllowed);
        Asked(PolicyOf(terms => terms with { DisallowedCountries = ["CH"] }), On(machine => machine with { Country = "CH" })).ThenRefused(Refusal.CountryNotAllowed);
    }

    [Fact]
    public void Where_the_machine_is_is_not_kept_when_it_is_not_to_be_known() =>
        Asked(PolicyOf(terms => terms with { DisableGeoLocation = true }), On(machine => machine with { Country = "CH" })).Then(Started with { Report = From(null) });
}
