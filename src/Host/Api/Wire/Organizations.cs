using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Organizations;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Organizations;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>The body of a new organization.</summary>
internal sealed record NewOrganization(
    string Name, string Email, int AllowedUsers, string? Description = null, WireAddress? Address = null, string? ResellerId = null, ValueList<NewMetadata>? Metadata = null)
{
    public CreateOrganization ToCommand(DateTimeOffset now) => new(
        Id.New<OrganizationId>(), Name, Email, string.IsNullOrEmpty(Description) ? null : Description, AllowedUsers, Address?.ToAddress(),
        Common.OptionalGuid(ResellerId, "resellerId"), Metadata.ToMetadata(now));
}

/// <summary>The body of a change to an organization; what it leaves out stays.</summary>
internal sealed record OrganizationPatch(string? Name = null, string? Email = null, int? AllowedUsers = null, ValueList<NewMetadata>? Metadata = null)
{
    public Optional<string?> Description { get; init; }

    public Optional<WireAddress?> Address { get; init; }

    public Optional<string?> ResellerId { get; init; }

    public ChangeOrganization ToCommand(OrganizationId id, DateTimeOffset now) => new(id, new OrganizationChanges(
        Common.Given(Name?.Trim()), Common.Given(Email?.Trim()), Description.Select(text => string.IsNullOrEmpty(text) ? null : text), Common.Given(AllowedUsers),
        Address.Select(address => address?.ToAddress()), Common.GivenGuid(ResellerId, "resellerId"),
        Common.GivenMetadata(Metadata, now)));
}

/// <summary>An organization as the contract has it, and more: its seats in use, whether more are taken than allowed, its status, its metadata.</summary>
internal sealed record WireOrganization(
    OrganizationId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, string Email, string Description, int AllowedUsers,
    WireAddress Address, Guid? ResellerId, object? Reseller, int UsersCount, bool SeatsExceeded, bool Suspended, ValueList<WireAdminMetadata> Metadata)
{
    public static WireOrganization Of(Organization organization) => new(
        organization.Id, organization.Recorded.CreatedAt, organization.Recorded.UpdatedAt, organization.Name, organization.Email,
        organization.Description ?? "", organization.AllowedUsers, WireAddress.Of(organization.Address), organization.Reseller, null,
        organization.SeatsUsed, organization.SeatsExceeded, organization.Suspended, Common.ForAdmin(organization.Metadata));

    /// <summary>The vendor sees all metadata, the organization itself what is marked for it.</summary>
    public static Task<WireOrganization> Of(Organization organization, Store store, CancellationToken cancellation) => Task.FromResult(Of(
        store.Context.Caller.IsVendor ? organization : organization with { Metadata = Common.SeenBy("organization", organization.Metadata).ToValueList() }));

    public static Task<IReadOnlyList<WireOrganization>> Of(IReadOnlyList<Organization> organizations, Store store, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<WireOrganization>>([.. organizations.Select(Of)]);
}
