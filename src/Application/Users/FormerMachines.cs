using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application.Users;

/// <summary>Tells which machines a user ever used, by name or with a licence that was the user's own at the time.</summary>
public delegate Task<IReadOnlyList<Guid>> FormerMachines(UserId user, CancellationToken cancellation);
