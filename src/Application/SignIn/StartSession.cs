using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application.SignIn;

/// <summary>
/// Signs the caller in, who has just proved to be the user, and by what (nothing of ours where a provider vouches for it); when by a recovery code, that is recorded.
/// </summary>
public sealed record StartSession(Proven? By) : ICommand<SignedIn>
{
    public sealed class Handler(Store store) : ICommandHandler<StartSession, SignedIn>
    {
        public async Task<Result<SignedIn>> Handle(StartSession command, CancellationToken cancellationToken)
        {
            if (store.Context.Caller.User is not { } user)
                return Refusal.Unauthenticated;

            var now = store.Context.Now;
            var signedIn = await store.Users.DecideExclusively(user, state => state.SignIn(now), cancellationToken);
            if (signedIn.Refusal is null && command.By is { } by && await Outdated(by, cancellationToken) is { } outdated)
                return outdated;
            if (signedIn.Refusal is null && command.By?.RecoveryCodesLeft is { } left)
                signedIn = await store.Users.Decide(user, state => state.UseRecoveryCode(left), cancellationToken);
            return signedIn.Select(_ => new Sessions(store.Session).Start(user, store.Context.Origin, now));
        }

        /// <summary>
        /// The refusal when the proof does not hold any more, asked under the lock of the user's stream. Another password and a second factor that is switched on end the sign-ins that there are; one that
        /// was proved before and begins after that would stay.
        /// </summary>
        private async Task<Refusal?> Outdated(Proven by, CancellationToken cancellation)
        {
            var known = await store.Session.LoadAsync<Credentials>(by.User, cancellation);
            if (known is null || Callers.HashOf(known.PasswordHash) != by.PasswordHash)
                return Refusal.InvalidCredentials;

            var secret = by.BySecondFactor ? null : await store.Session.LoadAsync<TwoFactorSecret>(by.User, cancellation);
            return secret is { Confirmed: true } ? Refusal.TwoFactorCodeRequired : null;
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
