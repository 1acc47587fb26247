using CsCheck;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.AccessTokens;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Products;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using JasperFx.Events;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>Every event is found by who did it, to what, where and when; and the states around it are what the domain makes of the events before it.</summary>
public class HistoryFeedTests
{
    [Fact]
    public void Every_event_has_a_place_in_it()
    {
        EventNames.All.Keys.Where(type => Resource.All.All(resource => resource.Family != type.BaseType)).ShouldBeEmpty();
        EventNames.All.Keys.ShouldBeSubsetOf(new HistoryFeed().Events);
        Resource.All.Select(resource => resource.Name).ShouldBeUnique();
    }

    [Theory, InlineData(1), InlineData(7), InlineData(500)]
    public async Task The_tables_hold_what_a_fold_gives_whatever_the_page_size(int pageSize)
    {
        await using var store = await DomainStore.StartAsync(pageSize);
        await FillAsync(store, pageSize == 500 ? 6 : 2);
        var history = await store.HistoryAsync();
        var folded = new HistoryFeed().Fold(history);

        var rows = await store.Source.QueryAsync($"select * from {HistoryFeed.Entries.Name} order by position", HistoryFeed.Read);
        rows.ShouldBe(folded.Versions(HistoryFeed.Entries).Select(version => version.Row).OrderBy(row => row.Position));
        rows.Select(row => (row.Position, row.Id, row.Type)).ShouldBe(history.Select(e => (e.Sequence, e.Id, e.EventTypeName)));
        rows.Select(row => (row.Position, row.Organization, row.Former)).ShouldBe(Expected(history));
        rows.ShouldContain(row => row.Former != null);

        var owners = await store.Source.QueryAsync($"select * from {HistoryFeed.Owners.Name}", HistoryFeed.Owners.Read);
        owners.ShouldBe(folded.Versions(HistoryFeed.Owners).Select(version => version.Row), ignoreOrder: true);
    }

    [Fact]
    public async Task The_states_around_any_events_are_those_that_their_whole_streams_give()
    {
        await using var store = await DomainStore.StartAsync();
        await FillAsync(store, 6);
        var history = await store.HistoryAsync();
        var (states, expected) = (new Dictionary<Guid, object>(), new Dictionary<long, string>());
        foreach (var e in history)
        {
            var before = states.GetValueOrDefault(e.StreamId, Resource.Of(e).Initial);
            expected[e.Sequence] = $"{Text(before)} {Text(states[e.StreamId] = Resource.Of(e).After(before, e))}";
        }

        var random = new Random(7);
        foreach (var some in new[] { history, [.. history.Where(_ => random.Next(5) == 0)], [.. history.Reverse().Take(10)], [history[^1]] })
        {
            var steps = await store.FormerStates.Of(some, CancellationToken.None);
            steps.Count.ShouldBe(some.Count);
            steps.Select(step => $"{Text(step.Before)} {Text(step.After)}").ShouldBe(some.OrderBy(e => e.Sequence).Select(e => expected[e.Sequence]));
        }
    }

    [Fact]
    public async Task What_is_kept_of_a_past_moment_is_what_the_events_up_to_it_give()
    {
        await using var store = await DomainStore.StartAsync();
        await FillAsync(store, 3);
        var history = await store.HistoryAsync();
        var (states, random) = (new Dictionary<Guid, object>(), new Random(11));
        Guid[] ids = [.. history.Select(e => e.StreamId).Distinct(), Guid.NewGuid()];
        foreach (var e in history)
        {
            states[e.StreamId] = Resource.Of(e).After(states.GetValueOrDefault(e.StreamId, Resource.Of(e).Initial), e);
            if (random.Next(10) > 0 && e != history[^1])
                continue;

            foreach (var kind in new[] { typeof(Organization), typeof(User), typeof(UserGroup), typeof(License) })
            {
                (await store.PastStates.FindAsync(kind, ids, e.Sequence, CancellationToken.None)).Select(Text)
                    .ShouldBe(states.Values.Where(state => state.GetType() == kind && Exists(state)).Select(Text), ignoreOrder: true);
            }
        }

        (await store.PastStates.FindAsync(typeof(AccessToken), ids, history[^1].Sequence, CancellationToken.None)).ShouldBeEmpty("the directory keeps none");
        (await store.PastStates.FindAsync(typeof(User), ids, history[^1].Sequence + 1, CancellationToken.None)).ShouldBeEmpty("nobody knows what has not come");

        static bool Exists(object state) => state switch { Organization x => x.Exists, User x => x.Exists, UserGroup x => x.Exists, _ => ((License)state).Exists };
    }

