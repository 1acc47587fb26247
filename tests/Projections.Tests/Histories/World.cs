using CsCheck;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using JasperFx.Events;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>One event of a history: its stream, the kind of aggregate, and when it happened.</summary>
internal sealed record Happening(Guid Stream, Type State, object Data, DateTimeOffset At);

/// <summary>One step of a random history: what is tried, with whom.</summary>
internal readonly record struct Step(int Deed, int A, int B, int C);

/// <summary>
/// Two organizations with a few users, groups and licences, to which things happen: by the decisions of the domain, and now and then by an event alone, as
/// an import might bring it. Every step is an hour.
/// </summary>
internal sealed class World : Teller
{
    private const int Deeds = 36;

    /// <summary>Random things to happen.</summary>
    public static readonly Gen<Step[]> Steps =
        Gen.Select(Gen.Int[0, Deeds - 1], Gen.Int[0, 9], Gen.Int[0, 3], Gen.Int[0, 3], (deed, a, b, c) => new Step(deed, a, b, c)).Array[0, 150];

    /// <summary>Things that happen too rarely by chance, most to the first user, the first group and the first licence.</summary>
    public static readonly Step[][] Traps =
    [
        [Joins, Opens, Goes, Returns],
        [Joins, Opens, LicenseGoes, LicenseReturns],
        [Named, LicenseGoes, LicenseReturns],
        [Owns, LicenseGoes, LicenseReturns],
        [Named, Goes],
        [new(22, 0, 2, 1)],
        [Named, new(20, 0, 0, 0), new(21, 0, 0, 0)],
        [Joins, Opens, Named, new(30, 0, 0, 0)],
        [Joins, Opens, Goes, Named, Returns, Joins],
        [Named, new(14, 0, 0, 0), new(17, 0, 0, 0), new(21, 0, 0, 0)],
    ];

    /// <summary>Within two days access is gained and lost by what is done, by the dates of licences, and by a window that opens and one that closes.</summary>
    public static readonly Step[] Turns =
    [
        Named, new(6, 2, 2, 0), new(6, 1, 1, 0), .. Enumerable.Repeat(Waits, 6), new(6, 2, 0, 2), new(6, 3, 1, 3), Waits, new(7, 0, 0, 0), new(6, 0, 0, 2),
    ];

    public static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private static Step Joins => new(0, 0, 0, 0);
    private static Step Opens => new(3, 0, 0, 0);
    private static Step Waits => new(29, 0, 0, 1);
    private static Step Named => new(6, 0, 0, 0);
    private static Step Owns => new(8, 0, 0, 0);
    private static Step Goes => new(11, 0, 0, 1);
    private static Step Returns => new(11, 0, 0, 2);
    private static Step LicenseGoes => new(13, 0, 0, 1);
    private static Step LicenseReturns => new(13, 0, 0, 2);

    private readonly List<Happening> history = [];

    /// <param name="number">Worlds of different numbers have nothing in common, and the later number is the later time.</param>
    public World(int number, IEnumerable<Step> steps)
    {
        Organizations = [.. Enumerable.Range(1, 2).Select(n => new OrganizationId(Id(1, n)))];
        Users = [.. Enumerable.Range(1, 5).Select(n => new UserId(Id(2, n)))];
        Groups = [.. Enumerable.Range(1, 4).Select(n => new UserGroupId(Id(3, n)))];
        Licenses = [.. Enumerable.Range(1, 4).Select(n => new LicenseId(Id(4, n)))];
        Products = [.. Enumerable.Range(1, 2).Select(n => new ProductId(Id(5, n)))];
        Begins = Now = Start.AddDays(30 * number);
        Begin();
        foreach (var step in steps)
            Do(step);

        Guid Id(int kind, int n) => new(n, (short)kind, (short)number, [1, 2, 3, 4, 5, 6, 7, 8]);
    }

    public DateTimeOffset Begins { get; }

    public OrganizationId[] Organizations { get; }

    public UserId[] Users { get; }

    public UserGroupId[] Groups { get; }

    public LicenseId[] Licenses { get; }

    /// <summary>An organization has licences of one; of the other there is one that belongs to nobody's organization.</summary>
    public ProductId[] Products { get; }

    public IReadOnlyList<Happening> History => history;

