using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Application.Users;

/// <summary>Where a user is signed in, the last used first.</summary>
public sealed record ListUserSessions(UserId User) : IQuery<IReadOnlyList<SignInSession>>
{
    public sealed class Handler(Store store) : IQueryHandler<ListUserSessions, IReadOnlyList<SignInSession>>
    {
        public async Task<Result<IReadOnlyList<SignInSession>>> Handle(ListUserSessions query, CancellationToken cancellationToken) =>
            !(await store.Users.Latest(query.User, cancellationToken)).Exists ? Refusal.UserNotFound
                : new Result<IReadOnlyList<SignInSession>>(await new Sessions(store.Session).Of(query.User, store.Context.Now, cancellationToken), null);
    }
}

/// <summary>Signs a user out everywhere.</summary>
public sealed record EndUserSessions(UserId User) : ICommand<User>
{
    public Guid? Target => User.Value;

    public sealed class Handler(Store store) : ICommandHandler<EndUserSessions, User>
    {
        public async Task<Result<User>> Handle(EndUserSessions command, CancellationToken cancellationToken)
        {
            var user = await store.Users.Latest(command.User, cancellationToken);
            if (!user.Exists)
                return Refusal.UserNotFound;
            if (store.Context.Caller.MayManage(user) is { } mayNot)
                return mayNot;

            if ((await new Sessions(store.Session).Of(user.Id, store.Context.Now, cancellationToken)).Count == 0)
                return user;

            Sessions.EndAll(user.Id, store.Documents);
            return await store.Users.Decide(user.Id, state => state.EndSessions(), cancellationToken);
        }
    }
}
