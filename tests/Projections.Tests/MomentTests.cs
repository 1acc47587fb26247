using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Organizations;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>A moment is a position, or a time: the last position before the first event that is later.</summary>
public sealed class MomentTests : IAsyncLifetime
{
    private readonly OrganizationId organization = Id.New<OrganizationId>();
    private DomainStore store = null!;

    public async Task InitializeAsync()
    {
        store = await DomainStore.StartAsync();
        await store.AppendAsync([.. Enumerable.Range(0, 20).Select(n => new Happening(organization.Value, typeof(Organization), n == 0
            ? new OrganizationCreated(organization, "Acme", "office@acme.example", null, 1, null, null)
            : new OrganizationRenamed(organization, $"Acme {n}"), World.Start.AddHours(n / 2)))]);
        await using var command = store.Owner.CreateCommand("delete from events.mt_events where seq_id in (5, 6, 7)");
        await command.ExecuteNonQueryAsync();
        await store.CatchUpAsync();
    }

    public async Task DisposeAsync() => await store.DisposeAsync();

    [Fact]
    public async Task A_time_is_the_last_position_before_anything_later()
    {
        var positions = Enumerable.Range(1, 20).Where(position => position is < 5 or > 7).ToList();
        foreach (var minutes in Enumerable.Range(0, 12 * 6).Select(n => 10 * n))
        {
            var time = World.Start.AddMinutes(minutes);
            (await Find(new(null, time))).Value.ShouldBe(new(positions.Last(position => World.Start.AddHours((position - 1) / 2) <= time), time), $"{minutes} minutes");
        }
    }

    [Fact]
    public async Task A_command_that_began_before_and_ended_after_others_brings_none_of_them_along()
    {
        await store.AppendAsync([.. new[] { 0, 2, 1, 3 }.Select(seconds => new Happening(
            organization.Value, typeof(Organization), new OrganizationRenamed(organization, $"Acme after {seconds} s"), World.Start.AddDays(1).AddSeconds(seconds)))]);
        await store.CatchUpAsync();
        foreach (var (seconds, position) in new[] { (0, 21), (1, 21), (2, 23), (3, 24) })
            (await Find(new(null, World.Start.AddDays(1).AddSeconds(seconds)))).Value!.Position.ShouldBe(position, $"{seconds} s");
    }

    [Fact]
    public async Task A_position_has_the_time_of_what_came_last() => (await Find(new(6, null))).Value.ShouldBe(new(6, World.Start.AddHours(1)));

    [Fact]
    public async Task Before_the_first_event_there_was_nothing()
    {
        (await Find(new(0, null))).Refusal.ShouldBe(Refusal.AsOfBeforeHistory);
        (await Find(new(null, World.Start.AddTicks(-10)))).Refusal.ShouldBe(Refusal.AsOfBeforeHistory);
    }

    [Fact]
    public async Task The_future_is_not_known()
    {
        (await Find(new(21, null))).Refusal.ShouldBe(Refusal.AsOfInFuture);
        (await Find(new(null, World.Start.AddDays(2)), now: World.Start.AddDays(1))).Refusal.ShouldBe(Refusal.AsOfInFuture);
    }

    [Theory]
    [InlineData("17", 17L)]
    [InlineData("99999999999999999999", null)]
    [InlineData("soon", null)]
    [InlineData("", null)]
    [InlineData("-1", null)]
    public void Digits_are_a_position(string text, long? position) => AsOf.Parse(text)?.Position.ShouldBe(position);

    [Theory]
    [InlineData("2026-05-01", "2026-05-01T00:00:00Z")]
    [InlineData("2026-05-01T12:00:00Z", "2026-05-01T12:00:00Z")]
    [InlineData("2026-05-01T12:00:00+02:00", "2026-05-01T10:00:00Z")]
    [InlineData("2026-05-01T12:00:00 02:00", "2026-05-01T10:00:00Z")]
    public void Dates_and_times_are_times(string text, string time) => AsOf.Parse(text).ShouldBe(new(null, DateTimeOffset.Parse(time)));

    private Task<Result<Moment>> Find(AsOf asOf, DateTimeOffset? now = null) =>
        store.Moments.Find(asOf, now ?? World.Start.AddDays(9), [EffectiveAccess.ModelName], CancellationToken.None);
}
