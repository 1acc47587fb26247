using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Projections.Tests;

namespace EventSourcedOrgs.Oracle.Tests;

/// <summary>
/// A history made of steps: two organizations, three users, three groups, four licences, to which things happen by the decisions of the domain, and now and then
/// by an event alone, as an import might bring it. The ids of stories of different numbers have nothing in common.
/// </summary>
internal sealed class Story : Teller
{
    private readonly List<Happening>[] hours;
    private readonly OrganizationId[] organizations;
    private readonly UserId[] users;
    private readonly UserGroupId[] groups;
    private readonly LicenseId[] licenses;
    private readonly ProductId product;
    private int hour;

    public Story(int number, DateTimeOffset begins, IReadOnlyList<Step> steps)
    {
        (Number, Steps, Now) = (number, steps, begins);
        organizations = [.. Step.Organizations.Select((_, n) => new OrganizationId(Id(1, n)))];
        users = [.. Step.Users.Select((_, n) => new UserId(Id(2, n)))];
        groups = [.. Step.Groups.Select((_, n) => new UserGroupId(Id(3, n)))];
        licenses = [.. Step.Licenses.Select((_, n) => new LicenseId(Id(4, n)))];
        product = new(Id(5, 0));
        hours = [.. steps.Select(_ => new List<Happening>())];
        Happen();
    }

    public int Number { get; }

    public IReadOnlyList<Step> Steps { get; }

    public IReadOnlyList<Guid> Organizations => [.. organizations.Select(id => id.Value)];

    public IReadOnlyList<Guid> Users => [.. users.Select(id => id.Value)];

    public IReadOnlyList<Guid> Groups => [.. groups.Select(id => id.Value)];

    public IReadOnlyList<Guid> Licenses => [.. licenses.Select(id => id.Value)];

    /// <summary>The events of each hour.</summary>
    public IReadOnlyList<IReadOnlyList<Happening>> Hours => hours;

    public IEnumerable<(Guid User, Guid License)> Pairs => from user in Users from license in Licenses select (user, license);

    /// <summary>The steps, and who is who.</summary>
    public override string ToString() => $"""
        {string.Join('\n', Steps.Select((step, n) => $"{n + 1,4}. {step}"))}
        where {string.Join(", ", Named(Step.Organizations, Organizations).Concat(Named(Step.Users, Users)).Concat(Named(Step.Groups, Groups)).Concat(Named(Step.Licenses, Licenses)))}
        """;

    private static IEnumerable<string> Named(IEnumerable<string> names, IEnumerable<Guid> ids) => names.Zip(ids, (name, id) => $"{name} = {id}");

    private Guid Id(int kind, int n) => new(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Number}/{kind}/{n}"))).AsSpan(0, 16));

    private void Happen()
    {
        for (hour = 0; hour < Steps.Count; hour++, Now += TimeSpan.FromHours(1))
            Do(Steps[hour]);
    }

