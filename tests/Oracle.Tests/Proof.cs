using System.Diagnostics;
using System.Globalization;
using CsCheck;

namespace EventSourcedOrgs.Oracle.Tests;

/// <summary>Lets random histories happen, batch by batch, and fails with the smallest history about which the service and the oracle disagree.</summary>
internal sealed class Proof(Stage stage, Tally tally, Action<string> say)
{
    private const int BatchSize = 100;

    public async Task HoldAsync(int histories, ulong seed)
    {
        var watch = Stopwatch.StartNew();
        for (var done = 0; done < histories; done += BatchSize)
        {
            var start = new PCG((uint)(done / BatchSize), seed).ToString();
            var steps = Generate(start, Math.Min(BatchSize, histories - done));
            var disagreements = await new Examination(stage, tally).OfAsync(await stage.PlayAsync(steps));
            if (disagreements.Count > 0)
                Assert.Fail(await ReportAsync(disagreements, start));
            if (done / BatchSize % 10 == 9)
                say(string.Create(CultureInfo.InvariantCulture, $"{done + BatchSize:N0} histories after {watch.Elapsed.TotalSeconds:N0} s"));
        }

        say(string.Create(CultureInfo.InvariantCulture, $"{histories:N0} random histories (seed {seed}) in {watch.Elapsed.TotalSeconds:N0} s"));
    }

    /// <summary>The histories that follow from a seed of CsCheck.</summary>
    public static IReadOnlyList<IReadOnlyList<Step>> Generate(string seed, int count) => Step.Histories.Array[count].Single(_ => true, seed);

    private async Task<string> ReportAsync(IReadOnlyList<Disagreement> disagreements, string seed)
    {
        var shown = disagreements[0];
        await Shrinking.ShrinkAsync(shown.Played.Story.Steps, async candidates =>
        {
            var batch = await stage.PlayAsync(candidates);
            var wrong = (await new Examination(stage, new(), Fault.None, disagreements[0].Played.Story.Number).OfAsync(batch)).ToDictionary(disagreement => disagreement.Played);
            shown = batch.Played.Where(wrong.ContainsKey).Select(played => wrong[played]).FirstOrDefault() ?? shown;
            return [.. batch.Played.Select(wrong.ContainsKey)];
        });
        return $"""
            {disagreements.Count} histories of the seed "{seed}" disagree with the service. The first one, as small as it still does:
            {shown.Played.Story}
            {shown}
            """;
    }
}
