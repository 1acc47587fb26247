using System.Diagnostics;

namespace EventSourcedOrgs.Domain.Organizations;

// ---- Events: stored for ever. Add optional members; never rename or remove one. ----

/// <summary>Whatever happens to an organization.</summary>
public abstract record OrganizationEvent { private protected OrganizationEvent() { } }

/// <summary>A customer organization was taken on; -1 in 'AllowedUsers' is unlimited.</summary>
public sealed record OrganizationCreated(
    OrganizationId Organization, string Name, string Email, string? Description, int AllowedUsers, Address? Address, Guid? Reseller) : OrganizationEvent;
/// <summary>The organization goes by another name.</summary>
public sealed record OrganizationRenamed(OrganizationId Organization, string Name) : OrganizationEvent;
/// <summary>The organization is reached under another e-mail address.</summary>
public sealed record OrganizationEmailChanged(OrganizationId Organization, string Email) : OrganizationEvent;
/// <summary>The description was replaced or, when null, cleared.</summary>
public sealed record OrganizationDescriptionChanged(OrganizationId Organization, string? Description) : OrganizationEvent;
/// <summary>The postal address was replaced or, when null, cleared.</summary>
public sealed record OrganizationAddressChanged(OrganizationId Organization, Address? Address) : OrganizationEvent;
/// <summary>The organization is now served by this reseller, or by none.</summary>
public sealed record OrganizationResellerChanged(OrganizationId Organization, Guid? Reseller) : OrganizationEvent;
/// <summary>The organization now carries exactly these entries.</summary>
public sealed record OrganizationMetadataChanged(OrganizationId Organization, ValueList<MetadataEntry> Metadata) : OrganizationEvent;
/// <summary>So many seats are allowed from now on, -1 for unlimited; nobody loses a seat by it.</summary>
public sealed record AllowedUsersChanged(OrganizationId Organization, int AllowedUsers) : OrganizationEvent;
/// <summary>The user took a seat.</summary>
public sealed record UserJoinedOrganization(OrganizationId Organization, UserId User) : OrganizationEvent;
/// <summary>The user's seat is free again.</summary>
public sealed record UserLeftOrganization(OrganizationId Organization, UserId User) : OrganizationEvent;
/// <summary>Nobody in the organization has access until it is reinstated; nothing is deleted.</summary>
public sealed record OrganizationSuspended(OrganizationId Organization) : OrganizationEvent;
/// <summary>The suspension is over.</summary>
public sealed record OrganizationReinstated(OrganizationId Organization) : OrganizationEvent;
/// <summary>People of the organization sign in with this provider; the secret is not told.</summary>
public sealed record OrganizationIdentityProviderChanged(OrganizationId Organization, IdentityProvider Provider) : OrganizationEvent;
/// <summary>The provider of the organization is shown another secret from now on; the secret is not told.</summary>
public sealed record OrganizationIdentityProviderSecretChanged(OrganizationId Organization) : OrganizationEvent;
/// <summary>The organization has no provider any more.</summary>
public sealed record OrganizationIdentityProviderRemoved(OrganizationId Organization) : OrganizationEvent;
/// <summary>The organization is gone, the history stays.</summary>
public sealed record OrganizationDeleted(OrganizationId Organization) : OrganizationEvent;

/// <summary>Who asks for a seat: the vendor may go past the limit, an organization-admin may not.</summary>
public enum SeatAuthority
{
    OrganizationAdmin,
    Vendor,
}

/// <summary>What a request wants to change of an organization; what it leaves out stays.</summary>
public sealed record OrganizationChanges(
    Optional<string> Name, Optional<string> Email, Optional<string?> Description, Optional<int> AllowedUsers,
    Optional<Address?> Address, Optional<Guid?> Reseller, Optional<ValueList<MetadataEntry>> Metadata);

