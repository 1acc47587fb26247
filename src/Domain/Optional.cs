namespace EventSourcedOrgs.Domain;

/// <summary>A value that a request may leave out: left out is not the same as null.</summary>
public readonly record struct Optional<T>(bool IsSet, T Value)
{
    public static implicit operator Optional<T>(T value) => new(true, value);

    public Optional<TOther> Select<TOther>(Func<T, TOther> to) => IsSet ? to(Value) : default(Optional<TOther>);

    public T Or(T current) => IsSet ? Value : current;

    /// <summary>The event for the new value, when one was given and it differs from the current one.</summary>
    public IEnumerable<TEvent> WhenChanged<TEvent>(T current, Func<T, TEvent> change) =>
        IsSet && !EqualityComparer<T>.Default.Equals(Value, current) ? [change(Value)] : [];
}
