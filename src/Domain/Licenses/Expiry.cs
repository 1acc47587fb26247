using System.Globalization;
using System.Text.RegularExpressions;

namespace EventSourcedOrgs.Domain.Licenses;

/// <summary>
/// An ISO 8601 duration such as <c>P1Y</c>, <c>P6M</c>, <c>P1W</c>, <c>P7D</c>, <c>PT24H</c>. Years and months follow the calendar
/// (31 January + P1M is the last day of February), smaller parts the clock. At most 1,000 years.
/// </summary>
public readonly partial record struct SubscriptionInterval(int Months, TimeSpan Time)
{
    private const int MostMonths = 12_000;
    private const long MostSeconds = 1_000L * 366 * 86_400;

    public static bool TryParse(string? text, out SubscriptionInterval interval)
    {
        interval = default;
        var match = Iso8601().Match(text ?? "");
        if (!match.Success)
            return false;

        long Part(string name) => match.Groups[name].Success ? long.Parse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture) : 0;

        var months = (12 * Part("years")) + Part("months");
        var seconds = (86_400 * ((7 * Part("weeks")) + Part("days"))) + (3_600 * Part("hours")) + (60 * Part("minutes")) + Part("seconds");
        if (months > MostMonths || seconds > MostSeconds || months + seconds == 0)
            return false;

        interval = new((int)months, TimeSpan.FromSeconds(seconds));
        return true;
    }

    /// <summary>The interval of so many seconds, from the older <c>validity</c>.</summary>
    public static SubscriptionInterval OfSeconds(int seconds) => new(0, TimeSpan.FromSeconds(seconds));

    /// <summary>The moment one interval later; the end of the calendar where it would lie beyond it.</summary>
    public DateTimeOffset After(DateTimeOffset start)
    {
        var lastMoment = DateTimeOffset.MaxValue.AddYears(-1);
        var room = (12 * (lastMoment.Year - start.Year)) + (lastMoment.Month - start.Month);
        if (Months > room)
            return lastMoment;

        var monthsLater = start.AddMonths(Months);
        return lastMoment - monthsLater > Time ? monthsLater + Time : lastMoment;
    }

    [GeneratedRegex(
        "^P(?=[0-9]|T[0-9])(?:(?<years>[0-9]{1,6})Y)?(?:(?<months>[0-9]{1,6})M)?(?:(?<weeks>[0-9]{1,6})W)?(?:(?<days>[0-9]{1,6})D)?" +
        @"(?:T(?=[0-9])(?:(?<hours>[0-9]{1,8})H)?(?:(?<minutes>[0-9]{1,9})M)?(?:(?<seconds>[0-9]{1,10})S)?)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Iso8601();
}

/// <summary>
/// How long a licence lasts: a subscription interval counted from creation or first activation, or the older validity in seconds, or a
/// fixed end, or for ever.
/// </summary>
public sealed record LicenseTerm
{
    public string? SubscriptionInterval { get; init; }
    public SubscriptionStartTrigger SubscriptionStartTrigger { get; init; } = SubscriptionStartTrigger.Creation;
    public int Validity { get; init; }
    public ExpirationStrategy ExpirationStrategy { get; init; } = ExpirationStrategy.Immediate;

    /// <summary>The interval by which the licence runs and renews, or null when it has none.</summary>
    public SubscriptionInterval? Interval =>
        Licenses.SubscriptionInterval.TryParse(SubscriptionInterval, out var interval) ? interval
        : Validity > 0 ? Licenses.SubscriptionInterval.OfSeconds(Validity)
        : null;

    /// <summary>True when the time runs from the first activation, so that a new licence has no end yet.</summary>
    public bool StartsWithActivation => SubscriptionInterval is not null
        ? SubscriptionStartTrigger == SubscriptionStartTrigger.Activation
        : ExpirationStrategy != ExpirationStrategy.Immediate;

    /// <summary>True for the older way in which every activation runs for the validity by itself, and the licence has no end.</summary>
    public bool EndsWithEachActivation => SubscriptionInterval is null && Validity > 0 && ExpirationStrategy == ExpirationStrategy.Rolling;

    /// <summary>The end that the term gives, counted from birth or from the first activation, as it says; null while that is not known or when there is none.</summary>
    public DateTimeOffset? EndOf(DateTimeOffset born, DateTimeOffset? activated) => Interval is { } interval && (StartsWithActivation ? activated : born) is { } start
        ? interval.After(start)
        : null;

    /// <summary>
    /// This term with what a request says. An interval takes the place of a validity and the other way round; trigger and strategy are two
    /// words for one thing, so that a request may use either.
    /// </summary>
    public LicenseTerm With(TermChanges to) => new()
    {
        SubscriptionInterval = to.SubscriptionInterval is { } interval ? Given(interval) : to.Validity is null ? SubscriptionInterval : null,
        Validity = to.Validity ?? (to.SubscriptionInterval is null ? Validity : 0),
        SubscriptionStartTrigger = to.SubscriptionStartTrigger ?? to.ExpirationStrategy switch
        {
            null => SubscriptionStartTrigger,
            ExpirationStrategy.Immediate => SubscriptionStartTrigger.Creation,
            _ => SubscriptionStartTrigger.Activation,
        },
        ExpirationStrategy = to.ExpirationStrategy ?? to.SubscriptionStartTrigger switch
        {
            null => ExpirationStrategy,
            SubscriptionStartTrigger.Creation => ExpirationStrategy.Immediate,
            _ => ExpirationStrategy.Delayed,
        },
    };

    private static string? Given(string interval) => interval.Length == 0 ? null : interval;
}

/// <summary>What a request says about how long a licence lasts; null is not said, an empty interval is none.</summary>
public sealed record TermChanges(
    string? SubscriptionInterval = null, SubscriptionStartTrigger? SubscriptionStartTrigger = null, int? Validity = null,
    ExpirationStrategy? ExpirationStrategy = null);
