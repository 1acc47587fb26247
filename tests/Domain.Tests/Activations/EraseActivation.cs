using static EventSourcedOrgs.Domain.Tests.Activations.Machines;

namespace EventSourcedOrgs.Domain.Tests.Activations;

public class EraseActivation : Spec<Activation, ActivationEvent>
{
    [Fact]
    public void A_place_that_is_held_is_taken_back() =>
        Given(Activated).When(laptop => laptop.Erase()).Then(new ActivationEnded(Laptop, Pro, ActivationEnd.Deleted), new ActivationErased(Laptop, Pro));

    [Fact]
    public void One_that_has_ended_is_erased_too() =>
        Given(Activated, new ActivationEnded(Laptop, Pro, ActivationEnd.Deactivated)).When(laptop => laptop.Erase()).Then(new ActivationErased(Laptop, Pro));

    [Fact]
    public void Where_the_machine_was_is_not_known_any_more_and_what_it_is_stays() =>
        Given(Activated, new ActivationErased(Laptop, Pro)).State.Report.ShouldNotBeNull().ShouldSatisfyAllConditions(
            report => report.Address.ShouldBe(new(Laptop.Value, null, Erased: true)),
            report => report.Fingerprint.ShouldBe(Print));

    [Fact]
    public void There_is_nothing_to_erase_of_what_never_was() => Given().When(nothing => nothing.Erase()).ThenNothing();
}
