using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using FluentValidation;
using Marten;

namespace EventSourcedOrgs.Application.SignIn;

/// <summary>Goes on with a sign-in by its refresh token, which is thereby spent. A spent one ends the sign-in.</summary>
public sealed record RefreshSession(string RefreshToken) : ICommand<SignedIn>
{
    public sealed class Validator : AbstractValidator<RefreshSession>
    {
        public Validator() => RuleFor(c => c.RefreshToken).Text(1);
    }

    public sealed class Handler(Store store, Callers callers, IDocumentStore documents) : ICommandHandler<RefreshSession, SignedIn>
    {
        public async Task<Result<SignedIn>> Handle(RefreshSession command, CancellationToken cancellationToken)
        {
            var token = await store.Session.LoadAsync<RefreshToken>(Callers.HashOf(command.RefreshToken), cancellationToken);
            var known = token is null ? null : await store.Session.LoadAsync<SignInSession>(token.Session, cancellationToken);
            if (token is null || known is null || known.ExpiresAt <= store.Context.Now)
                return Refusal.InvalidRefreshToken;
            if (token.Spent)
                return await End(known.Id, cancellationToken);

            var caller = await callers.OfUser(known.User, cancellationToken);
            if (caller.IsAnonymous)
                return caller.Denial ?? Refusal.InvalidRefreshToken;

            store.Session.Update(token with { Spent = true });
            return new Sessions(store.Session).Continue(known, store.Context.Origin, store.Context.Now);
        }

        /// <summary>In a unit of work of its own, because a refused command records nothing.</summary>
        private async Task<Refusal> End(Guid known, CancellationToken cancellation)
        {
            await using var session = documents.LightweightSession();
            new Sessions(session).End(known);
            await session.SaveChangesAsync(cancellation);
            return Refusal.InvalidRefreshToken;
        }
    }
}
