using EventSourcedOrgs.Application;

namespace EventSourcedOrgs.Architecture.Tests;

/// <summary>The names under which events are stored: complete, and never another.</summary>
public class EventNameTests
{
    private static readonly Type[] Events = [.. Repository.Domain.GetTypes().Where(type => !type.IsAbstract && IsFamily(type.BaseType))];

    [Fact]
    public void Every_event_has_a_stored_name() => Events.Except(EventNames.All.Keys).Select(type => type.Name).ShouldBeEmpty();

    [Fact]
    public void Every_stored_name_is_of_an_event() => EventNames.All.Keys.Except(Events).Select(type => type.Name).ShouldBeEmpty();

    [Fact]
    public void No_name_is_given_twice() => EventNames.All.Values.ShouldBeUnique();

    [Fact]
    public void Names_end_with_their_version() => EventNames.All.Values.ShouldAllBe(name => System.Text.RegularExpressions.Regex.IsMatch(name, "^[a-z]+(_[a-z]+)*_v[1-9][0-9]*$"));

    [Fact]
    public void They_are_as_approved() =>
        string.Concat(EventNames.All.OrderBy(entry => entry.Value, StringComparer.Ordinal).Select(entry => $"{entry.Value} {entry.Key.Name}\n"))
            .ShouldMatchApproved(approved => approved.NoDiff());

    private static bool IsFamily(Type? type) => type is { IsAbstract: true } && type.Name.EndsWith("Event", StringComparison.Ordinal);
}
