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
    public void One_command_tells_each_name_of_one_resource_once_and_of_what_it_creates_no_change()
    {
        Told(
            ("a", Pro.Value, Created), ("a", Pro.Value, new LicenseNotesChanged(Pro, "first")), ("a", Pro.Value, new UserAssignedToLicense(Pro, Ada)),
            ("a", Laptop.Value, new ActivationEnded(Laptop, Pro, ActivationEnd.LeaseEnded)),
            ("b", Pro.Value, new LicenseNotesChanged(Pro, "second")), ("b", Pro.Value, new LicenseTagsChanged(Pro, ["gold"])),
            ("c", Laptop.Value, new ActivationEnded(Laptop, Pro, ActivationEnd.Deactivated)),
            ("d", Laptop.Value, new ActivationEnded(Laptop, Pro, ActivationEnd.Deleted)), ("d", Laptop.Value, new OfflineResponseRevoked(Laptop, Pro, Guid.NewGuid())))
            .ShouldBe(
            [
                "1 license license.created", "4 activation activation.lease-expired", "5 license license.updated", "7 activation activation.deleted",
                "8 activation activation.deleted", "9 activation activation.updated",
            ]);
    }

    [Fact]
    public void A_user_who_is_deleted_is_told_of_though_memberships_end_first()
    {
        var acme = Id.New<OrganizationId>();
        Told(
            ("a", Ada.Value, Joined(acme)), ("a", Ada.Value, new UserAddedToGroup(Ada, Id.New<UserGroupId>())),
            ("b", Ada.Value, new UserRemovedFromGroup(Ada, Id.New<UserGroupId>())), ("b", Ada.Value, new UserRemovedFromGroup(Ada, Id.New<UserGroupId>())),
            ("b", Ada.Value, new UserDeleted(Ada)))
            .ShouldBe(
            [
                "1 user user.created organization.user.created", "3 user user.updated organization.user.updated", "5 user user.deleted organization.user.deleted",
            ]);
    }

    [Fact]
    public void A_transfer_tells_the_change_of_the_licence_beside_the_end_of_its_assignments() =>
        Told(
            ("a", Pro.Value, Created),
            ("b", Pro.Value, new GroupUnassignedFromLicense(Pro, Id.New<UserGroupId>())), ("b", Pro.Value, new UserUnassignedFromLicense(Pro, Ada)),
            ("b", Pro.Value, new LicenseTransferred(Pro, Id.New<OrganizationId>())))
            .ShouldBe(["1 license license.created", "2 license organization.license.updated", "3 license license.updated"]);

    [Fact]
    public void A_first_activation_tells_the_end_that_it_gives() =>
        Told(
            ("a", Laptop.Value, new ActivationCreated(Laptop, Pro, default, null, Floor.Report(Laptop, 1), null, null)), ("a", Pro.Value, new LicenseFirstActivated(Pro, Noon)),
            ("a", Pro.Value, new LicenseExpiryChanged(Pro, Noon.AddYears(1))), ("a", Pro.Value, new LicenseMaintenanceExpiryChanged(Pro, Noon.AddYears(1))))
            .ShouldBe(
            [
                "1 activation activation.created", "2 license license.first-activated", "3 license license.expiresAt.updated", "4 license license.maintenanceExpiresAt.updated",
            ]);

    [Fact]
    public void Who_is_moved_into_an_organization_after_another_change_is_told_of_as_one_of_it() =>
        Told(
            ("a", Ada.Value, Joined(null)), ("b", Ada.Value, new UserSuspended(Ada)), ("b", Ada.Value, new UserMoved(Ada, Id.New<OrganizationId>())), ("b", Ada.Value, new UserReinstated(Ada)))
            .ShouldBe(["1 user user.created", "2 user user.updated", "3 user organization.user.updated"]);

    [Fact]
    public void A_user_of_an_organization_is_told_of_as_both_and_a_token_of_one_as_its_own()
    {
        var (acme, token) = (Id.New<OrganizationId>(), Id.New<AccessTokenId>());
        Told(
            ("a", Ada.Value, Joined(acme)), ("b", Ada.Value, new UserSuspended(Ada)),
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

    private static LicenseCreated Created => new(Pro, default, null, "KEY", null, null, new(), new(), null, Noon, null);

    private static UserEvent Joined(OrganizationId? organization) =>
        User.New(new(Ada, "Ada", null, "ada@acme.example", null, Role.User, organization, true, [], [])).Events[0];

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
