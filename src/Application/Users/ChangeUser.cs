using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Roles;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using FluentValidation;

namespace EventSourcedOrgs.Application.Users;

/// <summary>The vendor changes what a request names of a user, role and organization included.</summary>
public sealed record ChangeUser(UserId User, UserChanges Changes, Optional<Role> Role, Optional<OrganizationId?> Organization) : ICommand<User>
{
    public Guid? Target => User.Value;

    public sealed class Validator : AbstractValidator<ChangeUser>
    {
        public Validator() => RuleFor(c => c.Changes).SetValidator(new UserChangesValidator());
    }

    public sealed class Handler(Store store, IPasswords passwords, Scopes scopes) : ICommandHandler<ChangeUser, User>
    {
        public async Task<Result<User>> Handle(ChangeUser command, CancellationToken cancellationToken)
        {
            var user = await store.Users.Latest(command.User, cancellationToken);
            return !user.Exists ? Refusal.UserNotFound
                : await new UserRevision(store, passwords, scopes).Apply(user, command.Changes, command.Role, command.Organization, default, cancellationToken);
        }
    }
}

/// <summary>Takes an entry out of the metadata of the user that has it.</summary>
public sealed record DropUserMetadata(Guid Entry) : ICommand<User>
{
    public sealed class Handler(Store store) : ICommandHandler<DropUserMetadata, User>
    {
        public async Task<Result<User>> Handle(DropUserMetadata command, CancellationToken cancellationToken) =>
            await store.UserWithMetadata(command.Entry, cancellationToken) is { } user
                ? await store.Users.Decide(user, state => state.DropMetadata(command.Entry), cancellationToken)
                : Refusal.NotFound("Metadata");
    }
}

/// <summary>Changes a user of an organization; <see cref="UserGroupIds"/> are the groups to be in from now on.</summary>
public sealed record ChangeOrganizationUser(
    OrganizationId Organization, UserId User, UserChanges Changes, Optional<Role> Role, Optional<ValueList<UserGroupId>> UserGroupIds)
    : ICommand<User>, IWithinOrganization
{
    public Guid? Target => User.Value;

    public sealed class Validator : AbstractValidator<ChangeOrganizationUser>
    {
        public Validator()
        {
            RuleFor(c => c.Changes).SetValidator(new UserChangesValidator());
            RuleFor(c => c.UserGroupIds.Value.Count).LessThanOrEqualTo(CreateOrganizationUser.MostGroups)
                .When(c => c.UserGroupIds.IsSet).OverridePropertyName("UserGroupIds");
        }
    }

    public sealed class Handler(Store store, IPasswords passwords, Scopes scopes) : ICommandHandler<ChangeOrganizationUser, User>
    {
        public async Task<Result<User>> Handle(ChangeOrganizationUser command, CancellationToken cancellationToken)
        {
            var user = await store.Users.Latest(command.User, cancellationToken);
            return !user.Exists || user.Organization != command.Organization ? Refusal.UserNotFound
                : await new UserRevision(store, passwords, scopes).Apply(user, command.Changes, command.Role, default, command.UserGroupIds, cancellationToken);
        }
    }
}

/// <summary>The rules for the text of a changed person.</summary>
public sealed class UserChangesValidator : AbstractValidator<UserChanges>
{
    public UserChangesValidator()
    {
        RuleFor(c => c.FirstName).Text(1);
        RuleFor(c => c.LastName).OptionalText();
        RuleFor(c => c.Email).Email();
        RuleFor(c => c.Company).OptionalText();
        RuleFor(c => c.Tags).Tags();
        RuleFor(c => c.Metadata).Metadata(most: 20);
    }
}

