using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using FluentValidation;

namespace EventSourcedOrgs.Application.Users;

/// <summary>The caller's own user.</summary>
public sealed record GetProfile : IQuery<User>
{
    public sealed class Handler(Store store) : IQueryHandler<GetProfile, User>
    {
        public async Task<Result<User>> Handle(GetProfile query, CancellationToken cancellationToken) =>
            store.Context.Caller.User is { } me && await store.Users.Latest(me, cancellationToken) is { Exists: true } user ? user : Refusal.UserNotFound;
    }
}

/// <summary>Users say what they want to be told by e-mail.</summary>
public sealed record ChangeEmailPreference(bool Metrics) : ICommand<User>
{
    public sealed class Handler(Store store) : ICommandHandler<ChangeEmailPreference, User>
    {
        public async Task<Result<User>> Handle(ChangeEmailPreference command, CancellationToken cancellationToken) =>
            store.Context.Caller.User is { } me ? await store.Users.Decide(me, user => user.PreferEmail(command.Metrics), cancellationToken) : Refusal.UserNotFound;
    }
}

/// <summary>Users change their own name, e-mail address, company and second factor; never their role or organization.</summary>
public sealed record ChangeProfile(
    Optional<string> FirstName, Optional<string?> LastName, Optional<string> Email, Optional<string?> Company, Optional<bool> TwoFactor, string? TwoFactorCode,
    bool GoogleSignIn) : ICommand<User>
{
    public sealed class Validator : AbstractValidator<ChangeProfile>
    {
        public Validator()
        {
            RuleFor(c => c.FirstName).Text(1);
            RuleFor(c => c.LastName).OptionalText();
            RuleFor(c => c.Email).Email();
            RuleFor(c => c.Company).OptionalText();
            RuleFor(c => c.TwoFactorCode).Text();
        }
    }

    public sealed class Handler(Store store, IPasswords passwords, Scopes scopes, TwoFactorSwitch twoFactor) : ICommandHandler<ChangeProfile, User>
    {
        public async Task<Result<User>> Handle(ChangeProfile command, CancellationToken cancellationToken)
        {
            if (command.GoogleSignIn)
                return Refusal.GoogleSignInUnavailable;
            if (store.Context.Caller.User is not { } me)
                return Refusal.UserNotFound;

            var user = await store.Users.Latest(me, cancellationToken);
            if (command.TwoFactor.Or(user.HasTwoFactor) != user.HasTwoFactor
                && await twoFactor.Turn(user, on: !user.HasTwoFactor, command.TwoFactorCode, cancellationToken) is { } refusal)
                return refusal;

            var changes = new UserChanges(command.FirstName, command.LastName, command.Email, command.Company, default, default, default);
            return await new UserRevision(store, passwords, scopes).Apply(user, changes, default, default, default, cancellationToken);
        }
    }
}
