using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Roles;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Roles;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>The body of a new role.</summary>
internal sealed record NewRole(string Name, ValueList<string> Claims, string? Description = null)
{
    public CreateRole ToCommand() => new(Id.New<RoleId>(), Name, string.IsNullOrEmpty(Description) ? null : Description, Claims);
}

/// <summary>The body of a change to a role; what it leaves out stays.</summary>
internal sealed record RolePatch(string? Name = null, ValueList<string>? Claims = null)
{
    public Optional<string?> Description { get; init; }

    public ChangeRole ToCommand(RoleId id) => new(
        id, Common.Given(Name?.Trim()), Description.Select(text => string.IsNullOrEmpty(text) ? null : text), Common.Given(Claims));
}

/// <summary>A role that the vendor made.</summary>
internal sealed record WireRole(RoleId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, string Description, ValueList<string> Claims)
{
    public static Task<WireRole> Of(CustomRole role, Store store, CancellationToken cancellation) => Task.FromResult(Of(role));

    public static Task<IReadOnlyList<WireRole>> Of(IReadOnlyList<CustomRole> roles, Store store, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<WireRole>>([.. roles.Select(Of)]);

    private static WireRole Of(CustomRole role) => new(
        role.Id, role.Recorded.CreatedAt, role.Recorded.UpdatedAt, role.Name, role.Description ?? "", role.Claims);
}
