using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>Organizations, users and licences that come, change hands and go at random: many at one instant, some years apart, licences at any time that can be said.</summary>
internal sealed class Crowd(Random random)
{
    private readonly Dictionary<Guid, Type> live = [];
    private DateTimeOffset now = new(2016, 2, 3, 4, 5, 6, TimeSpan.Zero);

    /// <summary>The last is that of nobody.</summary>
    public OrganizationId[] Organizations { get; } = [.. Enumerable.Range(0, 3).Select(_ => Id.New<OrganizationId>())];

    /// <summary>So many more things that happen.</summary>
    public IReadOnlyList<Happening> Next(int count) => [.. Enumerable.Range(0, count).SelectMany(_ => One())];

    private IEnumerable<Happening> One()
    {
        now += TimeSpan.FromTicks(random.Next(6) switch
        {
            < 3 => 0,
            3 => random.NextInt64(TimeSpan.TicksPerMillisecond * 3),
            4 => random.NextInt64(TimeSpan.TicksPerMinute * 3),
            _ => random.NextInt64(TimeSpan.TicksPerDay * 40),
        });
        return random.Next(20) switch
        {
            < 8 => [Created()],
            < 12 => [LicenseCreated()],
            12 => [OrganizationCreated()],
            13 or 14 when Any(typeof(User)) is { } user => [new(user, typeof(User), new UserMoved(new(user), SomeOrganization()), now)],
            15 when Any(typeof(License)) is { } license => [new(license, typeof(License), new LicenseTransferred(new(license), SomeOrganization()), now)],
            16 when Any(typeof(User)) is { } user => [new(user, typeof(User), new UserSuspended(new(user)), now)],
            17 when Any(typeof(User)) is { } user => Deleted(user),
            18 when Any(typeof(License)) is { } license => Gone(license, new LicenseDeleted(new(license))),
            19 when Any(typeof(Organization)) is { } organization && random.Next(3) == 0 => Gone(organization, new OrganizationDeleted(new(organization))),
            _ => [],
        };
    }

    private Happening Created()
    {
        var user = Id.New<UserId>();
        live.Add(user.Value, typeof(User));
        return new(user.Value, typeof(User), new UserCreated(
            user, Personal.Of(user, "Ada"), null, Personal.Of(user, $"{user.Value:N}@acme.example"), null, Role.User, SomeOrganization(), true), now);
    }

    private Happening LicenseCreated()
    {
        var license = Id.New<LicenseId>();
        live.Add(license.Value, typeof(License));
        DateTimeOffset? issued = random.Next(12) switch
        {
            0 => DateTimeOffset.MinValue,
            1 => DateTimeOffset.MaxValue,
            2 => new DateTimeOffset(random.NextInt64(DateTime.MaxValue.Ticks), TimeSpan.Zero),
            3 => new DateTimeOffset(1999, 12, 31, 23, 59, 59, TimeSpan.Zero).AddTicks(TimeSpan.TicksPerSecond - random.Next(20)),
            < 9 => null,
            _ => now.AddDays(-random.Next(3)),
        };
        return new(license.Value, typeof(License), new LicenseCreated(
            license, default, null, $"{license.Value:N}", SomeOrganization(), null, new(), new(), null, World.Start, issued), now);
    }

    private Happening OrganizationCreated()
    {
        var organization = Id.New<OrganizationId>();
        live.Add(organization.Value, typeof(Organization));
        return new(organization.Value, typeof(Organization), new OrganizationCreated(organization, "Acme", "office@acme.example", null, -1, null, null), now);
    }

    private IReadOnlyList<Happening> Deleted(Guid user) =>
        [.. Gone(user, new UserDeleted(new(user))), .. random.Next(2) == 0 ? [] : (Happening[])[new(user, typeof(User), new UserErased(new(user)), now)]];

    private IReadOnlyList<Happening> Gone(Guid stream, object data)
    {
        var kind = live[stream];
        live.Remove(stream);
        return [new(stream, kind, data, now)];
    }

    private OrganizationId? SomeOrganization() => random.Next(5) switch { 0 => null, 1 => Organizations[1], _ => Organizations[0] };

    private Guid? Any(Type kind) => live.Where(one => one.Value == kind).Select(one => (Guid?)one.Key).ToList() is { Count: > 0 } all ? all[random.Next(all.Count)] : null;
}
