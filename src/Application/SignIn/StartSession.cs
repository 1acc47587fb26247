using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application.SignIn;

/// <summary>Signs the caller in, who has just proved to be the user; when by a recovery code, that is recorded.</summary>
public sealed record StartSession(int? RecoveryCodesLeft) : ICommand<SignedIn>
{
    public sealed class Handler(Store store) : ICommandHandler<StartSession, SignedIn>
    {
        public async Task<Result<SignedIn>> Handle(StartSession command, CancellationToken cancellationToken)
        {
            if (store.Context.Caller.User is not { } user)
                return Refusal.Unauthenticated;

            var now = store.Context.Now;
            var signedIn = await store.Users.DecideExclusively(user, state => state.SignIn(now), cancellationToken);
            if (signedIn.Refusal is null && command.RecoveryCodesLeft is { } left)
                signedIn = await store.Users.Decide(user, state => state.UseRecoveryCode(left), cancellationToken);
            return signedIn.Select(_ => new Sessions(store.Session).Start(user, store.Context.Origin, now));
        }
    }
}

/// <summary>Signs the caller out: signed tokens and the refresh token of this sign-in open nothing any more.</summary>
public sealed record EndSession : ICommand<Done>
{
    public sealed class Handler(Store store) : ICommandHandler<EndSession, Done>
    {
        public Task<Result<Done>> Handle(EndSession command, CancellationToken cancellationToken)
        {
            if (store.Context.Caller.Session is { } session)
                new Sessions(store.Session).End(session);
            return Task.FromResult<Result<Done>>(default(Done));
        }
    }
}
