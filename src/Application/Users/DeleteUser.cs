using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Application.Users;

/// <summary>Removes a user: the seat is free, memberships and direct assignments have ended, the history stays.</summary>
public sealed record DeleteUser(UserId User) : ICommand<User>
{
    public Guid? Target => User.Value;

    public sealed class Handler(Store store) : ICommandHandler<DeleteUser, User>
    {
        public async Task<Result<User>> Handle(DeleteUser command, CancellationToken cancellationToken)
        {
            var user = await store.Users.Latest(command.User, cancellationToken);
            return !user.Exists ? Refusal.UserNotFound
                : store.Context.Caller.MayManage(user) is { } mayNot ? mayNot
                : await new Departure(store).Of(user, cancellationToken);
        }
    }
}

/// <summary>Removes a user of an organization.</summary>
public sealed record DeleteOrganizationUser(OrganizationId Organization, UserId User) : ICommand<User>, IWithinOrganization
{
    public Guid? Target => User.Value;

    public sealed class Handler(Store store) : ICommandHandler<DeleteOrganizationUser, User>
    {
        public async Task<Result<User>> Handle(DeleteOrganizationUser command, CancellationToken cancellationToken)
        {
            var user = await store.Users.Latest(command.User, cancellationToken);
            return user.Exists && user.Organization == command.Organization
                ? await new Departure(store).Of(user, cancellationToken)
                : Refusal.UserNotFound;
        }
    }
}

/// <summary>The one way by which a user goes: direct assignments end, the seat, the e-mail address and the password are free.</summary>
public sealed class Departure(Store store)
{
    public Task<Result<User>> Of(User user, CancellationToken cancellation) => Of(user, state => state.Delete(), cancellation);

    public async Task<Result<User>> Of(User user, Func<User, Decision<UserEvent>> decide, CancellationToken cancellation) =>
        (await Of([user], decide, cancellation)).Refusal is { } refusal ? refusal : await store.Users.Latest(user.Id, cancellation);

    /// <summary>All of them that are still there, or none; how many were named.</summary>
    public async Task<Result<int>> Of(IReadOnlyList<User> users, Func<User, Decision<UserEvent>> decide, CancellationToken cancellation)
    {
        // Questions first, because others wait for the turn of the organization; decisions in it, on what those before have decided.
        var assignments = new DirectAssignments(store);
        var assigned = await assignments.Of([.. users.Select(user => user.Id)], leaving: null, cancellation);
        await store.Users.Prefetch(users.Select(user => user.Id), cancellation);
        var leaving = new List<User>(users.Count);
        foreach (var user in users)
        {
            // Who has gone since nobody saw them go has given everything back.
            if (await store.Users.Latest(user.Id, cancellation) is { Exists: true } known && known.Organization == user.Organization)
                leaving.Add(known);
        }

        foreach (var user in leaving)
        {
            if (user.Organization is { } organization && (await store.Organizations.DecideInTurn(organization, state => state.Release(user.Id), cancellation)).Refusal is { Kind: not RefusalKind.NotFound } mayNot)
                return mayNot;
            if (user.Email.Value is { } email)
                store.Claims.Free(Unique.Email(email));
            store.Documents.Delete<Credentials>(user.Id.Value);
            store.Documents.Delete<PasswordReset>(user.Id.Value);
            store.Documents.Delete<TwoFactorSecret>(user.Id.Value);
            Sessions.EndAll(user.Id, store.Documents);
        }

        if (await assignments.End(assigned, cancellation) is { } kept)
            return kept;
        foreach (var user in leaving)
        {
            if ((await store.Users.Decide(user.Id, decide, cancellation)).Refusal is { } refusal)
                return refusal;
        }

        return users.Count;
    }
}
