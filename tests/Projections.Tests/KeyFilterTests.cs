namespace EventSourcedOrgs.Projections.Tests;

/// <summary>Which keys a rebuild need not look for.</summary>
public sealed class KeyFilterTests
{
    [Theory, InlineData(100), InlineData(5_461), InlineData(5_462), InlineData(200_000)]
    public void What_it_was_told_it_never_denies_and_of_all_else_it_denies_most(int count)
    {
        var filter = new KeyFilter();
        var random = new Random(7);
        int[] told = [.. Enumerable.Range(0, count).Select(_ => random.Next())], others = [.. Enumerable.Range(0, 100_000).Select(_ => random.Next())];

        foreach (var hash in told)
            filter.Add(hash);

        told.ShouldAllBe(hash => filter.MayContain(hash));
        others.Except(told).Count(filter.MayContain).ShouldBeLessThan(others.Length / 20);
    }

    [Fact]
    public void Keys_that_differ_in_few_bits_are_told_apart()
    {
        var filter = new KeyFilter();
        for (var hash = 0; hash < 100_000; hash += 2)
            filter.Add(hash);

        Enumerable.Range(0, 50_000).Count(half => filter.MayContain((2 * half) + 1)).ShouldBeLessThan(2_500);
        new KeyFilter().MayContain(0).ShouldBeFalse();
    }
}
