using System.Text.RegularExpressions;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Accounts;
using EventSourcedOrgs.Domain.Users;
using FluentValidation;

namespace EventSourcedOrgs.Application.Accounts;

/// <summary>
/// Opens the one account of this installation with its one super-admin: the only way by which that role is given. Asked again for the
/// same alias and address it changes nothing, not even the password.
/// </summary>
public sealed partial record OpenAccount(string Name, string Alias, string Email, string Password, string FirstName = "Administrator") : ICommand<Account>
{
    public bool IsSlow => true;

    public sealed partial class Validator : AbstractValidator<OpenAccount>
    {
        public Validator()
        {
            RuleFor(c => c.Name).Text(1);
            RuleFor(c => c.Alias).Must(alias => Wellformed().IsMatch(alias))
                .WithMessage("must have 1 to 63 small letters, digits and hyphens, the first no hyphen.");
            RuleFor(c => c.Email).Email();
            RuleFor(c => c.Password).Text(PersonValidator.ShortestPassword);
            RuleFor(c => c.FirstName).Text(1);
        }

        [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}$", RegexOptions.CultureInvariant)]
        private static partial Regex Wellformed();
    }

    public sealed class Handler(Store store, IPasswords passwords) : ICommandHandler<OpenAccount, Account>
    {
        public async Task<Result<Account>> Handle(OpenAccount command, CancellationToken cancellationToken)
        {
            var email = Unique.Email(command.Email);
            if (await store.Session.FindAccount(cancellationToken) is { } known)
            {
                return known.Alias == command.Alias && await store.Claims.Holder(email, cancellationToken) == known.SuperAdmin.Value
                    ? known
                    : Refusal.AccountExists;
            }

            var (account, superAdmin) = (Id.New<AccountId>(), Id.New<UserId>());
            if (await store.Claims.Take(Unique.Account, account.Value, Refusal.AccountExists, cancellationToken) is { } exists)
                return exists;
            if (await store.Claims.Take(email, superAdmin.Value, Refusal.DuplicateEmail, cancellationToken) is { } taken)
                return taken;

            using (await passwords.Turn(cancellationToken))
                store.Documents.Insert(superAdmin.Value, new Credentials(superAdmin, passwords.Hash(command.Password)));
            store.PersonKeys.Create(superAdmin, store.Documents);
            store.Users.Start(
                superAdmin, User.New(new(superAdmin, command.FirstName.Trim(), null, command.Email.Trim(), null, Role.SuperAdmin, null, true, [], [])));
            return store.Accounts.Start(account, Account.Open(account, command.Name.Trim(), command.Alias, superAdmin));
        }
    }
}
