using CsCheck;

namespace EventSourcedOrgs.Domain.Tests.Licenses;

public class SubscriptionIntervals
{
    private static readonly DateTimeOffset EndOfTheCalendar = DateTimeOffset.MaxValue.AddYears(-1);

    [Theory]
    [InlineData("P1Y", 12, 0)]
    [InlineData("P6M", 6, 0)]
    [InlineData("P1Y6M", 18, 0)]
    [InlineData("P1W", 0, 7 * 86_400)]
    [InlineData("P7D", 0, 7 * 86_400)]
    [InlineData("P1W1D", 0, 8 * 86_400)]
    [InlineData("PT24H", 0, 86_400)]
    [InlineData("PT90M", 0, 5_400)]
    [InlineData("PT1S", 0, 1)]
    [InlineData("P1Y2M3W4DT5H6M7S", 14, (25 * 86_400) + (5 * 3_600) + (6 * 60) + 7)]
    [InlineData("P0Y1M", 1, 0)]
    [InlineData("P01M", 1, 0)]
    [InlineData("P1000Y", 12_000, 0)]
    [InlineData("P12000M", 12_000, 0)]
    public void An_ISO_8601_duration_is_accepted(string text, int months, long seconds) =>
        (SubscriptionInterval.TryParse(text, out var interval), interval).ShouldBe((true, new(months, TimeSpan.FromSeconds(seconds))));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("P1YT")]
    [InlineData("1Y")]
    [InlineData("P1")]
    [InlineData("PY")]
    [InlineData("p1y")]
    [InlineData("P1y")]
    [InlineData("P1S")]
    [InlineData("P1H")]
    [InlineData("PT1D")]
    [InlineData("P1M1Y")]
    [InlineData("P1Y1Y")]
    [InlineData("-P1Y")]
    [InlineData("P-1Y")]
    [InlineData("P+1Y")]
    [InlineData("P1.5Y")]
    [InlineData("PT0.5S")]
    [InlineData("PT0,5S")]
    [InlineData(" P1Y")]
    [InlineData("P1Y ")]
    [InlineData("P1Y\n")]
    [InlineData("P 1Y")]
    [InlineData("P0D")]
    [InlineData("P0Y0M0DT0S")]
    [InlineData("PT0S")]
    [InlineData("P1001Y")]
    [InlineData("P1000Y1M")]
    [InlineData("P366001D")]
    [InlineData("P999999Y")]
    [InlineData("P9999999Y")]
    [InlineData("PT99999999999S")]
    [InlineData("P99999999999999999999999999D")]
    [InlineData("P١Y")]
    [InlineData("P１Y")]
    [InlineData("365")]
    [InlineData("1.00:00:00")]
    public void Anything_else_is_not(string? text) =>
        (SubscriptionInterval.TryParse(text, out var interval), interval).ShouldBe((false, default));

    [Theory]
    [InlineData("2026-01-31", "P1M", "2026-02-28")]
    [InlineData("2028-01-31", "P1M", "2028-02-29")]
    [InlineData("2028-02-29", "P1Y", "2029-02-28")]
    [InlineData("2028-02-29", "P4Y", "2032-02-29")]
    [InlineData("2028-02-28", "P1D", "2028-02-29")]
    [InlineData("2026-02-28", "P1D", "2026-03-01")]
    [InlineData("2026-08-31", "P6M", "2027-02-28")]
    [InlineData("2026-03-31", "P1M", "2026-04-30")]
    [InlineData("2026-12-31", "P1M", "2027-01-31")]
    [InlineData("2026-12-31", "P1Y", "2027-12-31")]
    [InlineData("2026-03-28", "P1W", "2026-04-04")]
    [InlineData("2026-03-28", "PT24H", "2026-03-29")]
    [InlineData("2026-01-31", "P1M1D", "2026-03-01")]
    [InlineData("2100-02-28", "P1D", "2100-03-01")]
    [InlineData("0001-01-01", "P1000Y", "1001-01-01")]
    public void Months_follow_the_calendar_and_smaller_parts_the_clock(string start, string interval, string end) =>
        Interval(interval).After(Day(start)).ShouldBe(Day(end));

    [Theory]
    [InlineData("9998-11-30", "P1M", "9998-12-30")]
    [InlineData("9998-12-01", "P1D", "9998-12-02")]
    [InlineData("9997-12-31", "P1Y", "9998-12-31")]
    public void Up_to_the_end_of_the_calendar_it_is_exact(string start, string interval, string end) =>
        Interval(interval).After(Day(start)).ShouldBe(Day(end));

    [Theory]
    [InlineData("9500-01-01", "P1000Y")]
    [InlineData("9998-12-01", "P1M")]
    [InlineData("9998-12-31", "P1D")]
    [InlineData("9999-06-01", "PT1S")]
    [InlineData("9000-01-01", "P998YT8783999H")]
    public void Beyond_it_there_is_only_the_end_of_the_calendar(string start, string interval) =>
        Interval(interval).After(Day(start)).ShouldBe(EndOfTheCalendar);

    [Fact]
    public void Seconds_make_an_interval_as_well() =>
        SubscriptionInterval.OfSeconds(int.MaxValue).After(Noon).ShouldBe(Noon.AddSeconds(int.MaxValue));

    [Fact]
    public void Parsing_never_throws() =>
        Gen.Char["PYMWDTHS0123456789-+., ١é\n"].Array[0, 24].Sample(
            typed => SubscriptionInterval.TryParse($"P{new string(typed)}", out var interval) == (interval != default),
            iter: 1_000);

    [Fact]
    public void Adding_never_throws_and_never_goes_back() =>
        Gen.Select(Gen.Int[0, 12_000], Gen.Long[0, 1_000L * 366 * 86_400], Gen.Long[0, EndOfTheCalendar.Ticks]).Sample(
            (months, seconds, start) => new SubscriptionInterval(months, TimeSpan.FromSeconds(seconds)).After(At(start)) >= At(start),
            iter: 1_000);

    private static SubscriptionInterval Interval(string text) =>
        SubscriptionInterval.TryParse(text, out var interval) ? interval : throw new ArgumentException(text);

    private static DateTimeOffset Day(string day) => At(DateOnly.ParseExact(day, "yyyy-MM-dd").ToDateTime(default).Ticks);

    private static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);
}
