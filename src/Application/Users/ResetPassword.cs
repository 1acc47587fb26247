using System.Security.Cryptography;
using System.Text;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using FluentValidation;

namespace EventSourcedOrgs.Application.Users;

/// <summary>
/// The vendor lets a user of a customer set a new password, by a token that the vendor hands over. The newest token is the only one. For
/// members of the team there is none: it would let one of them become another; nor for somebody who may do more than the one who asks.
/// </summary>
public sealed record AllowPasswordReset(UserId User) : ICommand<string>
{
    public static readonly TimeSpan Life = TimeSpan.FromDays(1);

    public sealed class Handler(Store store, Scopes scopes) : ICommandHandler<AllowPasswordReset, string>
    {
        public async Task<Result<string>> Handle(AllowPasswordReset command, CancellationToken cancellationToken)
        {
            var user = await store.Users.Latest(command.User, cancellationToken);
            return user.Exists ? await new PasswordResets(store, scopes).Allow(user, cancellationToken) : Refusal.UserNotFound;
        }
    }
}

/// <summary>An organization-admin lets a user of the organization set a password, the first one or a new one, by a token that the admin hands over.</summary>
public sealed record AllowOrganizationPasswordReset(OrganizationId Organization, UserId User) : ICommand<string>, IWithinOrganization
{
    public Guid? Target => User.Value;

    public sealed class Handler(Store store, Scopes scopes) : ICommandHandler<AllowOrganizationPasswordReset, string>
    {
        public async Task<Result<string>> Handle(AllowOrganizationPasswordReset command, CancellationToken cancellationToken)
        {
            var user = await store.Users.Latest(command.User, cancellationToken);
            return user.Exists && user.Organization == command.Organization ? await new PasswordResets(store, scopes).Allow(user, cancellationToken) : Refusal.UserNotFound;
        }
    }
}

/// <summary>The one way to a token for a new password.</summary>
public sealed class PasswordResets(Store store, Scopes scopes)
{
    /// <summary>By the event the history tells who did it; and who moves the user meanwhile, or gives another role, is not overlooked.</summary>
    public async Task<Result<string>> Allow(User user, CancellationToken cancellation)
    {
        if (user.Role.IsTeam || !scopes.CanDoAll(store.Context.Caller, user.Role))
            return Refusal.PasswordResetNotAllowed;

        var token = Secret.New();
        store.Documents.Store(user.Id.Value, new PasswordReset(user.Id, Callers.HashOf(token), store.Context.Now + AllowPasswordReset.Life));
        return (await store.Users.Decide(user.Id, state => state.AllowPasswordReset(), cancellation)).Select(_ => token);
    }
}

/// <summary>Sets a new password by a token, once. All sign-ins of the user end, failed ones are forgotten.</summary>
public sealed record ResetPassword(UserId User, string Token, string NewPassword) : ICommand<User>
{
    public const int LongestToken = 2048;

    public bool IsSlow => true;

    public sealed class Validator : AbstractValidator<ResetPassword>
    {
        public Validator()
        {
            RuleFor(c => c.NewPassword).Text(PersonValidator.ShortestPassword);
            RuleFor(c => c.Token).Text(1, LongestToken);
        }
    }

    public sealed class Handler(Store store, IPasswords passwords, Secrets secrets) : ICommandHandler<ResetPassword, User>
    {
        public async Task<Result<User>> Handle(ResetPassword command, CancellationToken cancellationToken)
        {
            // Under the lock of the user's stream, so that of two who bring the token at once one finds it spent.
            var user = await store.Users.DecideExclusively(
                command.User, state => !state.Exists || state.Role.IsTeam ? Refusal.InvalidResetToken : [], cancellationToken);
            var reset = await store.Session.LoadAsync<PasswordReset>(command.User, cancellationToken);
            if (user.Refusal is not null || reset is null || reset.ExpiresAt <= store.Context.Now || !IsTokenOf(reset, command.Token))
                return Refusal.InvalidResetToken;

            if (user.Value!.Email.Value is { } email)
                PasswordCheck.Forgive(email, store.Session, secrets);
            return await new NewPassword(store, passwords).Set(command.User, command.NewPassword, cancellationToken);
        }

        private static bool IsTokenOf(PasswordReset reset, string token) =>
            CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(reset.TokenHash), Encoding.ASCII.GetBytes(Callers.HashOf(token)));
    }
}
