using EventSourcedOrgs.Application.Writing;

namespace EventSourcedOrgs.Host.Tests.Writing;

public class GenerationsTests
{
    private readonly Generations<int, string> kept = new(100);

    [Fact]
    public void What_is_used_again_and_again_stays_and_what_is_not_goes()
    {
        kept.Keep(-1, "used");
        kept.Keep(-2, "unused");
        for (var n = 0; n < 1000; n++)
        {
            kept.Keep(n, $"{n}");
            kept.Find(-1).ShouldBe("used");
        }

        kept.Find(-2).ShouldBeNull();
        Enumerable.Range(0, 1000).Count(n => kept.Find(n) is not null).ShouldBeLessThanOrEqualTo(200);
    }

    [Fact]
    public void Only_what_is_kept_is_replaced()
    {
        kept.Keep(1, "one");
        kept.Replace(1, "another", "two");
        kept.Find(1).ShouldBe("one");
        kept.Replace(1, "one", "two");
        kept.Find(1).ShouldBe("two");
        kept.Replace(2, "one", "two");
        kept.Find(2).ShouldBeNull();
        kept.Clear();
        kept.Find(1).ShouldBeNull();
    }

    [Fact]
    public void Many_threads_lose_nothing_that_there_is_room_for()
    {
        var many = new Generations<int, string>(100_000);
        Parallel.For(0, 50_000, n =>
        {
            many.Keep(n, $"{n}");
            many.Find(n / 2);
        });
        Enumerable.Range(0, 50_000).ShouldAllBe(n => many.Find(n) == $"{n}");
    }
}
