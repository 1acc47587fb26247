using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.LicenseTemplates;
using EventSourcedOrgs.Domain.Products;
using MediatR;

namespace EventSourcedOrgs.Projections;

/// <summary>The list of products.</summary>
public static class ProductList
{
    public static Listing Listing { get; } = new("products", ListField.Id("id", "p.id"),
    [
        ListField.Text("name", "p.name") with { Searchable = true, Required = true },
        ListField.Text("displayName", "p.display_name") with { Searchable = true, Required = true },
        ListField.Text("description", "p.description") with { Searchable = true, Sortable = false },
        ListField.Id("licenseTemplateId", "p.license_template_id") with { Required = true },
        .. ListField.KeyValues("metadata", "p.metadata"),
        .. Columns.Times("p"),
    ])
    { Versioned = "p", OlderNames = OlderName.OfMetadata };

    internal static DirectoryPart<Product, ProductEvent> Part(JsonSerializerOptions json) => new("product", json, state => state.Exists, table => table
        .Text("name", state => state.Name)
        .Text("display_name", state => state.DisplayName)
        .Text("description", state => state.Description ?? "")
        .Reference("license_template_id", state => state.Template.Value)
        .Metadata(state => state.Metadata)
        .Times(state => state.Recorded));
}

/// <summary>One page of all products.</summary>
public sealed record ListProducts(ListRequest Request) : IListQuery<Product>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListProducts, Result<ListPage<Product>>>
    {
        public Task<Result<ListPage<Product>>> Handle(ListProducts query, CancellationToken cancellationToken) => reader.Page(
            directory.Products, ProductList.Listing, new("p.document", $"{directory.Products.Rows.Name} p", "true"), query.Request, cancellationToken);
    }
}

/// <summary>The list of licence templates.</summary>
public static class LicenseTemplateList
{
    public static Listing Listing { get; } = new("license-templates", ListField.Id("id", "t.id"),
        [ListField.Text("name", "t.name") with { Searchable = true, Required = true }, .. Columns.Times("t")])
    { Versioned = "t" };

    internal static DirectoryPart<LicenseTemplate, LicenseTemplateEvent> Part(JsonSerializerOptions json) => new("license_template", json, state => state.Exists, table => table
        .Text("name", state => state.Name)
        .Times(state => state.Recorded));
}

/// <summary>One page of all licence templates.</summary>
public sealed record ListLicenseTemplates(ListRequest Request) : IListQuery<LicenseTemplate>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListLicenseTemplates, Result<ListPage<LicenseTemplate>>>
    {
        public Task<Result<ListPage<LicenseTemplate>>> Handle(ListLicenseTemplates query, CancellationToken cancellationToken) => reader.Page(
            directory.LicenseTemplates, LicenseTemplateList.Listing,
            new("t.document", $"{directory.LicenseTemplates.Rows.Name} t", "true"), query.Request, cancellationToken);
    }
}
