namespace EventSourcedOrgs.Domain.Tests;

public class PersonalData
{
    [Fact]
    public void Text_of_a_person_is_never_shown() =>
        Personal.Of(Ada, "Lovelace").ToString().ShouldBe("(personal)");

    [Fact]
    public void What_was_erased_says_so() =>
        new Personal<string>(Ada.Value, null, Erased: true).ToString().ShouldBe("(erased)");

    [Theory, MemberData(nameof(ThingsThatHoldPersonalData))]
    public void Neither_is_it_shown_by_what_holds_it(object holder) =>
        holder.ToString()!.ShouldSatisfyAllConditions(
            text => text.ShouldContain("(personal)"),
            text => text.ShouldNotContain("Lovelace"),
            text => text.ShouldNotContain("ada@acme.example"));

    public static TheoryData<object> ThingsThatHoldPersonalData =>
    [
        Came(Ada, of: Acme),
        Person(Ada, of: Acme),
        new UserRenamed(Ada, Personal.Of(Ada, "Ada"), Personal.OfText(Ada, "Lovelace")),
        new UserEmailChanged(Ada, Personal.Of(Ada, "ada@acme.example")),
        new UserMetadataChanged(Ada, Personal.Of<ValueList<MetadataEntry>>(Ada, [Entry("married name", "Lovelace")])),
        Personal.Of<ValueList<MetadataEntry>>(Ada, [Entry("married name", "Lovelace")]),
    ];

    [Fact]
    public void The_same_data_of_the_same_person_is_equal() =>
        Personal.Of(Ada, "Lovelace").ShouldBe(Personal.Of(Ada, "Lovelace"));

    [Fact]
    public void The_same_data_of_another_person_is_not() =>
        Personal.Of(Ada, "Lovelace").ShouldNotBe(Personal.Of(Bob, "Lovelace"));

    [Fact]
    public void How_it_is_stored_is_no_part_of_it()
    {
        var stored = Personal.Of(Ada, "Lovelace");
        stored.Remember([1], [2]);

        stored.ShouldBe(Personal.Of(Ada, "Lovelace"));
        stored.GetHashCode().ShouldBe(Personal.Of(Ada, "Lovelace").GetHashCode());
    }

    [Fact]
    public void It_is_known_as_it_was_stored_with_that_key_only()
    {
        var stored = Personal.Of(Ada, "Lovelace");
        stored.Remember([1], [2]);

        stored.StoredWith([1]).ShouldBe([2]);
        stored.StoredWith([3]).ShouldBeNull();
        (stored with { Value = "Byron" }).StoredWith([1]).ShouldBeNull();
    }

    [Theory, InlineData(null), InlineData("")]
    public void No_text_is_no_data(string? nothing) =>
        Personal.OfText(Ada, nothing).ShouldBeNull();

    [Fact]
    public void Some_text_is_data_of_that_person() =>
        Personal.OfText(Ada, "Lovelace").ShouldBe(new Personal<string>(Ada.Value, "Lovelace"));
}
