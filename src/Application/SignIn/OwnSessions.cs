using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application.SignIn;

/// <summary>Where the caller is signed in, the last used first.</summary>
public sealed record ListOwnSessions : IQuery<IReadOnlyList<SignInSession>>
{
    public sealed class Handler(Store store) : IQueryHandler<ListOwnSessions, IReadOnlyList<SignInSession>>
    {
        public async Task<Result<IReadOnlyList<SignInSession>>> Handle(ListOwnSessions query, CancellationToken cancellationToken) =>
            store.Context.Caller is not { User: { } me, Session: not null } ? Refusal.SignInRequired
                : new Result<IReadOnlyList<SignInSession>>(await new Sessions(store.Session).Of(me, store.Context.Now, cancellationToken), null);
    }
}

/// <summary>Ends one sign-in of the caller.</summary>
public sealed record EndOwnSession(Guid Session) : ICommand<Done>
{
    public sealed class Handler(Store store) : ICommandHandler<EndOwnSession, Done>
    {
        public async Task<Result<Done>> Handle(EndOwnSession command, CancellationToken cancellationToken)
        {
            if (store.Context.Caller is not { User: { } me, Session: not null })
                return Refusal.SignInRequired;
            if (await store.Session.LoadAsync<SignInSession>(command.Session, cancellationToken) is not { } known || known.User != me)
                return Refusal.SessionNotFound;

            new Sessions(store.Session).End(known.Id);
            return default(Done);
        }
    }
}

/// <summary>Ends all sign-ins of the caller but the one that asks.</summary>
public sealed record EndOtherSessions : ICommand<Done>
{
    public sealed class Handler(Store store) : ICommandHandler<EndOtherSessions, Done>
    {
        public Task<Result<Done>> Handle(EndOtherSessions command, CancellationToken cancellationToken)
        {
            if (store.Context.Caller is not { User: { } me, Session: { } current })
                return Task.FromResult<Result<Done>>(Refusal.SignInRequired);

            new Sessions(store.Session).EndAll(me, except: current);
            return Task.FromResult<Result<Done>>(default(Done));
        }
    }
}
