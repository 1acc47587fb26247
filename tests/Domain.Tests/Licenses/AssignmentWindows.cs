namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class AssignmentWindows : Spec<License, LicenseEvent>
{
    private static readonly AssignmentWindow March = new(Noon, Noon.AddDays(30));
    private static readonly AssignmentWindow April = new(Noon.AddDays(30), Noon.AddDays(60));
    private static readonly GroupAssignedToLicense EngineersInMarch = new(Pro, Engineers, March.From, March.Until);
    private static readonly UserAssignedToLicense AdaInMarch = new(Pro, Ada, March.From, March.Until);

    public static TheoryData<DateTimeOffset?, DateTimeOffset?> Windows => new()
    {
        { null, null }, { Noon, null }, { null, Noon }, { Noon, Noon.AddTicks(1) },
    };

    [Theory, MemberData(nameof(Windows))]
    public void A_group_is_assigned_within_a_window(DateTimeOffset? from, DateTimeOffset? until) =>
        Given(ProOf(Acme))
            .When(pro => pro.AssignGroup(Group(Engineers, of: Acme), new(from, until)))
            .Then(new GroupAssignedToLicense(Pro, Engineers, from, until));

    [Theory, MemberData(nameof(Windows))]
    public void A_user_is_assigned_within_a_window(DateTimeOffset? from, DateTimeOffset? until) =>
        Given(ProOf(Acme))
            .When(pro => pro.AssignUser(Person(Ada, of: Acme), new(from, until)))
            .Then(new UserAssignedToLicense(Pro, Ada, from, until));

    [Fact]
    public void The_same_window_on_another_clock_is_no_change()
    {
        var same = new AssignmentWindow(March.From!.Value.ToOffset(TimeSpan.FromHours(9)), March.Until!.Value.ToOffset(TimeSpan.FromHours(-9)));
        Given(ProOf(Acme), EngineersInMarch).When(pro => pro.AssignGroup(Group(Engineers, of: Acme), same)).ThenNothing();
        Given(ProOf(Acme), AdaInMarch).When(pro => pro.AssignUser(Person(Ada, of: Acme), same)).ThenNothing();
    }

    [Fact]
    public void Another_window_replaces_the_one_there_is_by_one_event()
    {
        var replaced = Given(ProOf(Acme), EngineersInMarch, AdaInMarch);
        replaced.When(pro => pro.AssignGroup(Group(Engineers, of: Acme), April)).Then(new GroupAssignedToLicense(Pro, Engineers, April.From, April.Until));
        replaced.When(pro => pro.AssignUser(Person(Ada, of: Acme), April)).Then(new UserAssignedToLicense(Pro, Ada, April.From, April.Until));
    }

    [Fact]
    public void What_was_assigned_for_ever_can_be_limited()
    {
        var given = Given(ProOf(Acme), new GroupAssignedToLicense(Pro, Engineers), new UserAssignedToLicense(Pro, Ada));
        given.When(pro => pro.AssignGroup(Group(Engineers, of: Acme), March)).Then(EngineersInMarch);
        given.When(pro => pro.AssignUser(Person(Ada, of: Acme), March)).Then(AdaInMarch);
    }

    [Fact]
    public void Assigning_without_a_window_removes_the_limit()
    {
        var given = Given(ProOf(Acme), EngineersInMarch, AdaInMarch);
        given.When(pro => pro.AssignGroup(Group(Engineers, of: Acme))).Then(new GroupAssignedToLicense(Pro, Engineers));
        given.When(pro => pro.AssignUser(Person(Ada, of: Acme))).Then(new UserAssignedToLicense(Pro, Ada));
        Given(ProOf(Acme), EngineersInMarch, new GroupAssignedToLicense(Pro, Engineers)).State.GroupWindows.ShouldBeEmpty();
        Given(ProOf(Acme), AdaInMarch, new UserAssignedToLicense(Pro, Ada)).State.UserWindows.ShouldBeEmpty();
    }

    [Theory, InlineData(0), InlineData(-1)]
    public void A_window_that_ends_before_it_begins_is_refused(long ticks)
    {
        var none = new AssignmentWindow(Noon, Noon.AddTicks(ticks));
        Given(ProOf(Acme), EngineersInMarch).When(pro => pro.AssignGroup(Group(Engineers, of: Acme), none)).ThenRefused(Refusal.InvalidAssignmentWindow);
        Given(ProOf(Acme), AdaInMarch).When(pro => pro.AssignUser(Person(Ada, of: Acme), none)).ThenRefused(Refusal.InvalidAssignmentWindow);
    }

    [Fact]
    public void Whole_microseconds_are_stored_in_universal_time()
    {
        var window = AssignmentWindow.Of(Noon.AddTicks(19).ToOffset(TimeSpan.FromHours(2)), Noon.AddTicks(20));
        window.ShouldBe(new(Noon.AddTicks(10), Noon.AddTicks(20)));
        window.From!.Value.Offset.ShouldBe(TimeSpan.Zero);
        AssignmentWindow.Of(Noon, Noon.AddTicks(9)).IsValid.ShouldBeFalse();
        AssignmentWindow.Of(null, null).ShouldBe(AssignmentWindow.Always);
    }

    [Fact]
    public void A_list_that_replaces_assignments_leaves_the_windows_of_those_that_stay()
    {
        var both = Given(ProOf(Acme), EngineersInMarch, AdaInMarch);
        both.When(pro => pro.SetGroups([Engineers, Sales], Known(Group(Engineers, of: Acme), Group(Sales, of: Acme)))).Then(new GroupAssignedToLicense(Pro, Sales));
        both.When(pro => pro.SetUsers([Person(Ada, of: Acme), Person(Bob, of: Acme)])).Then(new UserAssignedToLicense(Pro, Bob));
        Given(ProOf(Acme), EngineersInMarch, new GroupAssignedToLicense(Pro, Sales)).State.WindowOf(Engineers).ShouldBe(March);
    }

    [Fact]
    public void A_list_without_it_ends_an_assignment_and_its_window()
    {
        var both = Given(ProOf(Acme), EngineersInMarch, AdaInMarch);
        both.When(pro => pro.SetGroups([], Known())).Then(new GroupUnassignedFromLicense(Pro, Engineers));
        both.When(pro => pro.SetUsers([])).Then(new UserUnassignedFromLicense(Pro, Ada));
    }

    [Fact]
    public void Unassigned_and_assigned_again_it_has_no_limit()
    {
        var state = Given(
            ProOf(Acme), EngineersInMarch, AdaInMarch, new GroupUnassignedFromLicense(Pro, Engineers), new UserUnassignedFromLicense(Pro, Ada),
            new GroupAssignedToLicense(Pro, Engineers), new UserAssignedToLicense(Pro, Ada)).State;
        state.WindowOf(Engineers).ShouldBe(AssignmentWindow.Always);
        state.WindowOf(Ada).ShouldBe(AssignmentWindow.Always);
    }

    [Fact]
    public void A_transfer_ends_assignments_and_windows()
    {
        Given(ProOf(Acme), EngineersInMarch, AdaInMarch)
            .When(pro => pro.TransferTo(Globex))
            .Then(new GroupUnassignedFromLicense(Pro, Engineers), new UserUnassignedFromLicense(Pro, Ada), new LicenseTransferred(Pro, Globex));
        var state = Given(ProOf(Acme), EngineersInMarch, AdaInMarch, new LicenseTransferred(Pro, Globex)).State;
        state.GroupWindows.ShouldBeEmpty();
        state.UserWindows.ShouldBeEmpty();
    }

    [Fact]
    public void A_revoked_licence_takes_no_other_window_but_has_the_one_it_has()
    {
        var revoked = Given(ProOf(Acme), EngineersInMarch, AdaInMarch, new LicenseRevoked(Pro));
        revoked.When(pro => pro.AssignGroup(Group(Engineers, of: Acme), April)).ThenRefused(Refusal.LicenseRevoked);
        revoked.When(pro => pro.AssignUser(Person(Ada, of: Acme))).ThenRefused(Refusal.LicenseRevoked);
        revoked.When(pro => pro.AssignGroup(Group(Engineers, of: Acme), March)).ThenNothing();
        revoked.When(pro => pro.AssignUser(Person(Ada, of: Acme), March)).ThenNothing();
    }

    [Fact]
    public void A_full_licence_takes_another_window_of_a_user_it_has() =>
        Given([ProOf(Acme), AdaInMarch, .. Enumerable.Range(1001, 255).Select(number => new UserAssignedToLicense(Pro, new(Number(number))))])
            .When(pro => pro.AssignUser(Person(Ada, of: Acme), April))
            .Then(new UserAssignedToLicense(Pro, Ada, April.From, April.Until));
}