/// <summary>A customer organization: its details, whether it is active, its seats and how many are in use (a count, not a list).</summary>
public sealed record Organization(
    OrganizationId Id, string Name, string Email, string? Description, int AllowedUsers, int SeatsUsed, Address? Address, Guid? Reseller,
    ValueList<MetadataEntry> Metadata, bool Suspended, bool Deleted, Recorded Recorded) : IAggregate<Organization, OrganizationEvent>
{
    public const int Unlimited = -1;

    public static Organization Initial { get; } = new(default, "", "", null, 0, 0, null, null, [], false, false, default);

    /// <summary>What people of the organization sign in with besides a password.</summary>
    public IdentityProvider? IdentityProvider { get; init; }

    /// <summary>True once it was created and until it is deleted.</summary>
    public bool Exists => Id != default && !Deleted;

    /// <summary>More seats are in use than allowed: the vendor went past the limit, or lowered it.</summary>
    public bool SeatsExceeded => AllowedUsers != Unlimited && SeatsUsed > AllowedUsers;

    public Organization With(Recorded recorded) => this with { Recorded = recorded };

    public static Organization Evolve(Organization organization, OrganizationEvent @event) => @event switch
    {
        OrganizationCreated e => organization with
        {
            Id = e.Organization,
            Name = e.Name,
            Email = e.Email,
            Description = e.Description,
            AllowedUsers = e.AllowedUsers,
            Address = e.Address,
            Reseller = e.Reseller,
        },
        OrganizationRenamed e => organization with { Name = e.Name },
        OrganizationEmailChanged e => organization with { Email = e.Email },
        OrganizationDescriptionChanged e => organization with { Description = e.Description },
        OrganizationAddressChanged e => organization with { Address = e.Address },
        OrganizationResellerChanged e => organization with { Reseller = e.Reseller },
        OrganizationMetadataChanged e => organization with { Metadata = e.Metadata },
        AllowedUsersChanged e => organization with { AllowedUsers = e.AllowedUsers },
        UserJoinedOrganization => organization with { SeatsUsed = organization.SeatsUsed + 1 },
        UserLeftOrganization => organization with { SeatsUsed = organization.SeatsUsed - 1 },
        OrganizationSuspended => organization with { Suspended = true },
        OrganizationReinstated => organization with { Suspended = false },
        OrganizationIdentityProviderChanged e => organization with { IdentityProvider = e.Provider },
        OrganizationIdentityProviderSecretChanged => organization,
        OrganizationIdentityProviderRemoved => organization with { IdentityProvider = null },
        OrganizationDeleted => organization with { Deleted = true },
        _ => throw new UnreachableException($"{@event.GetType().Name} has no place in Organization.Evolve."),
    };

    // ---- Decisions ----

    public static Decision<OrganizationEvent> New(
        OrganizationId id, string name, string email, string? description, int allowedUsers, Address? address, Guid? reseller, ValueList<MetadataEntry> metadata) =>
        metadata.Count == 0
            ? [new OrganizationCreated(id, name, email, description, allowedUsers, address, reseller)]
            : [new OrganizationCreated(id, name, email, description, allowedUsers, address, reseller), new OrganizationMetadataChanged(id, metadata)];

    public Decision<OrganizationEvent> Change(OrganizationChanges to) => !Exists ? Refusal.OrganizationNotFound :
    [
        .. to.Name.WhenChanged(Name, name => new OrganizationRenamed(Id, name) as OrganizationEvent),
        .. to.Email.WhenChanged(Email, email => new OrganizationEmailChanged(Id, email)),
        .. to.Description.WhenChanged(Description, description => new OrganizationDescriptionChanged(Id, description)),
        .. to.Address.WhenChanged(Address, address => new OrganizationAddressChanged(Id, address)),
        .. to.Reseller.WhenChanged(Reseller, reseller => new OrganizationResellerChanged(Id, reseller)),
        .. to.Metadata.Select(replacement => Domain.Metadata.Keeping(Metadata, replacement))
            .WhenChanged(Metadata, metadata => new OrganizationMetadataChanged(Id, metadata)),
        .. to.AllowedUsers.WhenChanged(AllowedUsers, allowed => new AllowedUsersChanged(Id, allowed)),
    ];

    /// <summary>
    /// The one decision by which a user takes a seat, whatever the way in: created, moved, imported. The count knows no names,
    /// so the caller asks only for users who are not in yet (the user's own state says so).
    /// </summary>
    public Decision<OrganizationEvent> Admit(UserId user, SeatAuthority authority) => this switch
    {
        { Exists: false } => Refusal.OrganizationNotFound,
        _ when authority == SeatAuthority.OrganizationAdmin && AllowedUsers != Unlimited && SeatsUsed >= AllowedUsers =>
            Refusal.AllowedUsersLimitReached(AllowedUsers, SeatsUsed),
        _ => [new UserJoinedOrganization(Id, user)],
    };

    /// <summary>Frees the seat of a user who leaves or is removed; where none is taken there is none to free.</summary>
    public Decision<OrganizationEvent> Release(UserId user) => SeatsUsed == 0 ? [] : [new UserLeftOrganization(Id, user)];

    public Decision<OrganizationEvent> Suspend() => this switch
    {
        { Exists: false } => Refusal.OrganizationNotFound,
        { Suspended: true } => [],
        _ => [new OrganizationSuspended(Id)],
    };

    public Decision<OrganizationEvent> Reinstate() => this switch
    {
        { Exists: false } => Refusal.OrganizationNotFound,
        { Suspended: false } => [],
        _ => [new OrganizationReinstated(Id)],
    };

    public Decision<OrganizationEvent> SetIdentityProvider(IdentityProvider provider, bool newSecret) => !Exists ? Refusal.OrganizationNotFound :
    [
        .. provider == IdentityProvider ? (OrganizationEvent[])[] : [new OrganizationIdentityProviderChanged(Id, provider)],
        .. newSecret ? (OrganizationEvent[])[new OrganizationIdentityProviderSecretChanged(Id)] : [],
    ];

    public Decision<OrganizationEvent> RemoveIdentityProvider() => this switch
    {
        { Exists: false } => Refusal.OrganizationNotFound,
        { IdentityProvider: null } => [],
        _ => [new OrganizationIdentityProviderRemoved(Id)],
    };

    /// <param name="withUsers">Whether it goes although it has users, who then have no access any more.</param>
    public Decision<OrganizationEvent> Delete(bool withUsers = false) => this switch
    {
        { Deleted: true } => [],
        { Exists: false } => Refusal.OrganizationNotFound,
        { SeatsUsed: > 0 } when !withUsers => Refusal.OrganizationHasUsers(SeatsUsed),
        _ => [new OrganizationDeleted(Id)],
    };
}
