using System.Text.Json;
using CsCheck;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Projections.Tests;
using Xunit.Abstractions;

namespace EventSourcedOrgs.Oracle.Tests;

/// <summary>The domain decides as the oracle does. An oracle with one rule broken is noticed, and a short history shows it, to the domain and to the service.</summary>
public sealed class FaultTests(ITestOutputHelper output, FaultTests.OneStage one) : IClassFixture<FaultTests.OneStage>
{
    private const int FewSteps = 4;

    private static readonly DateTimeOffset Begins = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly JsonSerializerOptions Stored = StoredJson.Options(_ => new byte[Secrets.KeySize]);

    private static readonly Lazy<IReadOnlyList<IReadOnlyList<Step>>> Histories = new(() => Proof.Generate(new PCG(1, 2026).ToString(), 3000));

    /// <summary>Everything that an oracle can get wrong.</summary>
    public static TheoryData<string> Faults => [.. Enum.GetNames<Fault>().Where(name => name != nameof(Fault.None))];

    [Fact]
    public void The_domain_and_the_oracle_agree_after_every_hour_of_random_histories() =>
        Step.Histories.Sample(steps => DomainAgrees(steps, Fault.None), iter: 1000, print: steps => new Story(1, Begins, steps).ToString());

    [Theory, MemberData(nameof(Faults))]
    public async Task A_broken_rule_is_noticed_and_a_short_history_shows_it(string name)
    {
        var fault = Enum.Parse<Fault>(name);
        var found = Histories.Value.FirstOrDefault(steps => !DomainAgrees(steps, fault));
        found.ShouldNotBeNull("some random history shows it");
        var smallest = Shrinking.Shrink(found, steps => !DomainAgrees(steps, fault));
        output.WriteLine(new Story(1, Begins, smallest).ToString());
        smallest.Count(step => step.Deed != Deed.Wait).ShouldBeLessThanOrEqualTo(FewSteps);

        var stage = await one.Stage;
        var batch = await stage.PlayAsync([smallest]);
        (await new Examination(stage, new()).OfAsync(batch)).ShouldBeEmpty("with all its rules the oracle agrees");
        var noticed = (await new Examination(stage, new(), fault).OfAsync(batch)).ShouldHaveSingleItem();
        output.WriteLine(noticed.ToString());
    }

    /// <summary>After every hour, at its end, every pair has the same answer, by the same ways.</summary>
    private static bool DomainAgrees(IReadOnlyList<Step> steps, Fault fault)
    {
        var (story, states, raw) = (new Story(1, Begins, steps), new States(), new List<RawEvent>());
        for (var hour = 0; hour < steps.Count; hour++)
        {
            foreach (var e in story.Hours[hour])
            {
                states.Add(e);
                raw.Add(RawOf(e, raw.Count + 1));
            }

            var (oracle, now) = (new AccessOracle([.. raw], fault), Begins.AddHours(hour));
            if (story.Pairs.Any(pair => Told(states, pair, now) != Told(oracle.Of(pair.User, pair.License, now))))
                return false;
        }

        return true;
    }

    private static RawEvent RawOf(Happening e, long position) =>
        new RawEvent(position, Guid.Empty, e.Stream, EventNames.All[e.Data.GetType()], e.At, null).With(JsonSerializer.SerializeToElement(e.Data, e.Data.GetType(), Stored));

    private static string Told(States states, (Guid User, Guid License) pair, DateTimeOffset now)
    {
        var decision = states.Decide(new(pair.User), new(pair.License), now);
        return Told(decision.Denial?.Code, decision.Paths.Select(path => (Examination.Kind(path.Kind), path.UserGroup?.Value, path.Window.From, path.Window.Until)));
    }

    private static string Told(Verdict verdict) => Told(verdict.Code, verdict.Ways.Select(way => (way.Kind, way.Group, way.From, way.Until)));

    private static string Told(string? code, IEnumerable<(string Kind, Guid? Group, DateTimeOffset? From, DateTimeOffset? Until)> ways) => $"{code} {string.Join("; ", ways)}";

    /// <summary>One service for all faults.</summary>
    public sealed class OneStage : IAsyncLifetime
    {
        internal Task<Stage> Stage { get; } = Oracle.Tests.Stage.StartAsync();

        public Task InitializeAsync() => Stage;

        public async Task DisposeAsync() => await (await Stage).DisposeAsync();
    }
}
