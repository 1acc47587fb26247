using System.Collections.Immutable;

namespace EventSourcedOrgs.Domain.Licenses;

/// <summary>When an assignment counts: from one instant on until just before another, each of which may be missing (UTC).</summary>
public readonly record struct AssignmentWindow(DateTimeOffset? From, DateTimeOffset? Until)
{
    /// <summary>The window of an assignment that has no limit.</summary>
    public static AssignmentWindow Always => default;

    /// <summary>It has room for at least one instant.</summary>
    public bool IsValid => From is null || Until is null || Until > From;

    /// <summary>A window of instants as fine as they are stored: whole microseconds.</summary>
    public static AssignmentWindow Of(DateTimeOffset? from, DateTimeOffset? until) => new(Stored(from), Stored(until));

    public bool BeginsAfter(DateTimeOffset moment) => moment < From;

    public bool Contains(DateTimeOffset moment) => !BeginsAfter(moment) && !(moment >= Until);

    private static DateTimeOffset? Stored(DateTimeOffset? instant) => instant is { UtcTicks: var ticks }
        ? new DateTimeOffset(ticks - (ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero)
        : null;
}

/// <summary>The windows of the assignments that have a limit.</summary>
public static class AssignmentWindows
{
    /// <summary>The windows with this one, which is kept only if it limits anything.</summary>
    public static ImmutableDictionary<TId, AssignmentWindow> Limit<TId>(this ImmutableDictionary<TId, AssignmentWindow> windows, TId of, AssignmentWindow to)
        where TId : notnull => to == AssignmentWindow.Always ? windows.Remove(of) : windows.SetItem(of, to);
}