    /// <summary>The history as the store would deliver it, from a position on.</summary>
    public IEnumerable<IEvent> Events(long first = 1) => Delivered(history, first);

    /// <summary>A history as the store would deliver it.</summary>
    public static IEnumerable<IEvent> Delivered(IEnumerable<Happening> history, long first = 1) => history.Select((happening, n) =>
    {
        var e = (IEvent)Activator.CreateInstance(typeof(Event<>).MakeGenericType(happening.Data.GetType()), happening.Data)!;
        (e.Id, e.Sequence, e.StreamId, e.Timestamp) = (new Guid(n, 9, 9, [1, 1, 1, 1, 1, 1, 1, 1]), first + n, happening.Stream, happening.At);
        return e;
    });

    private void Begin()
    {
        foreach (var (id, n) in Organizations.Select((id, n) => (id, n)))
            Tell(id.Value, Organization.New(id, $"Organization {n}", "office@example.com", null, 3, null, null, []));
        foreach (var (id, n) in Users.Select((id, n) => (id, n)))
        {
            var home = n < 4 ? Organizations[n % 2] : (OrganizationId?)null;
            Admit(id, home);
            Tell(id.Value, User.New(new(id, $"User {n}", null, $"user{n}-{id}@example.com", null, n == 0 ? Role.OrganizationAdmin : Role.User, home, true, [], [])));
        }

        foreach (var (id, n) in Groups.Select((id, n) => (id, n)))
            Tell(id.Value, UserGroup.New(id, States.Organizations[Organizations[n % 2]], $"Group {n}", null));
        foreach (var (id, n) in Licenses.Select((id, n) => (id, n)))
        {
            Tell(id.Value, License.New(
                new(id, Products[n % 2], null, $"KEY-{n}-{id}", n < 3 ? Organizations[n % 2] : null, null, new LicensePolicy(),
                    new LicenseTerm { SubscriptionInterval = n == 1 ? "P2D" : null }, default, n == 2 ? Now.AddDays(1) : null, null, null, [], [], false, false),
                Now));
        }
    }

    private void Do(Step step)
    {
        Now += TimeSpan.FromHours(1);
        var (organizationId, userId, groupId, licenseId) = (Organizations[step.A % 2], Users[step.A % 5], Groups[step.B % 4], Licenses[step.B % 4]);
        var (organization, user, group, license) = (States.Organizations[organizationId], States.Users[userId], States.Groups[groupId], States.Licenses[licenseId]);
        OrganizationId? elsewhere = step.C == 0 ? null : Organizations[step.C % 2];
        Action deed = step.Deed switch
        {
            0 or 1 => () => Tell(userId.Value, user.Join(group)),
            2 => () => Tell(userId.Value, user.Leave(groupId)),
            3 or 4 => () => Tell(licenseId.Value, license.AssignGroup(States.Groups[Groups[step.C % 4]], Window(step.A))),
            5 => () => Tell(licenseId.Value, license.UnassignGroup(Groups[step.C % 4])),
            6 => () => Tell(licenseId.Value, license.AssignUser(user, Window(step.C))),
            7 => () => Tell(licenseId.Value, license.UnassignUser(userId)),
            8 => () => Tell(licenseId.Value, license.SetPrimaryUser(user)),
            9 => () => Tell(licenseId.Value, license.SetPrimaryUser(null)),
            10 => () => Move(user, elsewhere, user.MoveTo(elsewhere)),
            11 => () => Move(user, elsewhere, [new UserMoved(userId, elsewhere)]),
            12 => () => Tell(licenseId.Value, license.TransferTo(elsewhere)),
            13 => () => Tell<LicenseEvent>(licenseId.Value, [new LicenseTransferred(licenseId, elsewhere)]),
            14 => () => Tell(userId.Value, user.Suspend()),
            15 or 16 => () => Tell(userId.Value, user.Reinstate()),
            17 => () => Tell(organizationId.Value, organization.Suspend()),
            18 or 19 => () => Tell(organizationId.Value, organization.Reinstate()),
            20 => () => Tell(licenseId.Value, license.Change(LicenseChanges.None with { Suspended = step.C % 2 == 0 })),
            21 => () => Tell(licenseId.Value, license.Change(LicenseChanges.None with { Revoked = step.C % 2 == 0 })),
            22 => () => Tell(licenseId.Value, license.ExpireAt(step.C == 0 ? null : Now.AddHours((5 * step.C) - 5))),
            23 => () => Tell(licenseId.Value, step.C == 0 ? license.Renew() : license.Extend(TimeSpan.FromHours(step.C))),
            24 when group.Organization == user.Organization => () => Tell<UserEvent>(userId.Value, [new UserAddedToGroup(userId, groupId)]),
            25 => () => Tell(userId.Value, user.SignIn(Now)),
            26 => () => Tell(userId.Value, user.ChangeRole(step.C % 2 == 0 ? Role.User : Role.OrganizationAdmin)),
            27 => () => Tell(organizationId.Value, organization.Change(new(default, default, default, step.C - 1, default, default, default))),
            28 => () => Tell(groupId.Value, group.Change($"Group {step.C}", default)),
            29 when step.C == 0 => () => Delete(user),
            30 when step.C == 0 => () => Tell(groupId.Value, group.Delete()),
            31 when step.C == 0 => () => Tell(licenseId.Value, license.Delete()),
            32 => () => Tell(organizationId.Value, organization.Delete()),
            33 => () => Tell(licenseId.Value, license.AssignGroup(group, Window(step.A))),
            34 => () => Tell(licenseId.Value, license.AssignUser(user, Window(2 + step.C))),
            35 when group.Organization == license.Organization => () => Tell<LicenseEvent>(
                licenseId.Value, [new GroupAssignedToLicense(licenseId, groupId, Now.AddHours(step.A), Now.AddHours(5 - step.C))]),
            _ => () => { }
            ,
        };
        deed();
    }

