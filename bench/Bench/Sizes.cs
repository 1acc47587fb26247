namespace EventSourcedOrgs.Bench;

/// <summary>
/// How much is measured: enough for figures, or just enough to see that everything can be measured. Every side of a line is under load for some rounds before those that count, because a program that has
/// just started is still being compiled.
/// </summary>
internal sealed record Sizes(bool IsQuick, int Events, int Rounds, int WarmUps, TimeSpan Duration, int PickUsers, int ImportRows)
{
    public static Sizes Full { get; } = new(false, 1_000_000, 7, 2, TimeSpan.FromSeconds(3), Peers.PickUsers, 100_000);

    public static Sizes Quick { get; } = new(true, 10_000, 1, 0, TimeSpan.FromSeconds(0.5), 200, 2_000);

    /// <summary>Commands a second, where they come at their instants.</summary>
    public int PerSecond => IsQuick ? 20 : 200;

    /// <summary>The rounds of a line, those that warm up first; what they brought is forgotten before the first that counts.</summary>
    public IEnumerable<int> RoundsAfterWarmUp(Action forget)
    {
        for (var round = -WarmUps; round < Rounds; round++)
        {
            if (round == 0)
                forget();
            yield return round;
        }
    }
}
