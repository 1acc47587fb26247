namespace EventSourcedOrgs.Oracle.Tests;

/// <summary>From a history that shows something to the shortest that still shows it.</summary>
internal static class Shrinking
{
    /// <summary>Leaves steps out, many and then few, and makes what remains plainer, as long as the rest still shows it. All that could come next is tried at once.</summary>
    public static async Task<IReadOnlyList<Step>> ShrinkAsync(IReadOnlyList<Step> steps, Func<IReadOnlyList<IReadOnlyList<Step>>, Task<IReadOnlyList<bool>>> show)
    {
        for (var smaller = true; smaller;)
        {
            var candidates = Smaller(steps).ToList();
            var shown = await show(candidates);
            var first = Enumerable.Range(0, candidates.Count).FirstOrDefault(n => shown[n], -1);
            smaller = first >= 0;
            if (smaller)
                steps = candidates[first];
        }

        return steps;
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
            foreach (var plainer in new[] { step with { User = 0 }, step with { Group = 0 }, step with { License = 0 }, step with { Number = 0 } })
            {
                if (plainer != step)
                    yield return [.. steps.Take(n), plainer, .. steps.Skip(n + 1)];
            }
        }
    }
}
