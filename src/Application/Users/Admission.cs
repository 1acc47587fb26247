using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Roles;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Application.Users;

/// <summary>
/// The one way by which a user comes in, whoever asks: the role is one the caller may give, the e-mail address is free, the organization
/// has a seat; then user, seat, groups and password are recorded together.
/// </summary>
public sealed class Admission(Store store, IPasswords passwords, Scopes scopes)
{
    /// <param name="user">The user to be.</param>
    /// <param name="groups">The groups to be in; of the user's organization.</param>
    /// <param name="password">In clear; null for a user who cannot sign in before a reset.</param>
    /// <param name="unknownOrganization">The refusal when the organization does not exist.</param>
    /// <param name="cancellation">Cancels the work; nothing is recorded then.</param>
    public async Task<Result<User>> Admit(
        NewUser user, IReadOnlyCollection<UserGroupId> groups, string? password, Refusal unknownOrganization, CancellationToken cancellation)
    {
        if (await new GivenRole(store, scopes).Check(user.Role, cancellation) is { } mayNot)
            return mayNot;
        if (User.New(user).Refusal is { } impossible)
            return impossible;
        if (await store.Claims.Holder(Unique.Email(user.Email), cancellation) is { } holder && holder != user.Id.Value)
            return Refusal.DuplicateEmail;
        var (hash, full) = await Hash(password, user, unknownOrganization, cancellation);
        if (full is not null)
            return full;
        var known = await store.UserGroups.Latest(groups, cancellation);
        if (await TakeSeat(user.Id, user.Organization, unknownOrganization, cancellation) is { } refusal)
            return refusal;
        if (await store.Claims.Take(Unique.Email(user.Email), user.Id.Value, Refusal.DuplicateEmail, cancellation) is { } taken)
            return taken;

        store.PersonKeys.Create(user.Id, store.Documents);
        store.Users.Start(user.Id, User.New(user));
        if (hash is not null)
            store.Documents.Insert(user.Id.Value, new Credentials(user.Id, hash));
        return await store.Users.Decide(user.Id, created => created.SetGroups(groups, known), cancellation);
    }

    /// <summary>Takes a seat for a user who enters an organization.</summary>
    public async Task<Refusal?> TakeSeat(UserId user, OrganizationId? organization, Refusal unknownOrganization, CancellationToken cancellation)
    {
        if (organization is not { } id)
            return null;

        var admitted = await store.Organizations.DecideInTurn(id, state => state.Admit(user, store.Context.Caller.SeatAuthority), cancellation);
        return admitted.Refusal is { Kind: RefusalKind.NotFound } ? unknownOrganization : admitted.Refusal;
    }

    /// <summary>Hashes the password outside the lock, unless the organization is already full when our turn comes.</summary>
    private async Task<(string? Hash, Refusal? Full)> Hash(string? password, NewUser user, Refusal unknownOrganization, CancellationToken cancellation)
    {
        if (password is null)
            return (null, null);

        using var turn = await passwords.Turn(cancellation);
        if (user.Organization is { } id)
        {
            var organization = await store.Organizations.Latest(id, cancellation);
            if (organization.Admit(user.Id, store.Context.Caller.SeatAuthority).Refusal is { } full)
                return (null, full.Kind == RefusalKind.NotFound ? unknownOrganization : full);
        }

        return (passwords.Hash(password), null);
    }
}
