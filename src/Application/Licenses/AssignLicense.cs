using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using FluentValidation;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>Opens a licence of the organization to every user of a group at once, within a window of time: one event, whatever the size of the group.</summary>
public sealed record AssignGroupToLicense(OrganizationId Organization, LicenseId License, UserGroupId UserGroup, AssignmentWindow Within = default)
    : ICommand<License>, IWithinOrganization
{
    public Guid? Target => License.Value;

    public Task Prefetch(Store store, CancellationToken cancellation) =>
        Task.WhenAll(store.UserGroups.Prefetch([UserGroup], cancellation), store.Licenses.Prefetch([License], cancellation));

    public sealed class Handler(Store store) : ICommandHandler<AssignGroupToLicense, License>
    {
        public async Task<Result<License>> Handle(AssignGroupToLicense command, CancellationToken cancellationToken)
        {
            var group = await store.UserGroups.Latest(command.UserGroup, cancellationToken);
            return await store.DecideOnLicenseOf(command.Organization, command.License, license => license.AssignGroup(group, command.Within), cancellationToken);
        }
    }
}

/// <summary>Closes a licence to a group; who has no other path to it loses it at once.</summary>
public sealed record UnassignGroupFromLicense(OrganizationId Organization, LicenseId License, UserGroupId UserGroup) : ICommand<License>, IWithinOrganization
{
    public Guid? Target => License.Value;

    public sealed class Handler(Store store) : ICommandHandler<UnassignGroupFromLicense, License>
    {
        public Task<Result<License>> Handle(UnassignGroupFromLicense command, CancellationToken cancellationToken) =>
            store.DecideOnLicenseOf(command.Organization, command.License, license => license.UnassignGroup(command.UserGroup), cancellationToken);
    }
}

/// <summary>Sets the groups a licence is assigned to; one event for each group that comes or goes, and those that stay keep their windows.</summary>
public sealed record SetLicenseGroups(OrganizationId Organization, LicenseId License, ValueList<UserGroupId> UserGroupIds) : ICommand<License>, IWithinOrganization
{
    public const int Most = 1000;

    public Guid? Target => License.Value;

    public sealed class Validator : AbstractValidator<SetLicenseGroups>
    {
        public Validator() => RuleFor(c => c.UserGroupIds.Count).LessThanOrEqualTo(Most).OverridePropertyName("UserGroupIds");
    }

    public sealed class Handler(Store store) : ICommandHandler<SetLicenseGroups, License>
    {
        public async Task<Result<License>> Handle(SetLicenseGroups command, CancellationToken cancellationToken)
        {
            var known = await store.UserGroups.Latest(command.UserGroupIds, cancellationToken);
            return await store.DecideOnLicenseOf(command.Organization, command.License, license => license.SetGroups(command.UserGroupIds, known), cancellationToken);
        }
    }
}

/// <summary>Opens a licence of the organization to one of its users directly, within a window of time.</summary>
public sealed record AssignUserToLicense(OrganizationId Organization, LicenseId License, UserId User, AssignmentWindow Within = default)
    : ICommand<License>, IWithinOrganization
{
    public Guid? Target => License.Value;

    public sealed class Handler(Store store) : ICommandHandler<AssignUserToLicense, License>
    {
        public async Task<Result<License>> Handle(AssignUserToLicense command, CancellationToken cancellationToken)
        {
            var user = await store.Users.Latest(command.User, cancellationToken);
            return !user.Exists || user.Organization != command.Organization ? Refusal.UserNotFound
                : await store.DecideOnLicenseOf(command.Organization, command.License, license => license.AssignUser(user, command.Within), cancellationToken);
        }
    }
}

/// <summary>Closes a licence to a user's direct assignment; a path through a group stays.</summary>
public sealed record UnassignUserFromLicense(OrganizationId Organization, LicenseId License, UserId User) : ICommand<License>, IWithinOrganization
{
    public Guid? Target => License.Value;

    public sealed class Handler(Store store) : ICommandHandler<UnassignUserFromLicense, License>
    {
        public Task<Result<License>> Handle(UnassignUserFromLicense command, CancellationToken cancellationToken) =>
            store.DecideOnLicenseOf(command.Organization, command.License, license => license.UnassignUser(command.User), cancellationToken);
    }
}

/// <summary>Decisions on the licences of one organization.</summary>
public static class OrganizationLicenses
{
    /// <summary>Decides on a licence of this organization; another's licence does not exist here.</summary>
    public static Task<Result<License>> DecideOnLicenseOf(
        this Store store, OrganizationId organization, LicenseId license, Func<License, Decision<LicenseEvent>> decide, CancellationToken cancellation) =>
        store.Licenses.Decide(license, state => state.Organization == organization ? decide(state) : Refusal.LicenseNotFound, cancellation);
}