/// <summary>Changes a user whoever asks: the role is one the caller may give, also into another organization, the e-mail address free, a new organization has a seat.</summary>
public sealed class UserRevision(Store store, IPasswords passwords, Scopes scopes)
{
    public async Task<Result<User>> Apply(
        User user, UserChanges changes, Optional<Role> role, Optional<OrganizationId?> organization, Optional<ValueList<UserGroupId>> groups,
        CancellationToken cancellation)
    {
        var (given, moves) = (role.Or(user.Role), organization.Or(user.Organization) != user.Organization);
        if ((given != user.Role || (moves && !user.Role.IsTeam)) && await new GivenRole(store, scopes).Check(given, cancellation) is { } mayNot)
            return mayNot;
        var readdressed = changes.Email.Or(user.Email.Value!) != user.Email.Value;
        if ((given != user.Role || readdressed) && store.Context.Caller.MayManage(user) is { } mayNotManage)
            return mayNotManage;
        if (readdressed && MayReaddress(user) is { } mayNotReaddress)
            return mayNotReaddress;
        if (await ClaimEmail(user, changes.Email, cancellation) is { } taken)
            return taken;
        if (await MoveSeat(user, organization.Or(user.Organization), cancellation) is { } full)
            return full;

        // Whoever may reset the password of the one that the user was may not reset that of the one that the user is now.
        if (given != user.Role || moves)
            store.Documents.Delete<PasswordReset>(user.Id.Value);

        var known = groups.IsSet ? await store.UserGroups.Latest(groups.Value, cancellation) : null;
        var placed = await store.Users.Decide(user.Id, state => state.Place(role.Or(state.Role), organization.Or(state.Organization)), cancellation);
        var changed = placed.Refusal is null ? await store.Users.Decide(user.Id, state => state.Change(changes), cancellation) : placed;
        return changed.Refusal is null && known is not null
            ? await store.Users.Decide(user.Id, state => state.SetGroups(groups.Value, known), cancellation)
            : changed;
    }

    /// <summary>
    /// Whoever has the address can sign in by an identity provider that vouches for it. So it is guarded as the password is: users change their own where they are signed in, others need to be allowed
    /// everything that the user is.
    /// </summary>
    private Refusal? MayReaddress(User user)
    {
        var caller = store.Context.Caller;
        return caller.User == user.Id ? caller.Session is null ? Refusal.SignInRequired : null
            : caller.Scopes is null || (user.Role.IsReserved && scopes.CanDoAll(caller, user.Role)) ? null
            : Refusal.PasswordResetNotAllowed;
    }

    private async Task<Refusal?> ClaimEmail(User user, Optional<string> email, CancellationToken cancellation)
    {
        var before = Unique.Email(user.Email.Value ?? "");
        if (!email.IsSet || Unique.Email(email.Value) == before)
            return null;
        if (await store.Claims.Take(Unique.Email(email.Value), user.Id.Value, Refusal.DuplicateEmail, cancellation) is { } taken)
            return taken;

        store.Claims.Free(before);
        return null;
    }

    /// <summary>
    /// Ends what the user held in the former organization. Both organizations are locked in the order of their ids, so that two opposite moves cannot
    /// wait for each other.
    /// </summary>
    private async Task<Refusal?> MoveSeat(User user, OrganizationId? organization, CancellationToken cancellation)
    {
        if (organization == user.Organization)
            return null;

        var releaseFirst = user.Organization is not { } from || organization is not { } to || from.Value.CompareTo(to.Value) < 0;
        if (releaseFirst)
            await Release(user, cancellation);
        if (await new Admission(store, passwords, scopes).TakeSeat(user.Id, organization, Refusal.UnknownOrganization, cancellation) is { } full)
            return full;
        if (!releaseFirst)
            await Release(user, cancellation);
        var assignments = new DirectAssignments(store);
        return user.Organization is { } former ? await assignments.End(await assignments.Of([user.Id], former, cancellation), cancellation) : null;
    }

    private async Task Release(User user, CancellationToken cancellation)
    {
        if (user.Organization is { } organization)
            await store.Organizations.DecideInTurn(organization, state => state.Release(user.Id), cancellation);
    }
}
