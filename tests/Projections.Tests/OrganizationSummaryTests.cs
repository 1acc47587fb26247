using CsCheck;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>Numbers of an organization: what counters say, what a recount says, and what the domain's states say is one thing.</summary>
public class OrganizationSummaryTests
{
    [Fact]
    public void Counters_in_memory_equal_a_recount() =>
        World.Steps.Sample(steps =>
        {
            var world = new World(1, steps);
            var rows = new OrganizationSummary().Fold(world.Events());

            rows.Sums(OrganizationSummary.UserCounts).Where(count => count.Value[0] != 0).Select(count => (count.Key, count.Value[0])).ShouldBe(
                rows.Versions(OrganizationSummary.Users).Where(v => v.Until is null && v.Row.Organization is not null)
                    .GroupBy(v => new UsersKey(v.Row.Organization!.Value, v.Row.Role, v.Row.Suspended)).Select(group => (group.Key, (long)group.Count())), ignoreOrder: true);
            foreach (var organization in world.Organizations)
            {
                rows.Sums(OrganizationSummary.GroupCounts)[organization][0].ShouldBe(
                    rows.Versions(OrganizationSummary.UserGroups).Count(v => v.Until is null && v.Row.Organization == organization));
            }
        }, iter: 200);

    [Theory, InlineData(1), InlineData(7), InlineData(500)]
    public async Task Now_and_then_it_counts_what_the_domain_holds_whatever_the_page_size(int pageSize)
    {
        await using var store = await DomainStore.StartAsync(pageSize);
        var worlds = new List<(World World, long First)>();
        foreach (var steps in World.Traps)
            await AddAsync(steps);
        await World.Steps.SampleAsync(AddAsync, iter: pageSize == 500 ? 10 : 3, threads: 1);
        await store.CatchUpAsync();
        var last = await store.PositionAsync();

        foreach (var (world, first) in worlds)
        {
            foreach (var (organization, state) in world.States.Organizations.Where(o => o.Value.Exists))
            {
                var now = world.History[^1].At;
                var days = new DayRange(DateOnly.FromDateTime(world.Begins.UtcDateTime).AddDays(-1), DateOnly.FromDateTime(now.UtcDateTime).AddDays(2));
                var summary = await store.SummaryAsync(organization, now, days: days);

                summary.Position.ShouldBe(last);
                ShouldCount(summary, world.States, organization, now);
                (await store.SummaryAsync(organization, now, last, days) with { At = now, Licenses = summary.Licenses, History = summary.History }).ShouldBeEquivalentTo(summary, "the recount of the last position");
                ShouldFollowTheDays(summary.History!, world, organization, days.From);
            }

            var count = world.History.Count / 2;
            var (then, past) = (world.History[count - 1].At, States.Of(world.History.Take(count)));
            foreach (var (organization, state) in past.Organizations.Where(o => o.Value.Exists))
            {
                var day = DateOnly.FromDateTime(then.UtcDateTime);
                var summary = await store.SummaryAsync(organization, then.AddYears(1), first + count - 1, new(day, day.AddDays(1)));
                summary.History.ShouldBe([new(day, state.AllowedUsers, state.SeatsUsed)], "the day of the moment, up to the moment");
                (summary.At, summary.Position).ShouldBe((then, first + count - 1));
                ShouldCount(summary, past, organization, then);
            }
        }

        async Task AddAsync(Step[] steps)
        {
            var world = new World(worlds.Count + 1, steps);
            worlds.Add((world, await store.AppendAsync(world.History)));
        }
    }

    private static void ShouldCount(Summary summary, States states, OrganizationId organization, DateTimeOffset now)
    {
        var state = states.Organizations[organization];
        summary.Suspended.ShouldBe(state.Suspended);
        (summary.Seats.Allowed, summary.Seats.Used, summary.Seats.Exceeded).ShouldBe((state.AllowedUsers, state.SeatsUsed, state.SeatsExceeded));
        var users = states.Users.Values.Where(user => user.Exists && user.Organization == organization).ToList();
        summary.Users.Total.ShouldBe(users.Count);
        summary.Users.Suspended.ShouldBe(users.Count(user => user.Suspended));
        (summary.Users.Active + summary.Users.Suspended).ShouldBe(summary.Users.Total);
        summary.Users.Roles.Select(role => (role.Role, role.Active, role.Suspended)).ShouldBe(users.GroupBy(user => user.Role.Name)
            .OrderBy(role => role.Key, StringComparer.Ordinal).Select(role => (role.Key, (long)role.Count(user => !user.Suspended), (long)role.Count(user => user.Suspended))));
        summary.UserGroups.ShouldBe(states.Groups.Values.Count(group => group.Exists && group.Organization == organization));

        var licenses = states.Licenses.Values.Where(license => license.Exists && license.Organization == organization).ToList();
        var usable = licenses.Where(license => license is { Revoked: false, Suspended: false }).ToList();
        summary.Licenses.ShouldBe(new(
            licenses.Count, usable.Count(license => license.EffectiveDate <= now && !(license.ExpiresAt <= now)), licenses.Count(license => license is { Revoked: false, Suspended: true }),
            licenses.Count(license => license.Revoked), usable.Count(license => license.EffectiveDate <= now && license.ExpiresAt <= now), usable.Count(license => license.EffectiveDate > now)));
    }

    /// <summary>One line for every day from the first on which the organization existed to the last that has begun.</summary>
    private static void ShouldFollowTheDays(IReadOnlyList<DaySummary> lines, World world, OrganizationId organization, DateOnly from)
    {
        var last = DateOnly.FromDateTime(world.History[^1].At.UtcDateTime);
        lines.Select(line => line.Day).ShouldBe(Enumerable.Range(1, last.DayNumber - from.DayNumber).Select(from.AddDays));
        foreach (var line in lines)
        {
            var state = States.Of(world.History.TakeWhile(e => DateOnly.FromDateTime(e.At.UtcDateTime) <= line.Day)).Organizations[organization];
            (line.SeatsAllowed, line.SeatsUsed).ShouldBe((state.AllowedUsers, state.SeatsUsed));
        }
    }
}
