namespace EventSourcedOrgs.Domain.Tests.Users;

public class ChangeUser : Spec<User, UserEvent>
{
    private static readonly UserChanges LeaveAll = new(default, default, default, default, default, default, default);

    private static readonly UserCreated Created = Came(Ada, of: Acme);

    [Fact]
    public void What_is_left_out_stays() =>
        Given(Created)
            .When(ada => ada.Change(LeaveAll))
            .ThenNothing();

    [Fact]
    public void What_is_the_same_is_no_change() =>
        Given(Created)
            .When(ada => ada.Change(new("Ada", "Lovelace", "ada@acme.example", "Acme", false, ValueList.Of<string>([]), ValueList.Of<MetadataEntry>([]))))
            .ThenNothing();

    [Fact]
    public void Each_thing_that_changed_is_one_event() =>
        Given(Created)
            .When(ada => ada.Change(new(
                "Augusta", "King", "king@acme.example", "Engines", true, ValueList.Of(["early"]), ValueList.Of([Entry("desk", "4")]))))
            .Then(
                new UserRenamed(Ada, Personal.Of(Ada, "Augusta"), Personal.OfText(Ada, "King")),
                new UserEmailChanged(Ada, Personal.Of(Ada, "king@acme.example")),
                new UserCompanyChanged(Ada, Personal.OfText(Ada, "Engines")),
                new CustomerPortalAccessChanged(Ada, true),
                new UserTagsChanged(Ada, ["early"]),
                new UserMetadataChanged(Ada, Personal.Of<ValueList<MetadataEntry>>(Ada, [Entry("desk", "4")])));

    [Fact]
    public void The_first_name_may_change_alone() =>
        Given(Created)
            .When(ada => ada.Change(LeaveAll with { FirstName = "Augusta" }))
            .Then(new UserRenamed(Ada, Personal.Of(Ada, "Augusta"), Personal.OfText(Ada, "Lovelace")));

    [Fact]
    public void The_last_name_may_change_alone() =>
        Given(Created)
            .When(ada => ada.Change(LeaveAll with { LastName = "King" }))
            .Then(new UserRenamed(Ada, Personal.Of(Ada, "Ada"), Personal.OfText(Ada, "King")));

    [Theory, InlineData(null), InlineData("")]
    public void Null_or_nothing_clears_last_name_and_company(string? nothing) =>
        Given(Created)
            .When(ada => ada.Change(LeaveAll with { LastName = nothing, Company = nothing }))
            .Then(new UserRenamed(Ada, Personal.Of(Ada, "Ada"), null), new UserCompanyChanged(Ada, null));

    [Theory, InlineData(null), InlineData("")]
    public void What_is_absent_is_not_cleared_again(string? nothing) =>
        Given(Created with { LastName = null, Company = null })
            .When(ada => ada.Change(LeaveAll with { LastName = nothing, Company = nothing }))
            .ThenNothing();

    [Fact]
    public void An_address_may_change_its_case() =>
        Given(Created)
            .When(ada => ada.Change(LeaveAll with { Email = "Ada@acme.example" }))
            .Then(new UserEmailChanged(Ada, Personal.Of(Ada, "Ada@acme.example")));

    [Fact]
    public void Metadata_sent_again_later_is_no_change() =>
        Given(Created, new UserMetadataChanged(Ada, Personal.Of<ValueList<MetadataEntry>>(Ada, [Entry("desk", "4")])))
            .When(ada => ada.Change(LeaveAll with { Metadata = ValueList.Of([LaterEntry("desk", "4")]) }))
            .ThenNothing();

    [Fact]
    public void An_empty_list_clears_the_metadata() =>
        Given(Created, new UserMetadataChanged(Ada, Personal.Of<ValueList<MetadataEntry>>(Ada, [Entry("desk", "4")])))
            .When(ada => ada.Change(LeaveAll with { Metadata = ValueList.Of<MetadataEntry>([]) }))
            .Then(new UserMetadataChanged(Ada, Personal.Of<ValueList<MetadataEntry>>(Ada, [])));

    [Fact]
    public void What_was_erased_stays_erased_when_something_else_changes() =>
        Given(Created with { FirstName = Erased, LastName = Erased, Email = Erased, Company = Erased })
            .When(ada => ada.Change(LeaveAll with { AllowCustomerPortalAccess = true }))
            .Then(new CustomerPortalAccessChanged(Ada, true));

    [Fact]
    public void An_erased_last_name_stays_erased_under_a_new_first_name() =>
        Given(Created with { FirstName = Erased, LastName = Erased })
            .When(ada => ada.Change(LeaveAll with { FirstName = "Augusta" }))
            .Then(new UserRenamed(Ada, Personal.Of(Ada, "Augusta"), Erased));

    [Fact]
    public void A_deleted_user_is_not_found() =>
        Given(Created, new UserDeleted(Ada))
            .When(ada => ada.Change(LeaveAll with { FirstName = "Augusta" }))
            .ThenRefused(Refusal.UserNotFound);

    private static Personal<string> Erased => new(Ada.Value, null, Erased: true);
}
