using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Domain;
using FluentValidation;
using Marten;

namespace EventSourcedOrgs.Application.IdentityProviders;

/// <summary>
/// Whom did the provider sign in? The state counts once, whatever comes of it, and only in the browser that the sign-in was started in. Like a password it is
/// looked at before any unit of work.
/// </summary>
public sealed record SignInWithProvider(string? State, string? Code, string? Error, string? Issuer, string? Browser) : IQuery<Identified>
{
    public const int LongestCode = 4096;

    public sealed class Validator : AbstractValidator<SignInWithProvider>
    {
        public Validator()
        {
            RuleFor(q => q.State).Text();
            RuleFor(q => q.Code).Text(longest: LongestCode);
            RuleFor(q => q.Error).Text();
            RuleFor(q => q.Issuer).Text();
        }
    }

    public sealed class Handler(Store store, IIdentityClient client, IDocumentStore documents, Secrets secrets, Commands commands, Callers callers)
        : IQueryHandler<SignInWithProvider, Identified>
    {
        public async Task<Result<Identified>> Handle(SignInWithProvider query, CancellationToken cancellationToken)
        {
            if (await Take(query, cancellationToken) is not { } asked)
                return Refusal.InvalidSignInState;
            var found = await OwnedProvider.Find(store, asked.Organization, cancellationToken);
            if (found.Refusal is { } removed)
                return removed;
            var (owner, _, provider) = found.Value!;
            if (provider.Issuer != asked.Issuer || provider.ClientId != asked.ClientId || (query.Issuer is { Length: > 0 } named && named != provider.Issuer))
                return Refusal.InvalidSignInState;
            if (!string.IsNullOrEmpty(query.Error) || string.IsNullOrEmpty(query.Code))
                return Refusal.SignInDeclined;
            if (await new ProviderSecrets(store.Session, secrets).Find(owner, cancellationToken) is not { } secret)
                return Refusal.IdentityProviderNotFound;

            var proof = JsonSerializer.Deserialize<SignInProof>(secrets.Open(asked.Sealed))!;
            var identity = await client.Redeem(provider, secret, query.Code, proof, cancellationToken);
            if (identity.Refusal is { } wrong)
                return wrong;

            var admitted = await commands.Run(
                new AdmitIdentity(asked.Organization, identity.Value!), new Envelope(Caller.OfProvider(asked.Organization), store.Context.Origin), null, cancellationToken);
            if (admitted.Result.Refusal is { } refusal)
                return refusal;

            var caller = await callers.OfUser(admitted.Result.Value!.Id, cancellationToken);
            return !caller.IsAnonymous ? new Identified(caller, null) : caller.Denial ?? Refusal.IdentityNotKnown;
        }

        /// <summary>Takes the sign-in that was asked for, which is gone then; null when it is not this browser's or not good now.</summary>
        private async Task<AskedSignIn?> Take(SignInWithProvider query, CancellationToken cancellation)
        {
            if (string.IsNullOrEmpty(query.State) || string.IsNullOrEmpty(query.Browser))
                return null;

            var id = Callers.HashOf(query.State);
            await using var session = documents.LightweightSession();
            await session.BeginTransactionAsync(cancellation);
            await session.QueryAsync<int>("select 1 from events.mt_doc_askedsignin where id = ? for update", cancellation, id);
            var asked = await session.LoadAsync<AskedSignIn>(id, cancellation);
            session.Delete<AskedSignIn>(id);
            await session.SaveChangesAsync(cancellation);
            return asked is not null && asked.ExpiresAt > store.Context.Now
                && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(asked.BrowserHash), Encoding.UTF8.GetBytes(Callers.HashOf(query.Browser)))
                    ? asked
                    : null;
        }
    }
}