    [Fact]
    public async Task An_organization_reads_what_happened_to_it_once_and_in_order_page_by_page()
    {
        await using var store = await DomainStore.StartAsync();
        var world = await FillAsync(store, 6);
        var expected = Expected(await store.HistoryAsync()).ToList();
        foreach (var organization in world.Organizations)
        {
            var (read, cursor) = (new List<long>(), (string?)null);
            do
            {
                var page = (await new ListOrganizationHistory.Handler(store.Feed).Handle(new(organization, new() { Limit = 7, Cursor = cursor }), CancellationToken.None)).Value!;
                read.AddRange(page.Rows.Select(entry => entry.Row.Position));
                cursor = page.Next;
            }
            while (cursor is not null);
            read.ShouldBe(expected.Where(line => line.Organization == organization || line.Former == organization).Select(line => line.Position).Reverse());
        }

        (await new ListOrganizationHistory.Handler(store.Feed).Handle(new(Id.New<OrganizationId>(), new()), CancellationToken.None)).Refusal.ShouldBe(Refusal.OrganizationNotFound);
        (await new ListResourceHistory.Handler(store.Feed).Handle(new(Resource.Find("user")!, world.Licenses[0].Value, new()), CancellationToken.None)).Refusal.ShouldBe(Refusal.UserNotFound);
    }

    [Fact]
    public void The_token_of_a_user_goes_where_the_user_goes_and_acts_for_that_user()
    {
        var (here, there, ada, token) = (Id.New<OrganizationId>(), Id.New<OrganizationId>(), Id.New<UserId>(), Id.New<AccessTokenId>());
        var rows = new HistoryFeed().Fold(Told(
            ("system", ada.Value, new UserCreated(ada, Personal.Of(ada, "Ada"), null, Personal.Of(ada, "ada@example.com"), null, Role.User, here, true)),
            ($"user:{ada}", token.Value, new AccessTokenCreated(token, ada, "script", [], null)),
            ($"token:{token}", Guid.NewGuid(), new ProductDeleted(Id.New<ProductId>())),
            ("system", ada.Value, new UserMoved(ada, there)),
            ($"token:{token}", token.Value, new AccessTokenRevoked(token)),
            ($"provider:{here}", ada.Value, new UserSuspended(ada)))).Versions(HistoryFeed.Entries).Select(version => version.Row).OrderBy(row => row.Position);

        rows.Select(row => (row.Organization, row.Former, row.User, row.ActorOrganization)).ShouldBe(
        [
            (here, null, null, null), (here, null, ada, here), (null, null, ada, here), (there, here, null, null), (there, null, ada, there), (there, null, null, here),
        ]);
    }

    private static string Text(object state) => System.Text.Json.JsonSerializer.Serialize(state, state.GetType());

    /// <summary>To which organization each event happened, by a plain reading of the events.</summary>
    private static IEnumerable<(long Position, OrganizationId? Organization, OrganizationId? Former)> Expected(IEnumerable<IEvent> history)
    {
        var homes = new Dictionary<Guid, OrganizationId?>();
        foreach (var e in history)
        {
            var before = homes.GetValueOrDefault(e.StreamId);
            var after = homes[e.StreamId] = e.Data switch
            {
                OrganizationEvent => new OrganizationId(e.StreamId),
                UserCreated x => x.Organization,
                UserMoved x => x.Organization,
                UserGroupCreated x => x.Organization,
                LicenseCreated x => x.Organization,
                LicenseTransferred x => x.Organization,
                _ => before,
            };
            yield return (e.Sequence, after, e.Data is UserMoved or LicenseTransferred && after != before ? before : null);
        }
    }

    /// <summary>Appends worlds and waits for them; answers the last.</summary>
    private static async Task<World> FillAsync(DomainStore store, int count)
    {
        var worlds = new List<World>();
        await World.Steps.SampleAsync(async steps =>
        {
            var world = new World(worlds.Count + 1, [.. steps, .. World.Traps[1], .. World.Turns]);
            worlds.Add(world);
            await store.AppendAsync(world.History);
        }, iter: count, threads: 1);
        await store.CatchUpAsync();
        return worlds[^1];
    }

    private static IEnumerable<IEvent> Told(params (string Actor, Guid Stream, object Data)[] events) => events.Select((told, n) =>
    {
        var e = (IEvent)Activator.CreateInstance(typeof(Event<>).MakeGenericType(told.Data.GetType()), told.Data)!;
        (e.Id, e.Sequence, e.StreamId, e.UserName, e.Version, e.EventTypeName) = (Guid.NewGuid(), n + 1, told.Stream, told.Actor, 1, EventNames.All[told.Data.GetType()]);
        return e;
    });
}
