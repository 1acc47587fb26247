using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.LicenseTemplates;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.LicenseTemplates;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>What the bodies of a new and of a changed template share.</summary>
internal abstract record TemplateBody : WholePolicy
{
    public string? KeyPattern { get; init; }
    public ValueList<string>? RequiredMetadataKeys { get; init; }
    public ValueList<string>? RequiredMeterAttributes { get; init; }

    protected TemplateTerms Over(TemplateTerms terms) => new(
        string.IsNullOrEmpty(KeyPattern) ? terms.KeyPattern : KeyPattern, Over(terms.Policy), Over(terms.Term),
        RequiredMetadataKeys ?? terms.RequiredMetadataKeys, RequiredMeterAttributes ?? terms.RequiredMeterAttributes);
}

/// <summary>The body of a new licence template; what it leaves out has a default.</summary>
internal sealed record NewLicenseTemplate : TemplateBody
{
    public required string Name { get; init; }

    public CreateLicenseTemplate ToCommand() => new(Id.New<LicenseTemplateId>(), Name, Over(LicenseTemplate.Initial.Terms));
}

/// <summary>The body of a change to a licence template; what it leaves out stays.</summary>
internal sealed record LicenseTemplatePatch : TemplateBody
{
    public string? Name { get; init; }

    public ChangeLicenseTemplate ToCommand(LicenseTemplateId id) => new(id, Common.Given(Name?.Trim()), Over);
}

/// <summary>A licence template as the contract has it.</summary>
internal sealed record WireLicenseTemplate(
    LicenseTemplateId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, bool AllowVmActivation, bool AllowContainerActivation,
    bool UserLocked, bool DisableGeoLocation, string? AllowedIpRange, ValueList<string> AllowedIpRanges, ValueList<string> AllowedCountries,
    ValueList<string> DisallowedCountries, ValueList<string> AllowedIpAddresses, ValueList<string> DisallowedIpAddresses, int? Validity,
    ExpirationStrategy? ExpirationStrategy, string? SubscriptionInterval, SubscriptionStartTrigger SubscriptionStartTrigger,
    FingerprintMatchingStrategy FingerprintMatchingStrategy, int AllowedActivations, int AllowedDeactivations, LicenseType Type, string KeyPattern,
    int LeaseDuration, bool AllowClientLeaseDuration, LeasingStrategy LeasingStrategy, int AllowedFloatingClients, int ServerSyncGracePeriod,
    int ServerSyncInterval, bool CryptoBindingEnabled, int AllowedClockOffset, bool DisableClockValidation, int ExpiringSoonEventOffset,
    bool RequireAuthentication, ValueList<string> RequiredMetadataKeys, ValueList<string> RequiredMeterAttributes)
{
    public static WireLicenseTemplate Of(LicenseTemplate template) => Of(template, template.Terms.Policy, template.Terms.Term);

    public static Task<WireLicenseTemplate> Of(LicenseTemplate template, Store store, CancellationToken cancellation) => Task.FromResult(Of(template));

    public static Task<IReadOnlyList<WireLicenseTemplate>> Of(IReadOnlyList<LicenseTemplate> templates, Store store, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<WireLicenseTemplate>>([.. templates.Select(Of)]);

    private static WireLicenseTemplate Of(LicenseTemplate template, LicensePolicy policy, LicenseTerm term) => new(
        Id: template.Id, CreatedAt: template.Recorded.CreatedAt, UpdatedAt: template.Recorded.UpdatedAt, Name: template.Name,
        AllowVmActivation: policy.AllowVmActivation, AllowContainerActivation: policy.AllowContainerActivation, UserLocked: policy.UserLocked,
        DisableGeoLocation: policy.DisableGeoLocation, AllowedIpRange: Common.Single(policy.AllowedIpRanges), AllowedIpRanges: policy.AllowedIpRanges,
        AllowedCountries: policy.AllowedCountries, DisallowedCountries: policy.DisallowedCountries, AllowedIpAddresses: policy.AllowedIpAddresses,
        DisallowedIpAddresses: policy.DisallowedIpAddresses, Validity: Common.Validity(term), ExpirationStrategy: term.ExpirationStrategy,
        SubscriptionInterval: term.SubscriptionInterval, SubscriptionStartTrigger: term.SubscriptionStartTrigger,
        FingerprintMatchingStrategy: policy.FingerprintMatchingStrategy, AllowedActivations: policy.AllowedActivations,
        AllowedDeactivations: policy.AllowedDeactivations, Type: policy.Type, KeyPattern: template.Terms.KeyPattern, LeaseDuration: policy.LeaseDuration,
        AllowClientLeaseDuration: policy.AllowClientLeaseDuration, LeasingStrategy: policy.LeasingStrategy,
        AllowedFloatingClients: policy.AllowedFloatingClients, ServerSyncGracePeriod: policy.ServerSyncGracePeriod,
        ServerSyncInterval: policy.ServerSyncInterval, CryptoBindingEnabled: policy.CryptoBindingEnabled, AllowedClockOffset: policy.AllowedClockOffset,
        DisableClockValidation: policy.IgnoresClock, ExpiringSoonEventOffset: policy.ExpiringSoonEventOffset,
        RequireAuthentication: policy.RequireAuthentication, RequiredMetadataKeys: template.Terms.RequiredMetadataKeys,
        RequiredMeterAttributes: template.Terms.RequiredMeterAttributes);
}
