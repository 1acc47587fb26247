using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using FluentValidation;

namespace EventSourcedOrgs.Application.Users;

/// <summary>One of several new users of an organization. There is no password: the user sets one before the first sign-in.</summary>
public sealed record NewMember(
    UserId Id, string FirstName, string? LastName, string Email, Role Role, bool AllowCustomerPortalAccess, ValueList<UserGroupId> UserGroupIds) : INewPerson
{
    public string? Password => null;
}

/// <summary>Makes several users of an organization, all of them or none; what is wrong with any of them is told of each.</summary>
public sealed record CreateOrganizationUsers(OrganizationId Organization, ValueList<NewMember> Users) : ICommand<IReadOnlyList<User>>, IWithinOrganization
{
    public const int Most = 500;

    public bool IsSlow => true;

    public sealed class Validator : AbstractValidator<CreateOrganizationUsers>
    {
        public Validator()
        {
            RuleFor(c => c.Users.Count).InclusiveBetween(1, Most).OverridePropertyName("Users").WithMessage($"must be 1 to {Most}.");
            RuleForEach(c => c.Users).SetValidator(new MemberValidator());
        }
    }

    private sealed class MemberValidator : AbstractValidator<NewMember>
    {
        public MemberValidator()
        {
            Include(new PersonValidator());
            RuleFor(member => member.UserGroupIds.Count).LessThanOrEqualTo(CreateOrganizationUser.MostGroups).OverridePropertyName("UserGroupIds");
        }
    }

    public sealed class Handler(Store store, IPasswords passwords, Scopes scopes) : ICommandHandler<CreateOrganizationUsers, IReadOnlyList<User>>
    {
        public async Task<Result<IReadOnlyList<User>>> Handle(CreateOrganizationUsers command, CancellationToken cancellationToken)
        {
            var (admission, made) = (new Admission(store, passwords, scopes), new List<User>());
            Refusal? first = null;
            var errors = new List<FieldError>();
            foreach (var (index, member) in command.Users.Index())
            {
                var admitted = await admission.Admit(
                    new NewUser(member.Id, member.FirstName.Trim(), member.LastName, member.Email.Trim(), null, member.Role, command.Organization, member.AllowCustomerPortalAccess, [], []),
                    member.UserGroupIds, null, Refusal.OrganizationNotFound, cancellationToken);
                if (admitted.Refusal is { Kind: RefusalKind.NotFound } gone)
                    return gone;
                if (admitted.Refusal is { } refusal)
                    errors.Add(new($"/users/{index}{(refusal.Field is { } field ? $"/{field}" : "")}", refusal.Message));
                else
                    made.Add(admitted.Value!);
                first ??= admitted.Refusal;
            }

            return first is null ? made : first with { Field = null, Errors = errors.ToValueList() };
        }
    }
}
