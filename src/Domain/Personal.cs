namespace EventSourcedOrgs.Domain;

/// <summary>
/// Data of one person inside an event or a state. It is stored encrypted with a key of that person alone, so that
/// deleting the key erases the person while the history stays; then <see cref="Value"/> is default and <see cref="Erased"/> true.
/// </summary>
public sealed record Personal<T>(Guid Person, T? Value, bool Erased = false)
{
    private Stored? stored;

    /// <summary>A changed copy is stored anew.</summary>
    private Personal(Personal<T> other) => (Person, Value, Erased) = (other.Person, other.Value, other.Erased);

    /// <summary>The same after its key was destroyed: whose it was is known, what it said is not.</summary>
    public Personal<T> Gone() => new(Person, default, Erased: true);

    /// <summary>The value as it was encrypted with this key before, or null: what does not change is not encrypted again.</summary>
    public byte[]? StoredWith(byte[] key) => stored is { } known && (known.Key == key || known.Key.AsSpan().SequenceEqual(key)) ? known.Data : null;

    /// <summary>Remembers how the value is stored.</summary>
    public void Remember(byte[] key, byte[] data) => stored = new(key, data);

    /// <summary>How a value is stored is no part of what it is.</summary>
    public bool Equals(Personal<T>? other) => other is not null && Person == other.Person && Erased == other.Erased && EqualityComparer<T?>.Default.Equals(Value, other.Value);

    public override int GetHashCode() => HashCode.Combine(Person, Value, Erased);

    public override string ToString() => Erased ? "(erased)" : "(personal)";

    private sealed record Stored(byte[] Key, byte[] Data);
}

/// <summary>Marks values as belonging to a person.</summary>
public static class Personal
{
    public static Personal<T> Of<T>(UserId person, T value) => new(person.Value, value);

    /// <summary>What a machine tells of the person who uses it; each activation counts as a person of its own.</summary>
    public static Personal<T> Of<T>(ActivationId activation, T value) => new(activation.Value, value);

    /// <summary>What a machine tells of the person who tries a product on it; each trial counts as a person of its own.</summary>
    public static Personal<T> Of<T>(TrialActivationId trial, T value) => new(trial.Value, value);

    public static Personal<string>? OfText(UserId person, string? value) => string.IsNullOrEmpty(value) ? null : new(person.Value, value);
}
