namespace EventSourcedOrgs.Domain.Tests;

public class KeepingMetadata
{
    private static readonly MetadataEntry Order = Entry("po", "7", id: 901);
    private static readonly MetadataEntry Desk = Entry("desk", "4", id: 902);

    [Fact]
    public void An_entry_that_says_the_same_stays_the_same() =>
        Metadata.Keeping([Order], [LaterEntry("po", "7")]).ShouldBe([Order]);

    [Fact]
    public void A_new_value_keeps_id_and_birth() =>
        Metadata.Keeping([Order], [LaterEntry("po", "8")]).ShouldBe([Order with { Value = "8", UpdatedAt = Noon.AddDays(1) }]);

    [Fact]
    public void New_viewers_keep_id_and_birth() =>
        Metadata.Keeping([Order], [LaterEntry("po", "7") with { ViewPermissions = ["user"] }])
            .ShouldBe([Order with { ViewPermissions = ["user"], UpdatedAt = Noon.AddDays(1) }]);

    [Fact]
    public void A_new_key_is_taken_as_it_comes() =>
        Metadata.Keeping([Order], [Order, LaterEntry("desk", "4")]).ShouldBe([Order, LaterEntry("desk", "4")]);

    [Fact]
    public void Keys_differ_by_case() =>
        Metadata.Keeping([Order], [LaterEntry("PO", "7")]).ShouldBe([LaterEntry("PO", "7")]);

    [Fact]
    public void What_is_not_named_goes() =>
        Metadata.Keeping([Order, Desk], [LaterEntry("desk", "4")]).ShouldBe([Desk]);

    [Fact]
    public void The_order_is_the_new_one() =>
        Metadata.Keeping([Order, Desk], [Desk, Order]).ShouldBe([Desk, Order]);

    [Fact]
    public void An_empty_list_takes_all_away() =>
        Metadata.Keeping([Order, Desk], []).ShouldBeEmpty();
}
