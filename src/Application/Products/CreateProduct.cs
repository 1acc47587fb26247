using System.Security.Cryptography;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Products;
using FluentValidation;

namespace EventSourcedOrgs.Application.Products;

/// <summary>Makes a product with its own RSA key pair (2048 bits); the private key is stored sealed, beside the events.</summary>
public sealed record CreateProduct(
    ProductId Id, string Name, string DisplayName, string? Description, LicenseTemplateId LicenseTemplateId, ValueList<MetadataEntry> Metadata) : ICommand<Product>
{
    public TrialPolicyId? TrialPolicyId { get; init; }

    private const int KeyBits = 2048;

    public sealed class Validator : AbstractValidator<CreateProduct>
    {
        public Validator()
        {
            RuleFor(c => c.Name).Text(1);
            RuleFor(c => c.DisplayName).Text(1);
            RuleFor(c => c.Description).Text();
            RuleFor(c => c.Metadata).Metadata(most: 20);
        }
    }

    public sealed class Handler(Store store, Secrets secrets) : ICommandHandler<CreateProduct, Product>
    {
        public async Task<Result<Product>> Handle(CreateProduct command, CancellationToken cancellationToken)
        {
            if (!(await store.LicenseTemplates.Latest(command.LicenseTemplateId, cancellationToken)).Exists)
                return Refusal.UnknownLicenseTemplate;
            if (command.TrialPolicyId is { } policy && !(await store.TrialPolicies.Latest(policy, cancellationToken)).Exists)
                return Refusal.UnknownTrialPolicy;

            using var key = RSA.Create(KeyBits);
            store.Session.Insert(new ProductKey(command.Id, secrets.Seal(key.ExportPkcs8PrivateKey())));
            return store.Products.Start(command.Id, Product.New(
                command.Id, command.Name.Trim(), command.DisplayName.Trim(), command.Description, command.LicenseTemplateId,
                key.ExportSubjectPublicKeyInfoPem(), command.Metadata, command.TrialPolicyId));
        }
    }
}
