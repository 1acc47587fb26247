using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.MaintenancePolicies;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Releases;

namespace EventSourcedOrgs.Domain.Tests.Releases;

/// <summary>Acme's licence Pro of the product Designer, and a release of Designer that was published at noon.</summary>
public class EntitledReleases
{
    private sealed record Question(License License, Organization? Owner, Maintenance? Maintenance, string? InUse, OfferedRelease Release, DateTimeOffset Now)
    {
        public Denial? Answer => ReleaseEntitlement.Deny(License, Owner, Maintenance, InUse is null ? null : ReleaseVersion.Parse(InUse), Release, Now);
    }

    private static readonly Question Asked = new(
        License.Evolve(License.Initial, ProOf(Acme)), Organization.Evolve(Organization.Initial, AcmeWith(seats: 3)), null, null,
        Released("2.1"), Noon.AddDays(1));

    private static readonly Maintenance Everything = new(null, new(MajorVersions: true, MinorVersions: true));

    private static OfferedRelease Released(string version) => new(new(Number(951)), Designer, ReleaseVersion.Parse(version), Noon);

    public static TheoryData<string, string> Denials => new()
    {
        { "RELEASE_OF_ANOTHER_PRODUCT", "another product" },
        { "ORGANIZATION_SUSPENDED", "organization suspended" },
        { "LICENSE_REVOKED", "revoked" },
        { "LICENSE_SUSPENDED", "suspended" },
        { "LICENSE_NOT_YET_EFFECTIVE", "not yet effective" },
        { "LICENSE_EXPIRED", "expired" },
        { "RELEASE_VERSION_NOT_ALLOWED", "too new" },
        { "MAINTENANCE_ENDED", "maintenance over" },
        { "MAJOR_UPDATE_NOT_INCLUDED", "major update" },
        { "MINOR_UPDATE_NOT_INCLUDED", "minor update" },
    };

    private static Question Because(string what) => what switch
    {
        "another product" => Asked with { Release = Asked.Release with { Product = new(Number(502)) } },
        "organization suspended" => Asked with { Owner = Asked.Owner! with { Suspended = true } },
        "revoked" => Asked with { License = Asked.License with { Revoked = true } },
        "suspended" => Asked with { License = Asked.License with { Suspended = true } },
        "not yet effective" => Asked with { License = Asked.License with { EffectiveDate = Asked.Now.AddTicks(1) } },
        "expired" => Asked with { License = Asked.License with { ExpiresAt = Asked.Now } },
        "too new" => Asked with { License = LimitedTo("2.0") },
        "maintenance over" => Asked with { Maintenance = Everything with { EndsAt = Noon.AddTicks(-1) } },
        "major update" => Asked with { Maintenance = new(null, new(MajorVersions: false, MinorVersions: true)), InUse = "1.9" },
        _ => Asked with { Maintenance = new(null, new(MajorVersions: true, MinorVersions: false)), InUse = "2.0.7" },
    };

    private static License LimitedTo(string highest) => Asked.License with { Entitlement = new() { MaxAllowedReleaseVersion = highest } };

    [Fact]
    public void A_licence_in_use_entitles_to_releases_of_its_product() => Asked.Answer.ShouldBeNull();

    [Theory, MemberData(nameof(Denials))]
    public void It_does_not_for_one_reason_each(string code, string what) => Because(what).Answer!.Code.ShouldBe(code);

    [Theory, InlineData("2.1"), InlineData("2.1.0"), InlineData("3.0")]
    public void The_highest_version_is_included(string highest) => (Asked with { License = LimitedTo(highest) }).Answer.ShouldBeNull();

    [Fact]
    public void What_the_highest_version_leaves_open_is_included() =>
        (Asked with { License = LimitedTo("2.1"), Release = Released("2.1.9") }).Answer.ShouldBeNull();

    [Fact]
    public void Under_a_maintenance_policy_the_highest_version_means_nothing() =>
        (Asked with { License = LimitedTo("1.0"), Maintenance = Everything }).Answer.ShouldBeNull();

    [Fact]
    public void What_was_published_before_maintenance_ended_stays_for_ever() =>
        (Asked with { Maintenance = Everything with { EndsAt = Noon }, Now = Noon.AddYears(9) }).Answer.ShouldBeNull();

    /// <summary>From the version in use to the release: with updates of minor and of major versions, with one of them, with none.</summary>
    [Theory]
    [InlineData("2.1.0", "2.1.5", true, true, true, true)]
    [InlineData("2.0.0", "2.1.0", true, true, false, false)]
    [InlineData("1.9.0", "2.0.0", true, false, true, false)]
    [InlineData("1.9.0", "2.5.0", true, false, true, false)]
    [InlineData("2.1.0", "2.0.0", true, true, true, true)]
    [InlineData("2.1.0", "1.0.0", true, true, true, true)]
    [InlineData(null, "7.0.0", true, true, true, true)]
    public void Maintenance_includes_the_steps_up_that_its_policy_names(string? inUse, string release, bool both, bool minorOnly, bool majorOnly, bool none)
    {
        bool Allowed(bool minor, bool major) => (Asked with { InUse = inUse, Release = Released(release), Maintenance = new(null, new(major, minor)) }).Answer is null;

        Allowed(minor: true, major: true).ShouldBe(both);
        Allowed(minor: true, major: false).ShouldBe(minorOnly);
        Allowed(minor: false, major: true).ShouldBe(majorOnly);
        Allowed(minor: false, major: false).ShouldBe(none);
    }

    [Fact]
    public void The_newest_is_the_highest_version_and_of_those_the_last_published()
    {
        var (old, first, second) = (Released("1.9"), Released("2.1"), Released("2.1") with { Id = new(Number(952)), PublishedAt = Noon.AddHours(1) });

        ReleaseEntitlement.Newest([first, old, second], null, _ => true).ShouldBe(second);
        ReleaseEntitlement.Newest([first, old, second], ReleaseVersion.Parse("2.1"), _ => true).ShouldBeNull();
        ReleaseEntitlement.Newest([first, old, second], ReleaseVersion.Parse("1.8"), release => release.Version.Major == 1).ShouldBe(old);
        ReleaseEntitlement.Newest([], null, _ => true).ShouldBeNull();
    }
}
