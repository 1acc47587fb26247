namespace EventSourcedOrgs.Domain.Tests;

/// <summary>Given a history, when something is decided, then these events, nothing, or that refusal.</summary>
public abstract class Spec<TState, TEvent> where TState : IAggregate<TState, TEvent>
{
    protected static History Given(params TEvent[] history) => new(history);

    protected sealed record History(TEvent[] Events)
    {
        public TState State => Events.Aggregate(TState.Initial, TState.Evolve);

        public Outcome When(Func<TState, Decision<TEvent>> decide) => new(this, decide, AskedAgain.IsNothing);
    }

    /// <summary>Holds every decision that is taken to the law that saying it twice changes nothing, unless the test says otherwise.</summary>
    protected sealed record Outcome(History History, Func<TState, Decision<TEvent>> Decide, Action<Decision<TEvent>> Again)
    {
        /// <summary>Rightly not idempotent: the same request again is one more fact.</summary>
        public Outcome EachTime() => this with { Again = AskedAgain.HappensAgain };

        /// <summary>Rightly not idempotent: the same request again meets this refusal.</summary>
        public Outcome OnlyOnce(Refusal refusal) => this with { Again = again => AskedAgain.IsRefused(again, refusal) };

        public void Then(params TEvent[] expected)
        {
            var decision = Decide(History.State);
            decision.Refusal.ShouldBeNull();
            decision.Events.AsSpan().ToArray().ShouldBe(expected);
            Again(Decide(new History([.. History.Events, .. expected]).State));
        }

        public void ThenNothing() => Then();

        public void ThenRefused(Refusal refusal)
        {
            var decision = Decide(History.State);
            decision.Refusal.ShouldBe(refusal);
            decision.Events.ShouldBeEmpty();
        }
    }

    private static class AskedAgain
    {
        public static void IsNothing(Decision<TEvent> again)
        {
            again.Refusal.ShouldBeNull("the same request twice is not an error");
            again.Events.ShouldBeEmpty("the same request twice must append nothing");
        }

        public static void HappensAgain(Decision<TEvent> again)
        {
            again.Refusal.ShouldBeNull("the same request again is one more fact");
            again.Events.ShouldNotBeEmpty("a decision that is idempotent need not say 'each time'");
        }

        public static void IsRefused(Decision<TEvent> again, Refusal refusal)
        {
            again.Refusal.ShouldBe(refusal);
            again.Events.ShouldBeEmpty();
        }
    }
}
