using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using JasperFx.Events;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>What read models ask their tables before they apply a page.</summary>
public class TouchedRowsTests
{
    private static readonly UserId Ada = new(Guid.CreateVersion7());

    public static TheoryData<string> Models => ["Directory", "EffectiveAccess", "OrganizationSummary"];

    [Theory, MemberData(nameof(Models))]
    public void Nothing_is_asked_for_the_row_of_a_stream_that_begins(string model) =>
        Asked(model, Happened(1, Created)).ShouldBe(0);

    [Theory, MemberData(nameof(Models))]
    public void What_happens_to_it_later_needs_the_row_that_is_there(string model) =>
        Asked(model, Happened(2, new UserSuspended(Ada))).ShouldBe(1);

    [Theory, MemberData(nameof(Models))]
    public void What_happens_to_it_in_the_page_in_which_it_begins_needs_none(string model) =>
        Asked(model, Happened(1, Created), Happened(2, new UserSuspended(Ada))).ShouldBe(0);

    [Theory, MemberData(nameof(Models))]
    public void And_no_row_of_before_ends_then(string model)
    {
        var (of, rows) = Touched(model, Happened(1, Created), Happened(2, new UserSuspended(Ada)));
        ReadModel.Settle(rows);
        of.ApplyAll([Happened(1, Created), Happened(2, new UserSuspended(Ada))], rows);

        rows.Sets.SelectMany(set => set.Changes()).ShouldNotContain(statement => statement.Sql.StartsWith("update", StringComparison.Ordinal));
    }

    private static UserCreated Created => new(Ada, Personal.Of(Ada, "Ada"), null, Personal.Of(Ada, "ada@acme.example"), null, Role.User, null, true);

    private static int Asked(string model, params IEvent[] page) => ReadModel.Questions([Touched(model, page).Rows]).Count;

    private static (ReadModel Model, Rows Rows) Touched(string model, params IEvent[] page)
    {
        ReadModel of = model switch { "Directory" => new Directory(StoredJson.Options(_ => new byte[32])), "EffectiveAccess" => new EffectiveAccess(), _ => new OrganizationSummary() };
        var rows = new Rows(of.Tables);
        of.TouchAll(page, rows);
        return (of, rows);
    }

    private static IEvent Happened<T>(long version, T data) where T : notnull =>
        new Event<T>(data) { Id = Guid.NewGuid(), StreamId = Ada.Value, Version = version, Sequence = version, Timestamp = DateTimeOffset.UnixEpoch, UserName = "anonymous" };
}
