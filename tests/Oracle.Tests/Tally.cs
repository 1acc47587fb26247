using System.Collections.Concurrent;
using System.Globalization;

namespace EventSourcedOrgs.Oracle.Tests;

/// <summary>What was asked and what was answered, so that it can be seen that every rule was needed.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<string, int> questions = new(), answers = new(), ways = new();

    public void Asked(string question, int times = 1) => questions.AddOrUpdate(question, times, (_, before) => before + times);

    public void Answered(Verdict verdict)
    {
        answers.AddOrUpdate(verdict.Code ?? "ALLOWED", 1, (_, before) => before + 1);
        foreach (var way in verdict.Ways)
            ways.AddOrUpdate(way.Kind, 1, (_, before) => before + 1);
        if (verdict.Ways.Length > 1)
            ways.AddOrUpdate("several at once", 1, (_, before) => before + 1);
    }

    public IEnumerable<string> Codes => answers.Keys;

    public IEnumerable<string> Kinds => ways.Keys;

    public IReadOnlyDictionary<string, int> Questions => questions;

    public override string ToString() => $"""
        Questions: {Counts(questions)}
        Answers about a pair: {Counts(answers)}
        Open ways: {Counts(ways)}
        """;

    private static string Counts(ConcurrentDictionary<string, int> counts) => string.Create(
        CultureInfo.InvariantCulture, $"{counts.Values.Sum():N0} ({string.Join(", ", counts.OrderByDescending(count => count.Value).Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Key} {count.Value:N0}")))})");
}
