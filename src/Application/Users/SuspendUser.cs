using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Application.Users;

/// <summary>Takes all access from a user at once; the seat stays taken.</summary>
public sealed record SuspendUser(UserId User) : ICommand<User>
{
    public Guid? Target => User.Value;

    public sealed class Handler(Store store) : ICommandHandler<SuspendUser, User>
    {
        public Task<Result<User>> Handle(SuspendUser command, CancellationToken cancellationToken) =>
            store.Users.Decide(command.User, user => store.Context.Caller.MayManage(user) is { } mayNot ? mayNot : user.Suspend(), cancellationToken);
    }
}

/// <summary>Gives back exactly the access that the suspension took.</summary>
public sealed record ReinstateUser(UserId User) : ICommand<User>
{
    public Guid? Target => User.Value;

    public sealed class Handler(Store store) : ICommandHandler<ReinstateUser, User>
    {
        public Task<Result<User>> Handle(ReinstateUser command, CancellationToken cancellationToken) =>
            store.Users.Decide(command.User, user => store.Context.Caller.MayManage(user) is { } mayNot ? mayNot : user.Reinstate(), cancellationToken);
    }
}

/// <summary>An organization-admin takes all access from a user of the organization; the seat stays taken.</summary>
public sealed record SuspendOrganizationUser(OrganizationId Organization, UserId User) : ICommand<User>, IWithinOrganization
{
    public Guid? Target => User.Value;

    public sealed class Handler(Store store) : ICommandHandler<SuspendOrganizationUser, User>
    {
        public Task<Result<User>> Handle(SuspendOrganizationUser command, CancellationToken cancellationToken) =>
            store.Users.Decide(command.User, user => user.Organization == command.Organization ? user.Suspend() : Refusal.UserNotFound, cancellationToken);
    }
}

/// <summary>An organization-admin gives back exactly the access that the suspension took.</summary>
public sealed record ReinstateOrganizationUser(OrganizationId Organization, UserId User) : ICommand<User>, IWithinOrganization
{
    public Guid? Target => User.Value;

    public sealed class Handler(Store store) : ICommandHandler<ReinstateOrganizationUser, User>
    {
        public Task<Result<User>> Handle(ReinstateOrganizationUser command, CancellationToken cancellationToken) =>
            store.Users.Decide(command.User, user => user.Organization == command.Organization ? user.Reinstate() : Refusal.UserNotFound, cancellationToken);
    }
}
