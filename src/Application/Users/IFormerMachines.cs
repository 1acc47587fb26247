using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application.Users;

/// <summary>Knows which machines a user ever used, by name or with a licence that was the user's own at the time.</summary>
public interface IFormerMachines
{
    Task<IReadOnlyList<Guid>> Of(UserId user, CancellationToken cancellation);
}
