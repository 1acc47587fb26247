using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Tests;

namespace EventSourcedOrgs.Bench.Data;

/// <summary>
/// The history of a vendor, the same for the same number of events: 100 organizations, one of which has a tenth of as many users as there are events, 1,000 groups (one with a tenth of
/// those users), 1,000 licences with a group and a user each, and machines that are activated, synced and given back until the events are used up.
/// </summary>
internal sealed class Vendor
{
    public const int Organizations = 100;
    private const int SmallGroups = 5, SmallLicenses = 5;
    private const int BigGroups = 505, BigLicenses = 505;
    private static readonly ProductId Product = ProductId.From(Numbered(9, 1));

    private readonly int events, smallUsers;

    public Vendor(int events)
    {
        this.events = events;
        BigUsers = events / 10;
        ManyMembers = BigUsers / 10;
        smallUsers = Math.Clamp(events / 10_000, SmallLicenses, 100);
    }

    /// <summary>Users of the one big organization.</summary>
    public int BigUsers { get; }

    /// <summary>Members of its first group.</summary>
    public int ManyMembers { get; }

    public static OrganizationId Big => OrganizationId.From(Numbered(1, 0));

    public static UserId BigUser(long n) => UserId.From(Numbered(2, n));

    public static UserGroupId BigGroup(long n) => UserGroupId.From(Numbered(3, n % BigGroups));

    public static LicenseId BigLicense(long n) => LicenseId.From(Numbered(4, n % BigLicenses));

    /// <summary>True where the history opens the licence to the user: by the group of both, or the user of its own.</summary>
    public bool Opens(long license, long user) => user == license || GroupOf(user) == GroupOfLicense(license);

    /// <summary>The events in their order, each with its stream.</summary>
    public IEnumerable<(Guid Stream, object Data)> Events()
    {
        var given = 0;
        foreach (var e in Customers())
        {
            given++;
            yield return e;
        }

        for (var machine = 0L; given < events; machine++)
        {
            foreach (var e in Machine(machine))
            {
                if (given++ == events)
                    yield break;
                yield return e;
            }
        }
    }

    private int GroupOf(long user) => user < ManyMembers ? 0 : (int)(1 + (user % (BigGroups - 1)));

    /// <summary>The first group has no licence, so that granting one can be measured.</summary>
    private static int GroupOfLicense(long license) => (int)(1 + (license % (BigGroups - 1)));

    private IEnumerable<(Guid Stream, object Data)> Customers()
    {
        for (var customer = 0; customer < Organizations; customer++)
        {
            var (isBig, organization, first) = (customer == 0, OrganizationId.From(Numbered(1, customer)), BigUsers + ((customer - 1) * smallUsers));
            var (users, groups, licenses) = isBig ? (BigUsers, BigGroups, BigLicenses) : (smallUsers, SmallGroups, SmallLicenses);
            var (firstUser, firstGroup, firstLicense) = isBig ? (0, 0, 0) : (first, BigGroups + ((customer - 1) * SmallGroups), BigLicenses + ((customer - 1) * SmallLicenses));
            yield return (organization.Value, new OrganizationCreated(organization, $"Customer {customer}", $"it@customer{customer}.example", null, 1_000_000, null, null));
            for (var n = firstGroup; n < firstGroup + groups; n++)
                yield return (Numbered(3, n), new UserGroupCreated(UserGroupId.From(Numbered(3, n)), organization, $"Group {n}", "People who work together"));

            for (var n = firstUser; n < firstUser + users; n++)
            {
                var user = UserId.From(Numbered(2, n));
                var group = isBig ? GroupOf(n) : firstGroup + (n % groups);
                yield return (organization.Value, new UserJoinedOrganization(organization, user));
                yield return (user.Value, new UserCreated(
                    user, Personal.Of(user, "Ada"), Personal.OfText(user, $"Lovelace {n}"), Personal.Of(user, $"ada{n}@customer{customer}.example"), null, Role.User, organization, true));
                yield return (user.Value, new UserAddedToGroup(user, UserGroupId.From(Numbered(3, group))));
            }

            for (var n = firstLicense; n < firstLicense + licenses; n++)
            {
                var license = LicenseId.From(Numbered(4, n));
                yield return (license.Value, new LicenseCreated(
                    license, Product, null, $"{n:D8}-{license.Value:N}".ToUpperInvariant(), organization, null, new() { AllowedActivations = 100_000 }, new(), null, HistoryCopy.Start, HistoryCopy.Start));
                yield return (license.Value, new GroupAssignedToLicense(license, UserGroupId.From(Numbered(3, isBig ? GroupOfLicense(n) : firstGroup + (n % groups)))));
                yield return (license.Value, new UserAssignedToLicense(license, UserId.From(Numbered(2, isBig ? n : firstUser + n - firstLicense))));
            }
        }
    }

    private static IEnumerable<(Guid Stream, object Data)> Machine(long n)
    {
        var (activation, license) = (ActivationId.From(Numbered(5, n)), LicenseId.From(Numbered(4, n % 1000)));
        yield return (activation.Value, new ActivationCreated(activation, license, Product, null, Report(activation, n), null, null));
        for (var sync = 0; sync < 6; sync++)
            yield return (activation.Value, new ActivationSynced(activation, license, Report(activation, n), null));
        if (n % 4 != 0)
            yield return (activation.Value, new ActivationEnded(activation, license, ActivationEnd.Deactivated));
    }

    private static MachineReport Report(ActivationId id, long n) =>
        new(new(MachineOs.Linux) { OsVersion = "6.12" }, Personal.Of(id, new MachineAddress("drawing-board", "192.0.2.7")), $"{n:x64}", "4f2d", []);

    /// <summary>A UUID of version 7 whose order is that of the numbers.</summary>
    private static Guid Numbered(int kind, long n) => new($"0198c5a2-{(n >> 16) & 0xffff:x4}-7{kind:x3}-8000-{n & 0xffff:x12}");
}
