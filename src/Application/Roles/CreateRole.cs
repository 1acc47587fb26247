using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Roles;
using FluentValidation;

namespace EventSourcedOrgs.Application.Roles;

/// <summary>Makes a role for members of the vendor's team, of claims that the caller has.</summary>
public sealed record CreateRole(RoleId Id, string Name, string? Description, ValueList<string> Claims) : ICommand<CustomRole>
{
    public const int MostClaims = 256;

    public sealed class Validator : AbstractValidator<CreateRole>
    {
        public Validator()
        {
            RuleFor(c => c.Name).Text(1);
            RuleFor(c => c.Description).Text();
            RuleFor(c => c.Claims.Count).InclusiveBetween(1, MostClaims).OverridePropertyName("Claims").WithMessage($"must have 1 to {MostClaims} elements.");
        }
    }

    public sealed class Handler(Store store, Scopes scopes) : ICommandHandler<CreateRole, CustomRole>
    {
        public async Task<Result<CustomRole>> Handle(CreateRole command, CancellationToken cancellationToken)
        {
            var (name, claims) = (command.Name.Trim(), command.Claims.Distinct().ToValueList());
            if (scopes.MayClaim(store.Context.Caller, claims) is { } mayNot)
                return mayNot;
            if (await store.Claims.Take(Unique.RoleName(name), command.Id.Value, Refusal.DuplicateRoleName, cancellationToken) is { } taken)
                return taken;

            return store.CustomRoles.Start(command.Id, CustomRole.New(command.Id, name, command.Description, claims));
        }
    }
}
