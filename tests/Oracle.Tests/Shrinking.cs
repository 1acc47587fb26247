namespace EventSourcedOrgs.Oracle.Tests;

/// <summary>From a history that shows something to the shortest that still shows it.</summary>
internal static class Shrinking
{
    private const int AtOnce = 16;

    /// <summary>Leaves steps out, many and then few, lets time pass in their place, and makes what remains plainer, as long as the rest still shows it. Some candidates are tried at once.</summary>
    public static async Task<IReadOnlyList<Step>> ShrinkAsync(IReadOnlyList<Step> steps, Func<IReadOnlyList<IReadOnlyList<Step>>, Task<IReadOnlyList<bool>>> show)
    {
        while (await FirstAsync(Smaller(steps), show) is { } smaller)
            steps = smaller;
        return steps;
    }

    private static async Task<IReadOnlyList<Step>?> FirstAsync(
        IEnumerable<IReadOnlyList<Step>> candidates, Func<IReadOnlyList<IReadOnlyList<Step>>, Task<IReadOnlyList<bool>>> show)
    {
        foreach (var part in candidates.Chunk(AtOnce))
        {
            if ((await show(part)).Index().Where(shown => shown.Item).Select(shown => part[shown.Index]).FirstOrDefault() is { } found)
                return found;
        }

        return null;
    }

    public static IReadOnlyList<Step> Shrink(IReadOnlyList<Step> steps, Func<IReadOnlyList<Step>, bool> shows)
    {
        while (Smaller(steps).FirstOrDefault(shows) is { } smaller)
            steps = smaller;
        return steps;
    }

    /// <summary>Histories that are a little smaller, the smallest first.</summary>
    private static IEnumerable<IReadOnlyList<Step>> Smaller(IReadOnlyList<Step> steps)
    {
        for (var size = steps.Count / 2; size > 0; size /= 2)
        {
            for (var start = 0; start + size <= steps.Count; start += size)
                yield return [.. steps.Take(start), .. steps.Skip(start + size)];
        }

        foreach (var (n, step) in steps.Index())
        {
            foreach (var plainer in new[] { Step.Wait, step with { User = 0 }, step with { Group = 0 }, step with { License = 0 }, step with { Number = 0 } })
            {
                if (plainer != step && step.Deed != Deed.Wait)
                    yield return [.. steps.Take(n), plainer, .. steps.Skip(n + 1)];
            }
        }
    }
}
