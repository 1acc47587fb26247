namespace EventSourcedOrgs.Application.Writing;

/// <summary>What is read by its id: a state or a document. <see cref="IsSealed"/> leaves what it holds of persons as it is stored, for who decides without it.</summary>
public readonly record struct StateKey(Type Type, Guid Id, string? Text = null, bool IsSealed = false)
{
    public static StateKey Of<T>(Guid id) => new(typeof(T), id);

    public static StateKey Of<T>(string id) => new(typeof(T), default, id);

    public static StateKey Sealed<T>(Guid id) => new(typeof(T), id, IsSealed: true);
}
