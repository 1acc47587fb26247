namespace EventSourcedOrgs.Domain;

/// <summary>
/// Times in ISO 8601 as they come from outside: a date, or a date and a time down to the minute, the second or a part of it, with an offset or, when it has none, UTC. A blank may stand for the T,
/// as spreadsheets and many languages write it.
/// Nothing else is a time: what would have to be guessed, such as which number is the month, is none.
/// </summary>
public static class Iso8601
{
    private const int MostOffsetMinutes = 14 * 60;

    /// <summary>The time in UTC; of a second seven digits count, and more are cut.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        time = default;
        var (at, clock, offset) = (0, 0L, 0L);
        if (!TryDate(text, ref at, out var date) || (at < text.Length && !(TryClock(text, ref at, out clock) && TryOffset(text, ref at, out offset))))
            return false;

        var ticks = date + clock - offset;
        if (at < text.Length || ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
            return false;

        time = new(ticks, TimeSpan.Zero);
        return true;
    }

    private static bool TryDate(ReadOnlySpan<char> text, ref int at, out long ticks)
    {
        ticks = 0;
        if (!TryNumber(text, ref at, 4, out var year) || !Skip(text, ref at, '-') || !TryNumber(text, ref at, 2, out var month) || !Skip(text, ref at, '-')
            || !TryNumber(text, ref at, 2, out var day))
            return false;
        if (year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month))
            return false;

        ticks = new DateOnly(year, month, day).DayNumber * TimeSpan.TicksPerDay;
        return true;
    }

    private static bool TryClock(ReadOnlySpan<char> text, ref int at, out long ticks)
    {
        ticks = 0;
        if (!(Skip(text, ref at, 'T') || Skip(text, ref at, 't') || Skip(text, ref at, ' ')) || !TryNumber(text, ref at, 2, out var hour) || !Skip(text, ref at, ':')
            || !TryNumber(text, ref at, 2, out var minute) || hour > 23 || minute > 59)
            return false;

        ticks = ((hour * 60) + minute) * TimeSpan.TicksPerMinute;
        return !Skip(text, ref at, ':') || TrySeconds(text, ref at, ref ticks);
    }

    private static bool TrySeconds(ReadOnlySpan<char> text, ref int at, ref long ticks)
    {
        if (!TryNumber(text, ref at, 2, out var second) || second > 59)
            return false;

        ticks += second * TimeSpan.TicksPerSecond;
        if (!Skip(text, ref at, '.'))
            return true;

        var first = at;
        for (var worth = TimeSpan.TicksPerSecond / 10; at < text.Length && char.IsAsciiDigit(text[at]); at++, worth /= 10)
            ticks += worth * (text[at] - '0');
        return at > first;
    }

    /// <summary>Nothing, <c>Z</c>, or hours and perhaps minutes from UTC.</summary>
    private static bool TryOffset(ReadOnlySpan<char> text, ref int at, out long ticks)
    {
        ticks = 0;
        if (at == text.Length || Skip(text, ref at, 'Z') || Skip(text, ref at, 'z'))
            return true;

        var isWest = Skip(text, ref at, '-');
        if (!(isWest || Skip(text, ref at, '+')) || !TryNumber(text, ref at, 2, out var hours))
            return false;

        var minutes = 0;
        if ((Skip(text, ref at, ':') || at < text.Length) && !TryNumber(text, ref at, 2, out minutes))
            return false;

        var offset = (hours * 60) + minutes;
        ticks = (isWest ? -offset : offset) * TimeSpan.TicksPerMinute;
        return minutes <= 59 && offset <= MostOffsetMinutes;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, ref int at, int digits, out int number)
    {
        number = 0;
        if (text.Length - at < digits)
            return false;

        for (var end = at + digits; at < end; at++)
        {
            if (!char.IsAsciiDigit(text[at]))
                return false;
            number = (number * 10) + (text[at] - '0');
        }

        return true;
    }

    private static bool Skip(ReadOnlySpan<char> text, ref int at, char sign)
    {
        var isThere = at < text.Length && text[at] == sign;
        at += isThere ? 1 : 0;
        return isThere;
    }
}
