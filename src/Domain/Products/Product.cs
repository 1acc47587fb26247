using System.Diagnostics;

namespace EventSourcedOrgs.Domain.Products;

// ---- Events: stored for ever. Add optional members; never rename or remove one. ----

/// <summary>Whatever happens to a product.</summary>
public abstract record ProductEvent { private protected ProductEvent() { } }

/// <summary><c>PublicKey</c> is the RSA key (PEM) with which applications check what we sign for this product.</summary>
public sealed record ProductCreated(
    ProductId Product, string Name, string DisplayName, string? Description, LicenseTemplateId Template, string PublicKey) : ProductEvent;
/// <summary>The product goes by another name, inside or on display.</summary>
public sealed record ProductRenamed(ProductId Product, string Name, string DisplayName) : ProductEvent;
/// <summary>The description was replaced or, when null, cleared.</summary>
public sealed record ProductDescriptionChanged(ProductId Product, string? Description) : ProductEvent;
/// <summary>New licences of the product take their defaults from this template.</summary>
public sealed record ProductTemplateChanged(ProductId Product, LicenseTemplateId Template) : ProductEvent;
/// <summary>The product now carries exactly these entries.</summary>
public sealed record ProductMetadataChanged(ProductId Product, ValueList<MetadataEntry> Metadata) : ProductEvent;
/// <summary>The policy of trials of this product, or none.</summary>
public sealed record ProductTrialPolicyChanged(ProductId Product, TrialPolicyId? TrialPolicy) : ProductEvent;
/// <summary>The product is gone, the history stays.</summary>
public sealed record ProductDeleted(ProductId Product) : ProductEvent;

/// <summary>What a request wants to change of a product; what it leaves out stays.</summary>
public sealed record ProductChanges(
    Optional<string> Name, Optional<string> DisplayName, Optional<string?> Description, Optional<LicenseTemplateId> Template,
    Optional<ValueList<MetadataEntry>> Metadata)
{
    public Optional<TrialPolicyId?> TrialPolicy { get; init; }
}

/// <summary>A product of the vendor: its names, the template of its licences, its public key.</summary>
public sealed record Product(
    ProductId Id, string Name, string DisplayName, string? Description, LicenseTemplateId Template, string PublicKey,
    ValueList<MetadataEntry> Metadata, bool Deleted, Recorded Recorded) : IAggregate<Product, ProductEvent>
{
    public static Product Initial { get; } = new(default, "", "", null, default, "", [], false, default);

    public TrialPolicyId? TrialPolicy { get; init; }

    public bool Exists => Id != default && !Deleted;

    public Product With(Recorded recorded) => this with { Recorded = recorded };

    public static Product Evolve(Product product, ProductEvent @event) => @event switch
    {
        ProductCreated e => product with
        {
            Id = e.Product,
            Name = e.Name,
            DisplayName = e.DisplayName,
            Description = e.Description,
            Template = e.Template,
            PublicKey = e.PublicKey,
        },
        ProductRenamed e => product with { Name = e.Name, DisplayName = e.DisplayName },
        ProductDescriptionChanged e => product with { Description = e.Description },
        ProductTemplateChanged e => product with { Template = e.Template },
        ProductMetadataChanged e => product with { Metadata = e.Metadata },
        ProductTrialPolicyChanged e => product with { TrialPolicy = e.TrialPolicy },
        ProductDeleted => product with { Deleted = true },
        _ => throw new UnreachableException($"{@event.GetType().Name} has no place in Product.Evolve."),
    };

    // ---- Decisions ----

    public static Decision<ProductEvent> New(
        ProductId id, string name, string displayName, string? description, LicenseTemplateId template, string publicKey, ValueList<MetadataEntry> metadata,
        TrialPolicyId? trialPolicy = null) =>
    [
        new ProductCreated(id, name, displayName, description, template, publicKey),
        .. metadata.Count == 0 ? (ProductEvent[])[] : [new ProductMetadataChanged(id, metadata)],
        .. trialPolicy is null ? (ProductEvent[])[] : [new ProductTrialPolicyChanged(id, trialPolicy)],
    ];

    public Decision<ProductEvent> Change(ProductChanges to) => !Exists ? Refusal.ProductNotFound :
    [
        .. to.Name.Or(Name) == Name && to.DisplayName.Or(DisplayName) == DisplayName
            ? (ProductEvent[])[]
            : [new ProductRenamed(Id, to.Name.Or(Name), to.DisplayName.Or(DisplayName))],
        .. to.Description.WhenChanged(Description, description => new ProductDescriptionChanged(Id, description) as ProductEvent),
        .. to.Template.WhenChanged(Template, template => new ProductTemplateChanged(Id, template)),
        .. to.Metadata.Select(replacement => Domain.Metadata.Keeping(Metadata, replacement))
            .WhenChanged(Metadata, metadata => new ProductMetadataChanged(Id, metadata)),
        .. to.TrialPolicy.WhenChanged(TrialPolicy, policy => new ProductTrialPolicyChanged(Id, policy)),
    ];

    public Decision<ProductEvent> DropMetadata(Guid entry) => !Exists ? Refusal.ProductNotFound
        : Metadata.All(known => known.Id != entry) ? Refusal.NotFound("Metadata")
        : [new ProductMetadataChanged(Id, Metadata.Where(known => known.Id != entry).ToValueList())];

    public Decision<ProductEvent> Delete() => Deleted ? [] : Exists ? [new ProductDeleted(Id)] : Refusal.ProductNotFound;
}
