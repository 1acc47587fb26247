using CsCheck;
using EventSourcedOrgs.Domain.Releases;

namespace EventSourcedOrgs.Domain.Tests.Releases;

public class ReleaseVersions
{
    private static readonly Gen<ReleaseVersion> AnyVersion = Gen.Int[0, 3].Array[2, 4].Select(parts => new ReleaseVersion(parts.ToValueList()));

    [Theory, InlineData("1.2"), InlineData("1.2.3"), InlineData("1.2.3.4"), InlineData("0.0"), InlineData("2026.999999999")]
    public void It_has_two_to_four_numbers(string text)
    {
        ReleaseVersion.TryParse(text, out var version).ShouldBeTrue();
        version.ToString().ShouldBe(text);
    }

    [Theory, InlineData(null), InlineData(""), InlineData("1"), InlineData("1."), InlineData(".1"), InlineData("1.2.3.4.5"), InlineData("1.x"), InlineData("1.-2"),
     InlineData("v1.2"), InlineData("1.2 "), InlineData("1.1234567890"), InlineData("1.٣"), InlineData("1.2\n")]
    public void Anything_else_is_no_version(string? text) => ReleaseVersion.TryParse(text, out _).ShouldBeFalse();

    [Theory, InlineData("1.2", "1.10"), InlineData("1.9.9.9", "2.0"), InlineData("1.2", "1.2.0.1"), InlineData("1.2.3", "1.2.4")]
    public void Numbers_order_as_numbers(string older, string newer)
    {
        (ReleaseVersion.Parse(older) < ReleaseVersion.Parse(newer)).ShouldBeTrue();
        (ReleaseVersion.Parse(newer) > ReleaseVersion.Parse(older)).ShouldBeTrue();
    }

    [Fact]
    public void What_is_not_named_counts_as_zero() => ReleaseVersion.Parse("1.2").CompareTo(ReleaseVersion.Parse("1.2.0.0")).ShouldBe(0);

    [Fact]
    public void The_order_is_total() => Gen.Select(AnyVersion, AnyVersion, AnyVersion).Sample((a, b, c) =>
    {
        Math.Sign(a.CompareTo(b)).ShouldBe(-Math.Sign(b.CompareTo(a)));
        a.CompareTo(a).ShouldBe(0);
        if (a <= b && b <= c)
            (a <= c).ShouldBeTrue();
    });

    [Fact]
    public void Newer_than_a_full_version_is_what_orders_after_it() => Gen.Select(AnyVersion, AnyVersion).Where(pair => pair.Item2.Named.Count == 4)
        .Sample((a, b) => a.IsNewerThan(b).ShouldBe(a > b));

    [Fact]
    public void Newer_than_a_partial_version_is_newer_than_all_that_it_stands_for() =>
        Gen.Select(AnyVersion, AnyVersion, Gen.Int[0, 3]).Where(three => three.Item2.Named.Count < 4).Sample((a, partial, further) =>
            a.IsNewerThan(partial).ShouldBe(a > partial && !new ReleaseVersion([.. partial.Named, further]).Named.Take(partial.Named.Count).SequenceEqual(
                Enumerable.Range(0, partial.Named.Count).Select(part => part < a.Named.Count ? a.Named[part] : 0))));

    /// <summary>The table of the contract: the version asked with, the newest there is, and whether that is an update.</summary>
    [Theory, InlineData("1.2.3.5", "1.2.3.5", false), InlineData("1.2.3.4", "1.2.3.5", true), InlineData("1.2.3", "1.2.3.4", false), InlineData("1.2", "1.2.3.4", false),
     InlineData("1.2", "1.3", true), InlineData("1.2.3.5", "1.2", false), InlineData("1.2.3", "2.0", true)]
    public void An_update_differs_in_what_was_named(string current, string newest, bool isUpdate) =>
        ReleaseVersion.Parse(newest).IsNewerThan(ReleaseVersion.Parse(current)).ShouldBe(isUpdate);
}
