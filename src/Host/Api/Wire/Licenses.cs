using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>The body of a new licence; what it leaves out comes from the template. An empty id is none.</summary>
internal sealed record NewLicenseBody : WholePolicy
{
    public required string ProductId { get; init; }
    public string? LicenseTemplateId { get; init; }
    public string? LicensePolicyId { get; init; }
    public string? Key { get; init; }
    public string? OrganizationId { get; init; }
    public string? UserId { get; init; }
    public ValueList<UserId>? AdditionalUserIds { get; init; }
    public string? ResellerId { get; init; }
    public string? ProductVersionId { get; init; }
    public string? EntitlementSetId { get; init; }
    public string? MaintenancePolicyId { get; init; }
    public string? MaxAllowedReleaseVersion { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public DateTimeOffset? EffectiveDate { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public string? Notes { get; init; }
    public ValueList<string>? Tags { get; init; }
    public ValueList<NewMetadata>? Metadata { get; init; }
    public ValueList<NewMeter>? MeterAttributes { get; init; }
    public bool? Suspended { get; init; }
    public bool? Revoked { get; init; }

    public CreateLicense ToCommand(DateTimeOffset now) => new(
        Id.New<LicenseId>(), Common.RequiredId<ProductId>(ProductId, "productId"),
        Common.OptionalId<LicenseTemplateId>(Common.EitherTemplate(LicenseTemplateId, LicensePolicyId), "licenseTemplateId"), string.IsNullOrEmpty(Key) ? null : Key,
        Common.OptionalId<OrganizationId>(OrganizationId, "organizationId"), Common.OptionalId<UserId>(UserId, "userId"), AdditionalUserIds ?? [],
        Common.OptionalGuid(ResellerId, "resellerId"), Over, Over, ExpiresAt is { } end ? end : default(Optional<DateTimeOffset?>), EffectiveDate, CreatedAt,
        string.IsNullOrEmpty(Notes) ? null : Notes, Tags ?? [], Metadata.ToMetadata(now), Suspended ?? false, Revoked ?? false)
    {
        Entitlement = new()
        {
            ProductVersion = Common.OptionalGuid(ProductVersionId, "productVersionId"),
            EntitlementSet = Common.OptionalId<EntitlementSetId>(EntitlementSetId, "entitlementSetId"),
            MaintenancePolicy = Common.OptionalId<MaintenancePolicyId>(MaintenancePolicyId, "maintenancePolicyId"),
            MaxAllowedReleaseVersion = string.IsNullOrEmpty(MaxAllowedReleaseVersion) ? null : MaxAllowedReleaseVersion,
        },
        MeterAttributes = MeterAttributes.ToMeters(now),
    };
}

/// <summary>The body of a change to a licence; what it leaves out stays, an empty text clears what can be absent.</summary>
internal sealed record LicensePatch : PolicyPatch
{
    public string? Key { get; init; }
    public Optional<string?> OrganizationId { get; init; }
    public Optional<string?> UserId { get; init; }
    public ValueList<UserId>? AdditionalUserIds { get; init; }
    public Optional<string?> ResellerId { get; init; }
    public Optional<string?> ProductVersionId { get; init; }
    public Optional<string?> EntitlementSetId { get; init; }
    public Optional<string?> MaintenancePolicyId { get; init; }
    public Optional<string?> MaxAllowedReleaseVersion { get; init; }
    public Optional<string?> Notes { get; init; }
    public ValueList<string>? Tags { get; init; }
    public ValueList<NewMetadata>? Metadata { get; init; }
    public ValueList<NewMeter>? MeterAttributes { get; init; }
    public bool? Suspended { get; init; }
    public bool? Revoked { get; init; }

    public ChangeLicense ToCommand(LicenseId id, DateTimeOffset now)
    {
        var (version, set) = (Common.GivenGuid(ProductVersionId, "productVersionId"), Common.GivenId<EntitlementSetId>(EntitlementSetId, "entitlementSetId"));
        var maintenance = Common.GivenId<MaintenancePolicyId>(MaintenancePolicyId, "maintenancePolicyId");
        var changes = new LicenseChanges(
            Common.Given(Key?.Trim()), Over, Common.Given(Suspended), Common.Given(Revoked), Common.GivenGuid(ResellerId, "resellerId"), Notes.Select(Common.Filled),
            Common.Given(Tags), Common.GivenMetadata(Metadata, now))
        {
            Entitlement = entitlement => new()
            {
                ProductVersion = version.Or(entitlement.ProductVersion),
                EntitlementSet = set.Or(entitlement.EntitlementSet),
                MaintenancePolicy = maintenance.Or(entitlement.MaintenancePolicy),
                MaxAllowedReleaseVersion = MaxAllowedReleaseVersion.Select(Common.Filled).Or(entitlement.MaxAllowedReleaseVersion),
            },
            MeterAttributes = MeterAttributes is null ? default(Optional<ValueList<MeterAttribute>>) : MeterAttributes.ToMeters(now),
        };
        return new(id, changes, Common.GivenId<OrganizationId>(OrganizationId, "organizationId"), Common.GivenId<UserId>(UserId, "userId"),
            Common.Given(AdditionalUserIds));
    }
}

/// <summary>The interval by which a licence runs from now on; an empty one is none.</summary>
internal sealed record NewSubscription(string SubscriptionInterval, SubscriptionStartTrigger? SubscriptionStartTrigger = null)
{
    public SubscribeLicense ToCommand(LicenseId id) => new(id, term => term.With(new(SubscriptionInterval, SubscriptionStartTrigger)));
}

/// <summary>The end of a licence from now on; null is never, left out is unchanged.</summary>
internal sealed record NewExpiry
{
    private readonly Optional<DateTimeOffset?> end;

    public DateTimeOffset? ExpiresAt
    {
        get => end.Value;
        init => end = value;
    }

    public SetLicenseExpiry ToCommand(LicenseId id) => new(id, end);
}

/// <summary>By how many seconds the end of a licence moves; a negative number makes it end earlier.</summary>
internal sealed record Extension(int ExtensionLength);

/// <summary>A licence as the vendor sees it. There are no users but those that are known here.</summary>
internal sealed record WireLicense(
    LicenseId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Key, bool Revoked, bool Suspended, bool Perpetual, int TotalActivations,
    int TotalDeactivations, int? Validity, ExpirationStrategy? ExpirationStrategy, string? SubscriptionInterval,
    SubscriptionStartTrigger SubscriptionStartTrigger, FingerprintMatchingStrategy FingerprintMatchingStrategy, int AllowedActivations,
    int AllowedDeactivations, LicenseType Type, int AllowedFloatingClients,
    int ServerSyncGracePeriod, int ServerSyncInterval, int AllowedClockOffset, bool CryptoBindingEnabled, bool DisableClockValidation,
    int ExpiringSoonEventOffset, int LeaseDuration, LeasingStrategy LeasingStrategy, DateTimeOffset? EffectiveDate, DateTimeOffset? ExpiresAt,
    DateTimeOffset? ActivatedAt, DateTimeOffset? LastUsedAt, bool AllowVmActivation, bool AllowContainerActivation, bool AllowClientLeaseDuration,
    bool UserLocked, bool RequireAuthentication, bool DisableGeoLocation, string? Notes, ProductId ProductId, EntitlementSetId? EntitlementSetId, Guid? ProductVersionId,
    MaintenancePolicyId? MaintenancePolicyId, DateTimeOffset? MaintenanceExpiresAt, string? CurrentReleaseVersion, string? MaxAllowedReleaseVersion,
    OrganizationId? OrganizationId, WireOrganization? Organization, UserId? UserId, WireUser? User, Guid? ResellerId, object? Reseller,
    ValueList<UserId> AdditionalUserIds, ValueList<string> ExternalUserIds, string? AllowedIpRange, ValueList<string> AllowedIpRanges, ValueList<string> AllowedIpAddresses,
    ValueList<string> DisallowedIpAddresses, ValueList<string> AllowedCountries, ValueList<string> DisallowedCountries,
    ValueList<WireAdminMetadata> Metadata, ValueList<WireAdminMeter> MeterAttributes, ValueList<string> Tags)
{
    public static async Task<WireLicense> Of(License license, Store store, CancellationToken cancellation) => (await Of([license], store, cancellation))[0];

    public static async Task<IReadOnlyList<WireLicense>> Of(IReadOnlyList<License> licenses, Store store, CancellationToken cancellation)
    {
        var organizations = await store.Organizations.Latest(licenses.Select(license => license.Organization).OfType<OrganizationId>(), cancellation);
        var users = await store.Users.Latest(
            licenses.SelectMany(license => license.Users).Concat(licenses.Select(license => license.PrimaryUser).OfType<UserId>()), cancellation);
        var living = users.Values.Where(user => user.Exists).ToDictionary(user => user.Id);
        var primary = licenses.Select(license => license.PrimaryUser).OfType<UserId>().Where(living.ContainsKey).Distinct().Select(id => living[id]).ToList();
        var shown = (await WireUser.Of(primary, store, cancellation)).ToDictionary(user => user.Id);
        var usages = await store.LicenseUses.Of(licenses, store, cancellation);
        return [.. licenses.Select(license => Of(
            license, usages.GetValueOrDefault(license.Id, LicenseUsage.None), license.Policy, license.Organization is { } id && organizations.GetValueOrDefault(id) is { Exists: true } owner ? owner : null,
            license.PrimaryUser is { } user ? shown.GetValueOrDefault(user) : null, living))];
    }

    private static WireLicense Of(
        License license, LicenseUsage usage, LicensePolicy policy, Organization? organization, WireUser? user, Dictionary<UserId, User> living) => new(
        Id: license.Id, CreatedAt: license.CreatedAt, UpdatedAt: license.Recorded.UpdatedAt, Key: license.Key, Revoked: license.Revoked,
        Suspended: license.Suspended, Perpetual: license.Perpetual, TotalActivations: usage.Activations,
        TotalDeactivations: usage.Deactivations, Validity: Common.Validity(license.Term), ExpirationStrategy: license.Term.ExpirationStrategy,
        SubscriptionInterval: license.Term.SubscriptionInterval, SubscriptionStartTrigger: license.Term.SubscriptionStartTrigger,
        FingerprintMatchingStrategy: policy.FingerprintMatchingStrategy, AllowedActivations: policy.AllowedActivations,
        AllowedDeactivations: policy.AllowedDeactivations, Type: policy.Type, AllowedFloatingClients: policy.AllowedFloatingClients,
        ServerSyncGracePeriod: policy.ServerSyncGracePeriod, ServerSyncInterval: policy.ServerSyncInterval, AllowedClockOffset: policy.AllowedClockOffset,
        CryptoBindingEnabled: policy.CryptoBindingEnabled, DisableClockValidation: policy.IgnoresClock,
        ExpiringSoonEventOffset: policy.ExpiringSoonEventOffset, LeaseDuration: policy.LeaseDuration, LeasingStrategy: policy.LeasingStrategy,
        EffectiveDate: license.EffectiveDate, ExpiresAt: license.ExpiresAt, ActivatedAt: license.ActivatedAt, LastUsedAt: usage.LastUsedAt,
        AllowVmActivation: policy.AllowVmActivation, AllowContainerActivation: policy.AllowContainerActivation,
        AllowClientLeaseDuration: policy.AllowClientLeaseDuration, UserLocked: policy.UserLocked, RequireAuthentication: policy.RequireAuthentication,
        DisableGeoLocation: policy.DisableGeoLocation, Notes: license.Notes, ProductId: license.Product, EntitlementSetId: license.Entitlement.EntitlementSet,
        ProductVersionId: license.Entitlement.ProductVersion, MaintenancePolicyId: license.Entitlement.MaintenancePolicy, MaintenanceExpiresAt: license.MaintenanceExpiresAt,
        CurrentReleaseVersion: usage.ReleaseVersion, MaxAllowedReleaseVersion: license.Entitlement.MaxAllowedReleaseVersion,
        OrganizationId: license.Organization, Organization: organization is null ? null : WireOrganization.Of(organization), UserId: user?.Id, User: user,
        ResellerId: license.Reseller, Reseller: null, AdditionalUserIds: license.Users.Where(living.ContainsKey).OrderBy(id => id.Value).ToValueList(),
        ExternalUserIds: [], AllowedIpRange: Common.Single(policy.AllowedIpRanges), AllowedIpRanges: policy.AllowedIpRanges, AllowedIpAddresses: policy.AllowedIpAddresses,
        DisallowedIpAddresses: policy.DisallowedIpAddresses, AllowedCountries: policy.AllowedCountries, DisallowedCountries: policy.DisallowedCountries,
        Metadata: Common.ForAdmin(license.Metadata), MeterAttributes: Common.ForAdmin(license, usage), Tags: license.Tags);
}
