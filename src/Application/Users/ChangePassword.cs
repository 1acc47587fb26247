using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using FluentValidation;

namespace EventSourcedOrgs.Application.Users;

/// <summary>Users change their own password, which ends their other sign-ins. Wrong old passwords count like failed sign-ins.</summary>
public sealed record ChangePassword(UserId User, string OldPassword, string NewPassword) : ICommand<User>
{
    public bool IsSlow => true;

    public Guid? Target => User.Value;

    public sealed class Validator : AbstractValidator<ChangePassword>
    {
        public Validator()
        {
            RuleFor(c => c.OldPassword).Text(PersonValidator.ShortestPassword);
            RuleFor(c => c.NewPassword).Text(PersonValidator.ShortestPassword);
        }
    }

    public sealed class Handler(Store store, PasswordCheck check, IPasswords passwords) : ICommandHandler<ChangePassword, User>
    {
        public async Task<Result<User>> Handle(ChangePassword command, CancellationToken cancellationToken)
        {
            if (store.Context.Caller.User != command.User)
                return Refusal.UserNotFound;

            var user = await store.Users.Latest(command.User, cancellationToken);
            var owner = await check.Of(user.Email.Value ?? "", command.OldPassword, default, codes: null, cancellationToken);
            return owner.Refusal is { } refusal ? refusal
                : await new NewPassword(store, passwords).Set(command.User, command.NewPassword, cancellationToken);
        }
    }
}

/// <summary>The one way by which a user gets another password: it is recorded that it happened, and sign-ins with the former one end.</summary>
public sealed class NewPassword(Store store, IPasswords passwords)
{
    public async Task<Result<User>> Set(UserId user, string password, CancellationToken cancellation)
    {
        using (await passwords.Turn(cancellation))
            store.Session.Store(new Credentials(user, passwords.Hash(password)));
        store.Documents.Delete<PasswordReset>(user.Value);
        new Sessions(store.Session).EndAll(user, except: store.Context.Caller.Session);
        return await store.Users.Decide(user, state => state.ChangePassword(), cancellation);
    }
}
