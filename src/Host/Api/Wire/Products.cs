using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Products;
using EventSourcedOrgs.Application.Releases;
using EventSourcedOrgs.Application.Trials;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Products;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>
/// The body of a new product; <c>licensePolicyId</c> is the older name of <c>licenseTemplateId</c>. <c>emailTemplates</c> is taken and means nothing, as there are none.
/// </summary>
internal sealed record NewProduct(
    string Name, string DisplayName, string? Description = null, string? LicenseTemplateId = null, string? LicensePolicyId = null, string? TrialPolicyId = null,
    ValueList<NewMetadata>? Metadata = null, ValueList<string>? EmailTemplates = null)
{
    public CreateProduct ToCommand(DateTimeOffset now)
    {
        Common.MeansNothing(EmailTemplates, "emailTemplates");
        return new(
            Id.New<ProductId>(), Name, DisplayName, string.IsNullOrEmpty(Description) ? null : Description,
            Common.RequiredId<LicenseTemplateId>(Common.EitherTemplate(LicenseTemplateId, LicensePolicyId), "licenseTemplateId"), Metadata.ToMetadata(now))
        {
            TrialPolicyId = Common.OptionalId<TrialPolicyId>(TrialPolicyId, "trialPolicyId"),
        };
    }
}

/// <summary>The body of a change to a product; what it leaves out stays. <c>emailTemplates</c> is taken and means nothing, as there are none.</summary>
internal sealed record ProductPatch(
    string? Name = null, string? DisplayName = null, string? Description = null, string? LicenseTemplateId = null, string? LicensePolicyId = null,
    ValueList<NewMetadata>? Metadata = null, ValueList<string>? EmailTemplates = null)
{
    public Optional<string?> TrialPolicyId { get; init; }

    public ChangeProduct ToCommand(ProductId id, DateTimeOffset now)
    {
        Common.MeansNothing(EmailTemplates, "emailTemplates");
        return new(id, new ProductChanges(
            Common.Given(Name?.Trim()), Common.Given(DisplayName?.Trim()),
            Description is null ? default(Optional<string?>) : Description.Length == 0 ? (string?)null : Description,
            Common.Given(Common.OptionalId<LicenseTemplateId>(Common.EitherTemplate(LicenseTemplateId, LicensePolicyId), "licenseTemplateId")),
            Common.GivenMetadata(Metadata, now))
        {
            TrialPolicy = Common.GivenId<TrialPolicyId>(TrialPolicyId, "trialPolicyId"),
        });
    }
}

/// <summary>
/// A product as the contract has it. There are no product versions and feature flags that could be counted, and no templates of e-mails; the template of its licences and the
/// policy of its trials are named by their ids alone.
/// </summary>
internal sealed record WireProduct(
    ProductId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, string DisplayName, string Description, string PublicKey, long TotalLicenses,
    long TotalTrialActivations, int TotalReleases, int TotalProductVersions, int TotalFeatureFlags, ValueList<string> AutomatedEmails,
    ValueList<string> EmailTemplates, LicenseTemplateId LicenseTemplateId, object? LicensePolicy, string TrialPolicyId, object? TrialPolicy, ValueList<WireAdminMetadata> Metadata)
{
    public static async Task<WireProduct> Of(Product product, Store store, CancellationToken cancellation) => (await Of([product], store, cancellation))[0];

    public static async Task<IReadOnlyList<WireProduct>> Of(IReadOnlyList<Product> products, Store store, CancellationToken cancellation)
    {
        var licenses = await store.CountLicenses(products.Select(product => product.Id), cancellation);
        var releases = await store.CountReleases(products.Select(product => product.Id), cancellation);
        var trials = await store.CountTrials(products.Select(product => product.Id), cancellation);
        return [.. products.Select(product => Of(
            product, licenses.GetValueOrDefault(product.Id), releases.GetValueOrDefault(product.Id), trials.GetValueOrDefault(product.Id)))];
    }

    private static WireProduct Of(Product product, long licenses, int releases, long trials) => new(
        product.Id, product.Recorded.CreatedAt, product.Recorded.UpdatedAt, product.Name, product.DisplayName, product.Description ?? "", product.PublicKey,
        licenses, trials, releases, 0, 0, [], [], product.Template, null, product.TrialPolicy?.ToString() ?? "", null, Common.ForAdmin(product.Metadata));
}