    private void Do(Step step)
    {
        OrganizationId? elsewhere = step.Number % 3 == 0 ? null : organizations[step.Number % 2];
        Action deed = step.Deed switch
        {
            Deed.Join => () => Tell(User(step).Id.Value, User(step).Join(Group(step))),
            Deed.Leave => () => Tell(User(step).Id.Value, User(step).Leave(Group(step).Id)),
            Deed.JoinAgain when Group(step).Organization == User(step).Organization => () => Tell<UserEvent>(User(step).Id.Value, [new UserAddedToGroup(User(step).Id, Group(step).Id)]),
            Deed.OpenGroup => () => Tell(License(step).Id.Value, License(step).AssignGroup(Group(step), Window(step))),
            Deed.CloseGroup => () => Tell(License(step).Id.Value, License(step).UnassignGroup(Group(step).Id)),
            Deed.Name => () => Tell(License(step).Id.Value, License(step).AssignUser(User(step), Window(step))),
            Deed.Unname => () => Tell(License(step).Id.Value, License(step).UnassignUser(User(step).Id)),
            Deed.Own => () => Tell(License(step).Id.Value, License(step).SetPrimaryUser(User(step))),
            Deed.Disown => () => Tell(License(step).Id.Value, License(step).SetPrimaryUser(null)),
            Deed.Move => () => Move(User(step), elsewhere, User(step).MoveTo(elsewhere)),
            Deed.MoveAlone => () => Move(User(step), elsewhere, [new UserMoved(User(step).Id, elsewhere)]),
            Deed.Transfer => () => Tell(License(step).Id.Value, License(step).TransferTo(elsewhere)),
            Deed.TransferAlone => () => Tell<LicenseEvent>(License(step).Id.Value, [new LicenseTransferred(License(step).Id, elsewhere)]),
            Deed.SuspendUser => () => Tell(User(step).Id.Value, User(step).Suspend()),
            Deed.ReinstateUser => () => Tell(User(step).Id.Value, User(step).Reinstate()),
            Deed.SuspendOrganization => () => Tell(Home(step).Id.Value, Home(step).Suspend()),
            Deed.ReinstateOrganization => () => Tell(Home(step).Id.Value, Home(step).Reinstate()),
            Deed.SuspendLicense => () => Change(step, LicenseChanges.None with { Suspended = true }),
            Deed.ReinstateLicense => () => Change(step, LicenseChanges.None with { Suspended = false }),
            Deed.Revoke => () => Change(step, LicenseChanges.None with { Revoked = true }),
            Deed.LiftRevocation => () => Change(step, LicenseChanges.None with { Revoked = false }),
            Deed.Expire => () => Tell(License(step).Id.Value, License(step).ExpireAt(step.Number == 0 ? null : Now.AddHours((3 * step.Number) - 3))),
            Deed.Extend => () => Tell(License(step).Id.Value, License(step).Extend(TimeSpan.FromHours(step.Number - 1))),
            Deed.Renew => () => Tell(License(step).Id.Value, License(step).Renew()),
            Deed.DeleteUser => () => Delete(User(step)),
            Deed.DeleteGroup => () => Tell(Group(step).Id.Value, Group(step).Delete()),
            Deed.DeleteLicense => () => Tell(License(step).Id.Value, License(step).Delete()),
            Deed.DeleteOrganization => () => Tell(Home(step).Id.Value, Home(step).Delete()),
            Deed.DeleteOrganizationAlone when step.Number > 3 && Home(step).Exists => () => Tell<OrganizationEvent>(Home(step).Id.Value, [new OrganizationDeleted(Home(step).Id)]),
            _ => () => { }
            ,
        };
        deed();
    }

    private Organization Home(Step step) => Organization(step.Number % 2);

    private Organization Organization(int n)
    {
        if (!States.Organizations.ContainsKey(organizations[n]))
            Tell(organizations[n].Value, Domain.Organizations.Organization.New(organizations[n], Step.Organizations[n], "office@example.com", null, -1, null, null, []));
        return States.Organizations[organizations[n]];
    }

    private User User(Step step)
    {
        var id = users[step.User];
        if (!States.Users.ContainsKey(id))
        {
            var home = Organization(step.User / 2);
            var exists = home.Exists ? home.Id : (OrganizationId?)null;
            Admit(id, exists);
            Tell(id.Value, Domain.Users.User.New(new(id, Step.Users[step.User], null, $"{id}@example.com", null, Role.User, exists, true, [], [])));
        }

        return States.Users[id];
    }

    private UserGroup Group(Step step)
    {
        var id = groups[step.Group];
        if (!States.Groups.ContainsKey(id))
            Tell<UserGroupEvent>(id.Value, [new UserGroupCreated(id, Organization(step.Group / 2).Id, Step.Groups[step.Group], null)]);
        return States.Groups[id];
    }

    /// <summary>The first is for ever, the second begins later and ends, the third is nobody's and has an interval.</summary>
    private License License(Step step)
    {
        var (id, n) = (licenses[step.License], step.License);
        if (!States.Licenses.ContainsKey(id))
        {
            Tell(id.Value, Domain.Licenses.License.New(
                new(id, product, null, $"{Step.Licenses[n]}-{Number}", n == 2 ? null : Organization(n / 2).Id, null, new LicensePolicy(),
                    new LicenseTerm { SubscriptionInterval = n == 2 ? "PT9H" : null }, n == 1 ? Now.AddHours(9) : default(Optional<DateTimeOffset?>), n == 1 ? Now.AddHours(3) : null, null, null, [], [],
                    false, false), Now));
        }

        return States.Licenses[id];
    }

    private AssignmentWindow Window(Step step) => new(step.Window.From is { } from ? Now.AddHours(from) : null, step.Window.Until is { } until ? Now.AddHours(until) : null);

    private void Change(Step step, LicenseChanges changes) => Tell(License(step).Id.Value, License(step).Change(changes));

    protected override Organization Known(OrganizationId id) => Organization(Array.IndexOf(organizations, id));

    protected override void Record(Happening happening) => hours[hour].Add(happening);
}
