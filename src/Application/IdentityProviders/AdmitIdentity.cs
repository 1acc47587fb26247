using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Application.IdentityProviders;

/// <summary>
/// Finds the user whom a provider has named, and links or makes one who is not known yet. The provider of an organization reaches the users of that organization
/// and nobody else; that of the account the members of the team. An address is taken for somebody's only when the provider has verified it, and once for each user:
/// a second identity with the address of a former colleague is somebody else.
/// </summary>
public sealed record AdmitIdentity(OrganizationId? Organization, ProvenIdentity Identity) : ICommand<User>
{
    public sealed class Handler(Store store, IPasswords passwords, Scopes scopes) : ICommandHandler<AdmitIdentity, User>
    {
        public async Task<Result<User>> Handle(AdmitIdentity command, CancellationToken cancellationToken)
        {
            var found = await OwnedProvider.Find(store, command.Organization, cancellationToken);
            if (found.Refusal is { } removed)
                return removed;
            if (command.Organization is { } organization && (await store.Organizations.Latest(organization, cancellationToken)).Suspended)
                return Refusal.OrganizationSuspended;

            var (owned, identity) = (found.Value!, command.Identity);
            if (owned.Provider.Issuer != identity.Issuer)
                return Refusal.InvalidSignInState;
            if (owned.Provider.AllowedEmailDomains.Count > 0 && WrongEmail(owned.Provider, identity) is { } outside)
                return outside;

            var user = await Linked(owned, identity, cancellationToken) is { } known ? known : await FirstTime(owned, identity, cancellationToken);
            return user.Refusal is null && Denial(user.Value!) is { } denial ? denial
                : user.Refusal is null ? await InGroups(owned, user.Value!, identity, cancellationToken)
                : user;
        }

        private async Task<User?> Linked(OwnedProvider owned, ProvenIdentity identity, CancellationToken cancellation) =>
            await store.Claims.Holder(Unique.Identity(owned.Owner, identity.Issuer, identity.Subject), cancellation) is { } holder
            && await store.Users.Latest(UserId.From(holder), cancellation) is { } user && IsReached(owned, user) ? user : null;

        private async Task<Result<User>> FirstTime(OwnedProvider owned, ProvenIdentity identity, CancellationToken cancellation)
        {
            if (WrongEmail(owned.Provider, identity) is { } wrong)
                return wrong;

            var user = await store.Claims.Holder(Unique.Email(identity.Email!), cancellation) is { } holder
                ? await ByEmail(owned, UserId.From(holder), identity.Email!, cancellation)
                : await Provisioned(owned, identity, cancellation);
            if (user.Refusal is not null)
                return user;

            var id = user.Value!.Id;
            if (await store.Claims.Holder(Unique.IdentityOf(owned.Owner, identity.Issuer, id), cancellation) is not null)
                return Refusal.IdentityNotKnown;
            if (await store.Claims.Take(Unique.IdentityOf(owned.Owner, identity.Issuer, id), id.Value, Refusal.IdentityNotKnown, cancellation) is { } taken)
                return taken;
            store.Claims.Move(Unique.Identity(owned.Owner, identity.Issuer, identity.Subject), id.Value);
            return await store.Users.Decide(id, state => state.LinkIdentity(identity.Issuer, identity.Subject), cancellation);
        }

        /// <summary>Addresses that look the same are unique together, and still may be of two people.</summary>
        private async Task<Result<User>> ByEmail(OwnedProvider owned, UserId holder, string email, CancellationToken cancellation)
        {
            var user = await store.Users.Latest(holder, cancellation);
            return !IsReached(owned, user) || !IdentityProvider.IsSame(user.Email.Value ?? "", email) ? Refusal.IdentityNotKnown : Denial(user) is { } denial ? denial : user;
        }

        private async Task<Result<User>> Provisioned(OwnedProvider owned, ProvenIdentity identity, CancellationToken cancellation) => !owned.Provider.Provisioning
            ? Refusal.IdentityNotKnown
            : await new Admission(store, passwords, scopes).Admit(
                new NewUser(Id.New<UserId>(), identity.FirstName ?? identity.Email![..identity.Email!.IndexOf('@')], identity.LastName, identity.Email!, null,
                    owned.Provider.DefaultRole, owned.Organization, AllowCustomerPortalAccess: true, [], []),
                [], password: null, Refusal.OrganizationNotFound, cancellation);

        /// <summary>Only groups that are mapped come and go with what the provider says; where it says nothing they stay.</summary>
        private async Task<Result<User>> InGroups(OwnedProvider owned, User user, ProvenIdentity identity, CancellationToken cancellation)
        {
            if (owned.Provider.GroupClaim is null || identity.Groups is not { } named)
                return user;

            var (mapped, decided) = (owned.Provider.Groups.ToLookup(group => group.UserGroup, group => group.Value), (Result<User>)user);
            var groups = await store.UserGroups.Latest([.. mapped.Select(group => group.Key)], cancellation);
            foreach (var group in groups.Values.Where(group => group.Exists && group.Organization == owned.Organization).OrderBy(group => group.Id.Value))
            {
                var isIn = mapped[group.Id].Any(named.Contains);
                decided = await store.Users.Decide(user.Id, state => isIn ? state.Join(group) : state.Leave(group.Id), cancellation);
                if (decided.Refusal is not null)
                    return decided;
            }

            return decided;
        }

        private static bool IsReached(OwnedProvider owned, User user) => user.Exists
            && (owned.Organization is { } organization ? user.Organization == organization && !user.Role.IsTeam : user.Role.IsTeam && user.Organization is null);

        private static Refusal? Denial(User user) => Callers.DenialOf(user.Role, user.Suspended, organizationSuspended: false, user.AllowCustomerPortalAccess);

        private static Refusal? WrongEmail(IdentityProvider provider, ProvenIdentity identity) =>
            identity is not { EmailVerified: true, Email: { } email } || Rules.WrongEmail(email) is not null ? Refusal.EmailNotVerified
            : !provider.Admits(email) ? Refusal.EmailDomainNotAllowed
            : null;
    }
}
