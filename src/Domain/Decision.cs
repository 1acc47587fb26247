using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace EventSourcedOrgs.Domain;

/// <summary>What a decision yields: events to append (none when nothing would change), or the refusal that stopped it.</summary>
[CollectionBuilder(typeof(Decision), nameof(Decision.Of))]
public readonly record struct Decision<TEvent>(ImmutableArray<TEvent> Events, Refusal? Refusal) : IEnumerable<TEvent>
{
    public static implicit operator Decision<TEvent>(Refusal refusal) => new([], refusal);

    public IEnumerator<TEvent> GetEnumerator() => ((IEnumerable<TEvent>)Events).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Builds decisions from collection expressions: <c>[]</c> nothing changed, <c>[e]</c> one event.</summary>
public static class Decision
{
    public static Decision<TEvent> Of<TEvent>(ReadOnlySpan<TEvent> events) => new([.. events], null);
}
