namespace EventSourcedOrgs.Domain;

/// <summary>What every answer shares: it can be made from a refusal.</summary>
public interface IResult<out TSelf> where TSelf : IResult<TSelf>
{
    Refusal? Refusal { get; }

    static abstract TSelf Refused(Refusal refusal);
}

/// <summary>A value, or the refusal that stands in its place.</summary>
public readonly record struct Result<T>(T? Value, Refusal? Refusal) : IResult<Result<T>>
{
    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Refusal refusal) => new(default, refusal);

    public static Result<T> Refused(Refusal refusal) => refusal;

    public Result<TOther> Select<TOther>(Func<T, TOther> to) => Refusal is { } refusal ? refusal : to(Value!);
}

/// <summary>The value of a command that answers nothing but success.</summary>
public readonly record struct Done;
