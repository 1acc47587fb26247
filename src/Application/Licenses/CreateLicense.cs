using System.Security.Cryptography;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.LicenseTemplates;
using FluentValidation;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>
/// Makes a licence of a product. What the request leaves out comes from the template, the product's own unless another is named;
/// without a key one is made by the template's pattern.
/// </summary>
public sealed record CreateLicense(
    LicenseId Id, ProductId ProductId, LicenseTemplateId? LicenseTemplateId, string? Key, OrganizationId? OrganizationId, UserId? UserId,
    ValueList<UserId> AdditionalUserIds, Guid? ResellerId, Func<LicensePolicy, LicensePolicy> Policy, Func<LicenseTerm, LicenseTerm> Term,
    Optional<DateTimeOffset?> ExpiresAt, DateTimeOffset? EffectiveDate, DateTimeOffset? CreatedAt, string? Notes, ValueList<string> Tags,
    ValueList<MetadataEntry> Metadata, bool Suspended, bool Revoked) : ICommand<License>
{
    public LicenseEntitlement Entitlement { get; init; } = new();

    public ValueList<MeterAttribute> MeterAttributes { get; init; } = [];

    public sealed class Validator : AbstractValidator<CreateLicense>
    {
        public Validator()
        {
            RuleFor(c => c.Key).Text(LicenseKeyPattern.ShortestKey).When(c => c.Key is not null);
            RuleFor(c => c.Notes).Text(longest: 4096);
            RuleFor(c => c.Tags).Tags();
            RuleFor(c => c.Metadata).Metadata(most: 50);
            RuleFor(c => c.MeterAttributes).Meters();
        }
    }

    public sealed class Handler(Store store) : ICommandHandler<CreateLicense, License>
    {
        public async Task<Result<License>> Handle(CreateLicense command, CancellationToken cancellationToken)
        {
            var product = await store.Products.Latest(command.ProductId, cancellationToken);
            if (!product.Exists)
                return Refusal.UnknownProduct;
            store.Products.RelyOn(product);
            var template = await store.LicenseTemplates.Latest(command.LicenseTemplateId ?? product.Template, cancellationToken);
            if (!template.Exists)
                return Refusal.UnknownLicenseTemplate;
            if (command.OrganizationId is { } organization && !(await store.Organizations.Latest(organization, cancellationToken)).Exists)
                return Refusal.UnknownOrganization;

            var (policy, term) = (command.Policy(template.Terms.Policy), command.Term(template.Terms.Term));
            if (LicenseRules.Wrong(policy, term, command.Entitlement) is { } wrong)
                return wrong;

            var named = await store.Named(command.Entitlement, product.Id, cancellationToken);
            if (named.Refusal is { } unknown)
                return unknown;

            var license = new NewLicense(
                command.Id, product.Id, template.Id, KeyOf(command, template), command.OrganizationId, command.ResellerId, policy, term, command.ExpiresAt,
                command.EffectiveDate, command.CreatedAt, command.Notes, command.Tags, command.Metadata, command.Suspended, Revoked: false)
            {
                Entitlement = command.Entitlement,
                Meters = command.MeterAttributes,
                Maintenance = named.Value!.Maintenance,
            };
            if (template.Lacking(license) is { } lacking)
                return lacking;
            if (await store.Claims.Take(Unique.LicenseKey(license.Key), command.Id.Value, Refusal.DuplicateLicenseKey, cancellationToken) is { } taken)
                return taken;

            var created = store.Licenses.Start(command.Id, License.New(license, store.Context.Now));
            return await new LicenseHolders(store).Apply(
                command.Id, created, command.UserId, command.AdditionalUserIds, command.Revoked, cancellationToken);
        }

        private static string KeyOf(CreateLicense command, LicenseTemplate template) =>
            command.Key?.Trim() ?? LicenseKeyPattern.Parse(template.Terms.KeyPattern).Pattern!.NewKey(RandomNumberGenerator.GetInt32);
    }
}

/// <summary>What the merged terms of a licence or template may be.</summary>
public static class LicenseRules
{
    public const int MostIpRanges = 40;

    public static Refusal? Wrong(LicensePolicy policy, LicenseTerm term, int mostIpRanges = MostIpRanges) =>
        Rules.WrongPolicy(policy, mostIpRanges) is { } error ? Refusal.Validation([error])
        : Wrong(term);

    public static Refusal? Wrong(LicenseTerm term) =>
        Rules.WrongInterval(term.SubscriptionInterval) is { } interval ? Refusal.Validation([new("/subscriptionInterval", interval)])
        : term.Validity < 0 ? Refusal.Validation([new("/validity", "must be at least 0.")])
        : null;

    public static Refusal? Wrong(LicensePolicy policy, LicenseTerm term, LicenseEntitlement entitlement) => Wrong(policy, term)
        ?? (Rules.WrongReleaseVersion(entitlement.MaxAllowedReleaseVersion) is { } version
            ? Refusal.Validation([new("/maxAllowedReleaseVersion", version)])
            : null);
}

/// <summary>Gives a licence its own user and its additional users.</summary>
public sealed class LicenseHolders(Store store)
{
    public async Task<Result<License>> Apply(
        LicenseId id, Result<License> license, Optional<UserId?> primary, Optional<ValueList<UserId>> additional, bool thenRevoke,
        CancellationToken cancellation)
    {
        if (license.Refusal is null && primary.IsSet)
        {
            var user = primary.Value is { } userId ? await store.Users.Latest(userId, cancellation) : null;
            license = await store.Licenses.Decide(id, state => state.SetPrimaryUser(user), cancellation);
        }

        if (license.Refusal is null && additional.IsSet)
        {
            var known = await store.Users.Latest(additional.Value, cancellation);
            if (additional.Value.Any(user => !known.ContainsKey(user)))
                return Refusal.Validation([new("/additionalUserIds", "names no user.")]);
            license = await store.Licenses.Decide(id, state => state.SetUsers([.. known.Values]), cancellation);
        }

        return license.Refusal is null && thenRevoke
            ? await store.Licenses.Decide(id, state => state.Change(LicenseChanges.None with { Revoked = true }), cancellation)
            : license;
    }
}
