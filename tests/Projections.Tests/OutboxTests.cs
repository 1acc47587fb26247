using System.Text.RegularExpressions;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.AccessTokens;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Users;
using JasperFx.Events;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>What is told outside: everything that has a name, once, in the order in which it happened.</summary>
public partial class OutboxTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly LicenseId Pro = Id.New<LicenseId>();
    private static readonly ActivationId Laptop = Id.New<ActivationId>();
    private static readonly UserId Ada = Id.New<UserId>();

    [Fact]
    public void Of_every_stored_event_it_is_decided_what_it_is_called_outside() =>
        WebhookNames.Decisions.Keys.Select(type => type.Name).Order().ShouldBe(EventNames.All.Keys.Select(type => type.Name).Order());

    [Fact]
    public void Every_name_is_one_that_can_be_subscribed_to()
    {
        WebhookNames.All.ShouldAllBe(name => Name().IsMatch(name));
        WebhookNames.All.ShouldBeUnique();
        foreach (var name in new[]
        {
            "license.created", "license.renewed", "license.extended", "license.expired", "license.expiring-soon", "license.expiresAt.updated", "license.subscription.updated",
            "license.first-activated", "license.activation.limit-reached", "license.deleted", "activation.created", "activation.updated", "activation.deleted",
            "activation.lease-expired", "organization.created", "organization.user.created", "organization.user.deleted", "organization.userGroup.updated",
            "organization.license.updated", "user.created", "product.updated", "licenseTemplate.created", "personalAccessToken.rotated", "role.deleted",
        })
        {
            WebhookNames.All.ShouldContain(name);
        }
    }

    [Fact]
    public void One_command_tells_one_thing_of_one_resource()
    {
        var created = new LicenseCreated(Pro, default, null, "KEY", null, null, new(), new(), null, Noon, null);
        Told(
            ("a", Pro.Value, created), ("a", Pro.Value, new LicenseNotesChanged(Pro, "first")), ("a", Laptop.Value, new ActivationEnded(Laptop, Pro, ActivationEnd.LeaseEnded)),
            ("b", Pro.Value, new LicenseNotesChanged(Pro, "second")), ("b", Pro.Value, new LicenseTagsChanged(Pro, ["gold"])),
            ("c", Laptop.Value, new ActivationEnded(Laptop, Pro, ActivationEnd.Deactivated)),
            ("d", Laptop.Value, new ActivationEnded(Laptop, Pro, ActivationEnd.Deleted)), ("d", Laptop.Value, new OfflineResponseRevoked(Laptop, Pro, Guid.NewGuid())))
            .ShouldBe(
            [
                "1 license license.created", "3 activation activation.lease-expired", "4 license license.updated", "6 activation activation.deleted", "7 activation activation.updated",
            ]);
    }

    [Fact]
    public void A_user_of_an_organization_is_told_of_as_both_and_a_token_of_one_as_its_own()
    {
        var (acme, token) = (Id.New<OrganizationId>(), Id.New<AccessTokenId>());
        Told(
            ("a", Ada.Value, User.New(new(Ada, "Ada", null, "ada@acme.example", null, Role.User, acme, true, [], [])).Events[0]), ("b", Ada.Value, new UserSuspended(Ada)),
            ("c", Ada.Value, new UserMoved(Ada, null)), ("d", Ada.Value, new UserReinstated(Ada)), ("e", Ada.Value, new UserPasswordChanged(Ada)),
            ("f", token.Value, new OrganizationAccessTokenCreated(token, acme, "script", [], null)), ("g", token.Value, new AccessTokenRevoked(token)))
            .ShouldBe(
            [
                "1 user user.created organization.user.created", "2 user user.updated organization.user.updated", "3 user user.updated organization.user.updated", "4 user user.updated",
                "6 accessToken organization.accessToken.created", "7 accessToken organization.accessToken.updated",
            ]);
    }

    [Fact]
    public void Of_refusals_only_a_reached_limit_is_told_and_it_is_the_licences()
    {
        ActivationRefused Refused(string code) => new(Laptop, Pro, null, code, Floor.Report(Laptop, 1));
        var rows = Fold([("a", Laptop.Value, Refused("COUNTRY_NOT_ALLOWED")), ("b", Laptop.Value, Refused("ACTIVATION_LIMIT_REACHED"))]);
        rows.ShouldHaveSingleItem().ShouldSatisfyAllConditions(row => row.ResourceId.ShouldBe(Pro.Value), row => row.Events.ShouldBe(["license.activation.limit-reached"]));
    }

    [Fact]
    public async Task Nothing_is_told_twice_or_left_out_though_the_follower_dies_again_and_again()
    {
        var floor = new Floor(new Random(11), steps: 400);
        await using var store = await DomainStore.StartAsync(pageSize: 9);
        foreach (var part in floor.History.Chunk(60))
        {
            await store.AppendAsync(part);
            await store.FollowAsync();
            await Task.Delay(Random.Shared.Next(0, 60));
            await store.KillConnectionsAsync();
            await store.StopFollowingAsync();
        }

        await store.FollowAsync();
        await store.CatchUpAsync();

        var expected = (await store.HistoryAsync()).Select(e => (e.Sequence, Name: WebhookNames.Decisions[e.EventType](e.Data), Resource: (e.Data as ActivationRefused)?.License.Value ?? e.StreamId))
            .Where(told => told.Name is not null).Select(told => (told.Sequence, told.Name!, told.Resource)).ToList();
        var feed = new List<(long, string, Guid)>();
        for (var (from, more) = (0L, true); more;)
        {
            var page = (await new ListOutbox.Handler(store.Source, store.Progress).Handle(new(from, 7), CancellationToken.None)).Value!;
            feed.AddRange(page.Rows.Select(row => (row.Position, row.Events.Single(), row.ResourceId)));
            (from, more) = (page.Next, page.HasNext);
        }

        expected.Count.ShouldBeGreaterThan(200);
        feed.ShouldBe(expected);
    }

    private static IEnumerable<string> Told(params (string Command, Guid Stream, object Data)[] happenings) =>
        Fold(happenings).Select(row => $"{row.Position} {row.Resource} {string.Join(' ', row.Events)}");

    private static List<OutboxRow> Fold((string Command, Guid Stream, object Data)[] happenings) => [.. new Outbox().Fold(happenings.Select((happening, n) =>
    {
        var e = (IEvent)Activator.CreateInstance(typeof(Event<>).MakeGenericType(happening.Data.GetType()), happening.Data)!;
        (e.Id, e.Sequence, e.StreamId, e.Timestamp, e.CausationId) = (Guid.NewGuid(), n + 1, happening.Stream, Noon.AddMinutes(n), happening.Command);
        return e;
    })).Versions(Outbox.Entries).Select(version => version.Row).OrderBy(row => row.Position)];

    [GeneratedRegex(@"^[a-z][A-Za-z]*(\.[a-z][A-Za-z-]*){1,2}\z")]
    private static partial Regex Name();
}
