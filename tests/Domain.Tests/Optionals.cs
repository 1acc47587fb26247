namespace EventSourcedOrgs.Domain.Tests;

public class Optionals
{
    private static readonly Optional<string?> LeftOut = new(IsSet: false, Value: null);
    private static readonly Optional<string?> Null = null;
    private static readonly Optional<string?> Given = "Acme";

    [Fact]
    public void Left_out_is_not_the_same_as_null() =>
        LeftOut.ShouldNotBe(Null);

    [Fact]
    public void What_is_given_is_set_null_included() =>
        (LeftOut.IsSet, Null.IsSet, Given.IsSet).ShouldBe((false, true, true));

    [Fact]
    public void What_is_left_out_leaves_the_current_value() =>
        (LeftOut.Or("Globex"), Null.Or("Globex"), Given.Or("Globex")).ShouldBe(("Globex", null, "Acme"));

    [Fact]
    public void A_value_is_turned_into_another_and_nothing_stays_nothing() =>
        (LeftOut.Select(text => text?.Length), Null.Select(text => text?.Length), Given.Select(text => text?.Length))
            .ShouldBe((default, new Optional<int?>(true, null), new Optional<int?>(true, 4)));

    [Theory]
    [InlineData("Acme", 0)]
    [InlineData("Globex", 1)]
    [InlineData(null, 1)]
    public void Only_a_value_that_differs_is_a_change(string? current, int changes) =>
        Given.WhenChanged(current, to => $"renamed {to}").ShouldBe(Enumerable.Repeat("renamed Acme", changes));

    [Fact]
    public void Null_clears_what_was_there() =>
        Null.WhenChanged("Acme", to => to ?? "cleared").ShouldBe(["cleared"]);

    [Fact]
    public void What_is_left_out_is_no_change() =>
        LeftOut.WhenChanged("Acme", to => to).ShouldBeEmpty();
}
