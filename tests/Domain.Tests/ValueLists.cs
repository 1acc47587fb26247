using System.Text.Json;

namespace EventSourcedOrgs.Domain.Tests;

public class ValueLists
{
    private static readonly ValueList<string> Tags = ["early", "vip"];

    [Fact]
    public void Lists_with_the_same_elements_in_the_same_order_are_equal() =>
        Tags.ShouldBe(ValueList.Of(["early", "vip"]));

    [Fact]
    public void Equal_lists_have_equal_hash_codes() =>
        Tags.GetHashCode().ShouldBe(ValueList.Of(["early", "vip"]).GetHashCode());

    [Fact]
    public void Another_order_length_or_element_makes_another_list() =>
        new ValueList<string>[] { ["vip", "early"], ["early"], ["early", "vip", "vip"], ["early", "VIP"], [] }.ShouldNotContain(Tags);

    [Fact]
    public void A_list_is_not_equal_to_null_or_to_a_list_of_something_else() =>
        new object?[] { null, "early vip", ValueList.Of([1, 2]) }.ShouldAllBe(other => !Tags.Equals(other));

    [Fact]
    public void Records_that_hold_equal_lists_are_equal() =>
        new UserTagsChanged(Ada, ["early"]).ShouldBe(new UserTagsChanged(Ada, ["early"]));

    [Fact]
    public void It_can_be_counted_indexed_and_walked() =>
        (Tags.Count, Tags[1], string.Join(' ', Tags)).ShouldBe((2, "vip", "early vip"));

    [Fact]
    public void It_is_made_of_whatever_can_be_walked() =>
        new Queue<string>(["early", "vip"]).ToValueList().ShouldBe(Tags);

    [Fact]
    public void Made_of_nothing_it_is_empty() =>
        new ValueList<string>(default).ShouldSatisfyAllConditions(
            list => list.Count.ShouldBe(0),
            list => list.ShouldBe(ValueList.Of<string>([])));

    [Fact]
    public void It_is_stored_as_a_JSON_array() =>
        (JsonSerializer.Serialize(Tags), JsonSerializer.Serialize(ValueList.Of<string>([]))).ShouldBe(("""["early","vip"]""", "[]"));

    [Fact]
    public void It_is_read_back_as_it_was() =>
        JsonSerializer.Deserialize<ValueList<string>>("""["early","vip"]""").ShouldBe(Tags);

    [Fact]
    public void Lists_of_records_are_read_back_as_well() =>
        JsonSerializer.Deserialize<ValueList<MetadataEntry>>(JsonSerializer.Serialize<ValueList<MetadataEntry>>([Entry("crm", "17")]))
            .ShouldBe([Entry("crm", "17")]);

    [Theory, InlineData("[null]"), InlineData("""["early",null]"""), InlineData("""{"early":1}"""), InlineData("\"early\""), InlineData("[1]")]
    public void What_is_no_list_of_text_is_not_read(string json) =>
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<ValueList<string>>(json));
}
