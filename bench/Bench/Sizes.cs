namespace EventSourcedOrgs.Bench;

/// <summary>How much is measured: enough for figures, or just enough to see that everything can be measured.</summary>
internal sealed record Sizes(bool IsQuick, int Events, int Rounds, TimeSpan Duration, int PickUsers, int ImportRows)
{
    public static Sizes Full { get; } = new(false, 1_000_000, 7, TimeSpan.FromSeconds(3), Peers.PickUsers, 100_000);

    public static Sizes Quick { get; } = new(true, 20_000, 1, TimeSpan.FromSeconds(0.5), 200, 2_000);
}