    /// <summary>Some are without limit, some are past, open or yet to come; their ends are full hours, when something happens.</summary>
    private AssignmentWindow Window(int number) => number switch
    {
        0 or 1 => AssignmentWindow.Always,
        2 => new(Now.AddHours(6), null),
        3 => new(null, Now.AddHours(6)),
        4 => new(Now.AddHours(3), Now.AddHours(12)),
        5 => new(Now, Now.AddHours(1)),
        6 => new(null, Now),
        7 => new(Now.AddHours(-2), Now.AddHours(20)),
        8 => new(Now.AddDays(30), null),
        _ => new(Now.AddHours(1), Now.AddHours(2)),
    };

    protected override void Record(Happening happening) => history.Add(happening);
}

/// <summary>The states of a world, as the domain folds them.</summary>
internal sealed class States
{
    public Dictionary<OrganizationId, Organization> Organizations { get; } = [];

    public Dictionary<UserId, User> Users { get; } = [];

    public Dictionary<UserGroupId, UserGroup> Groups { get; } = [];

    public Dictionary<LicenseId, License> Licenses { get; } = [];

    public static States Of(IEnumerable<Happening> history)
    {
        var states = new States();
        foreach (var happening in history)
            states.Add(happening);

        return states;
    }

    public static Type KindOf(object e) => e switch
    {
        OrganizationEvent => typeof(Organization),
        UserEvent => typeof(User),
        UserGroupEvent => typeof(UserGroup),
        _ => typeof(License),
    };

    public void Add(Happening happening)
    {
        var (stream, at) = (happening.Stream, happening.At);
        switch (happening.Data)
        {
            case OrganizationEvent e: Organizations[new(stream)] = Aggregate.Fold(Organizations.GetValueOrDefault(new(stream), Organization.Initial), e, at); break;
            case UserEvent e: Users[new(stream)] = Aggregate.Fold(Users.GetValueOrDefault(new(stream), User.Initial), e, at); break;
            case UserGroupEvent e: Groups[new(stream)] = Aggregate.Fold(Groups.GetValueOrDefault(new(stream), UserGroup.Initial), e, at); break;
            case LicenseEvent e: Licenses[new(stream)] = Aggregate.Fold(Licenses.GetValueOrDefault(new(stream), License.Initial), e, at); break;
        }
    }

    /// <summary>The domain's own answer.</summary>
    public AccessDecision Decide(UserId userId, LicenseId licenseId, DateTimeOffset now)
    {
        var (user, license) = (Users.GetValueOrDefault(userId), Licenses.GetValueOrDefault(licenseId));
        var organization = user?.Organization is { } id ? Organizations.GetValueOrDefault(id) : null;
        return Access.Decide(user, license, organization, Groups.Values, now);
    }
}
