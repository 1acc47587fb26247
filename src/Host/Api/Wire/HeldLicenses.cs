using System.Text.Json.Serialization;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.EntitlementSets;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Products;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>The groups that a licence is assigned to from now on; none is allowed.</summary>
internal sealed record LicenseGroups(ValueList<UserGroupId> UserGroupIds);

/// <summary>What others see of a product or product version.</summary>
internal sealed record WireDisplayName(string DisplayName);

/// <summary>What others see of an entitlement set.</summary>
internal sealed record WireName(string Name);

/// <summary>A licence as its organization sees it, with its groups, or as one of its users does, without.</summary>
internal sealed record WireHeldLicense(
    LicenseId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Key, bool Revoked, bool Suspended, bool Perpetual, LicenseType Type, int? Validity,
    string? SubscriptionInterval, int TotalActivations, int TotalDeactivations, int AllowedActivations, int AllowedDeactivations, int AllowedFloatingClients,
    int LeaseDuration, DateTimeOffset? ExpiresAt, DateTimeOffset? EffectiveDate, string? Notes, ValueList<WireMetadata> Metadata,
    ValueList<WireMeter> MeterAttributes, WireDisplayName? Product, WireDisplayName? ProductVersion, WireName? EntitlementSet,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ValueList<WireUserGroup>? UserGroups)
{
    public static async Task<WireHeldLicense> OfOrganization(License license, Store store, CancellationToken cancellation) =>
        (await OfOrganization([license], store, cancellation))[0];

    public static async Task<IReadOnlyList<WireHeldLicense>> OfOrganization(IReadOnlyList<License> licenses, Store store, CancellationToken cancellation)
    {
        var products = await store.Products.Latest(licenses.Select(license => license.Product), cancellation);
        var sets = await SetsOf(licenses, store, cancellation);
        var groups = await store.UserGroups.Latest(licenses.SelectMany(license => license.Groups), cancellation);
        var usages = await store.LicenseUses.Of(licenses, store, cancellation);
        return [.. licenses.Select(license =>
            Of(license, usages.GetValueOrDefault(license.Id, LicenseUsage.None), "organization", products.GetValueOrDefault(license.Product), sets, WireUserGroup.Living(license.Groups, groups)))];
    }

    public static async Task<WireHeldLicense> OfUser(License license, Store store, CancellationToken cancellation) =>
        (await OfUser([license], store, cancellation))[0];

    /// <summary>Of a past moment without the key, unless the licence is the caller's own now, too: a key is not past.</summary>
    public static async Task<IReadOnlyList<WireHeldLicense>> OfUser(IReadOnlyList<License> licenses, Store store, CancellationToken cancellation)
    {
        var own = store.Context.AsOf is null ? null : await store.SeenNow(licenses.Select(license => license.Id), cancellation);
        var products = await store.Products.Latest(licenses.Select(license => license.Product), cancellation);
        var sets = await SetsOf(licenses, store, cancellation);
        var usages = await store.LicenseUses.Of(licenses, store, cancellation);
        return [.. licenses.Select(license =>
            Of(own?.Contains(license.Id) == false ? license with { Key = "" } : license, usages.GetValueOrDefault(license.Id, LicenseUsage.None), "user",
                products.GetValueOrDefault(license.Product), sets, groups: null))];
    }

    private static Task<IReadOnlyDictionary<EntitlementSetId, EntitlementSet>> SetsOf(IReadOnlyList<License> licenses, Store store, CancellationToken cancellation) =>
        store.EntitlementSets.Latest(licenses.Select(license => license.Entitlement.EntitlementSet).OfType<EntitlementSetId>(), cancellation);

    private static WireHeldLicense Of(
        License license, LicenseUsage usage, string viewer, Product? product, IReadOnlyDictionary<EntitlementSetId, EntitlementSet> sets,
        ValueList<WireUserGroup>? groups) => new(
        Id: license.Id, CreatedAt: license.CreatedAt, UpdatedAt: license.Recorded.UpdatedAt, Key: license.Key, Revoked: license.Revoked,
        Suspended: license.Suspended, Perpetual: license.Perpetual, Type: license.Policy.Type, Validity: Common.Validity(license.Term),
        SubscriptionInterval: license.Term.SubscriptionInterval, TotalActivations: usage.Activations,
        TotalDeactivations: usage.Deactivations, AllowedActivations: license.Policy.AllowedActivations,
        AllowedDeactivations: license.Policy.AllowedDeactivations, AllowedFloatingClients: license.Policy.AllowedFloatingClients,
        LeaseDuration: license.Policy.LeaseDuration, ExpiresAt: license.ExpiresAt, EffectiveDate: license.EffectiveDate, Notes: license.Notes,
        Metadata: Common.For(viewer, license.Metadata), MeterAttributes: Common.For(viewer, license, usage),
        Product: product is null ? null : new(product.DisplayName), ProductVersion: null,
        EntitlementSet: license.Entitlement.EntitlementSet is { } id && sets.TryGetValue(id, out var set) ? new(set.Name) : null, UserGroups: groups);
}

/// <summary>From when and until when an assignment counts (UTC); without the one it counts at once, without the other for ever.</summary>
internal sealed record AssignmentBody(DateTimeOffset? From = null, DateTimeOffset? Until = null)
{
    public static AssignmentWindow ToWindow(AssignmentBody? body) => AssignmentWindow.Of(body?.From, body?.Until);
}

/// <summary>A user group that a licence is assigned to, and from and until when if that is limited.</summary>
internal sealed record WireAssignedGroup(
    UserGroupId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, string Description, DateTimeOffset? From, DateTimeOffset? Until)
{
    public static async Task<IReadOnlyList<WireAssignedGroup>> Of(License license, Store store, CancellationToken cancellation) =>
    [
        .. WireUserGroup.Living(license.Groups, await store.UserGroups.Latest(license.Groups, cancellation)).Select(group => Of(group, license.WindowOf(group.Id))),
    ];

    private static WireAssignedGroup Of(WireUserGroup group, AssignmentWindow window) =>
        new(group.Id, group.CreatedAt, group.UpdatedAt, group.Name, group.Description, window.From, window.Until);
}

/// <summary>A user that a licence is assigned to directly: as its own user or as an additional one; from and until when if that is limited.</summary>
internal sealed record WireAssignedUser(AccessPathKind Kind, WireOrganizationUser User, DateTimeOffset? From, DateTimeOffset? Until)
{
    public static async Task<IReadOnlyList<WireAssignedUser>> Of(License license, Store store, CancellationToken cancellation)
    {
        var ids = license.PrimaryUser is { } primary ? license.Users.Add(primary) : license.Users;
        var users = (await store.Users.Latest(ids, cancellation)).Values.Where(user => user.Exists).OrderBy(user => user.Id.Value).ToList();
        var shown = (await WireOrganizationUser.Of(users, store, cancellation)).ToDictionary(user => user.Id);
        return
        [
            .. users.Where(user => user.Id == license.PrimaryUser).Select(user => Of(AccessPathKind.PrimaryUser, shown[user.Id], AssignmentWindow.Always)),
            .. users.Where(user => license.Users.Contains(user.Id)).Select(user => Of(AccessPathKind.AdditionalUser, shown[user.Id], license.WindowOf(user.Id))),
        ];
    }

    private static WireAssignedUser Of(AccessPathKind kind, WireOrganizationUser user, AssignmentWindow window) => new(kind, user, window.From, window.Until);
}
