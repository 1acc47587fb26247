using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using FluentValidation;

namespace EventSourcedOrgs.Application.Users;

/// <summary>What every request for a new user says about the person.</summary>
public interface INewPerson
{
    string FirstName { get; }
    string? LastName { get; }
    string Email { get; }
    string? Password { get; }
}

/// <summary>
/// The vendor makes a user, of a customer organization or of none. The vendor may go past the seats. Without a password the user sets one
/// before the first sign-in.
/// </summary>
public sealed record CreateUser(
    UserId Id, string FirstName, string? LastName, string Email, string? Company, string? Password, Role Role, OrganizationId? OrganizationId,
    bool AllowCustomerPortalAccess, ValueList<string> Tags, ValueList<MetadataEntry> Metadata) : ICommand<User>, INewPerson
{
    public bool IsSlow => true;

    public sealed class Validator : AbstractValidator<CreateUser>
    {
        public Validator()
        {
            Include(new PersonValidator());
            RuleFor(c => c.Company).Text();
            RuleFor(c => c.Tags).Tags();
            RuleFor(c => c.Metadata).Metadata(most: 20);
        }
    }

    public sealed class Handler(Store store, IPasswords passwords, Scopes scopes) : ICommandHandler<CreateUser, User>
    {
        public Task<Result<User>> Handle(CreateUser command, CancellationToken cancellationToken) =>
            new Admission(store, passwords, scopes).Admit(
                new NewUser(command.Id, command.FirstName.Trim(), command.LastName, command.Email.Trim(), command.Company, command.Role,
                    command.OrganizationId, command.AllowCustomerPortalAccess, command.Tags, command.Metadata),
                [], command.Password, Refusal.UnknownOrganization, cancellationToken);
    }
}

/// <summary>Makes a user of an organization and puts the user into groups; an organization-admin is held to the free seats.</summary>
public sealed record CreateOrganizationUser(
    UserId Id, OrganizationId Organization, string FirstName, string? LastName, string Email, string Password, Role Role,
    bool AllowCustomerPortalAccess, ValueList<UserGroupId> UserGroupIds) : ICommand<User>, IWithinOrganization, INewPerson
{
    public bool IsSlow => true;

    public const int MostGroups = 1000;

    public sealed class Validator : AbstractValidator<CreateOrganizationUser>
    {
        public Validator()
        {
            Include(new PersonValidator());
            RuleFor(c => c.UserGroupIds.Count).LessThanOrEqualTo(MostGroups).OverridePropertyName("UserGroupIds");
        }
    }

    public sealed class Handler(Store store, IPasswords passwords, Scopes scopes) : ICommandHandler<CreateOrganizationUser, User>
    {
        public Task<Result<User>> Handle(CreateOrganizationUser command, CancellationToken cancellationToken) =>
            new Admission(store, passwords, scopes).Admit(
                new NewUser(command.Id, command.FirstName.Trim(), command.LastName, command.Email.Trim(), null, command.Role,
                    command.Organization, command.AllowCustomerPortalAccess, [], []),
                command.UserGroupIds, command.Password, Refusal.OrganizationNotFound, cancellationToken);
    }
}

/// <summary>The rules for the text of a new person.</summary>
public sealed class PersonValidator : AbstractValidator<INewPerson>
{
    public const int ShortestPassword = 8;

    public PersonValidator()
    {
        RuleFor(c => c.FirstName).Text(1);
        RuleFor(c => c.LastName).Text();
        RuleFor(c => c.Email).Email();
        RuleFor(c => c.Password).Text(ShortestPassword).When(c => c.Password is not null);
    }
}
