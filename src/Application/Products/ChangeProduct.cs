using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Releases;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Products;
using FluentValidation;
using Marten;

namespace EventSourcedOrgs.Application.Products;

/// <summary>Changes what a request names of a product.</summary>
public sealed record ChangeProduct(ProductId Product, ProductChanges Changes) : ICommand<Product>
{
    public Guid? Target => Product.Value;

    public sealed class Validator : AbstractValidator<ChangeProduct>
    {
        public Validator()
        {
            RuleFor(c => c.Changes.Name).Text(1);
            RuleFor(c => c.Changes.DisplayName).Text(1);
            RuleFor(c => c.Changes.Description).OptionalText();
            RuleFor(c => c.Changes.Metadata).Metadata(most: 20);
        }
    }

    public sealed class Handler(Store store) : ICommandHandler<ChangeProduct, Product>
    {
        public async Task<Result<Product>> Handle(ChangeProduct command, CancellationToken cancellationToken) =>
            command.Changes.Template is { IsSet: true, Value: var template } && !(await store.LicenseTemplates.Latest(template, cancellationToken)).Exists
                ? Refusal.UnknownLicenseTemplate
            : command.Changes.TrialPolicy is { IsSet: true, Value: { } policy } && !(await store.TrialPolicies.Latest(policy, cancellationToken)).Exists
                ? Refusal.UnknownTrialPolicy
            : await store.Products.Decide(command.Product, product => product.Change(command.Changes), cancellationToken);
    }
}

/// <summary>Takes an entry out of the metadata of the product that has it.</summary>
public sealed record DropProductMetadata(Guid Entry) : ICommand<Product>
{
    public sealed class Handler(Store store) : ICommandHandler<DropProductMetadata, Product>
    {
        public async Task<Result<Product>> Handle(DropProductMetadata command, CancellationToken cancellationToken)
        {
            var found = await store.Session.QueryAsync<Product>(
                "where data -> 'metadata' @> ?::jsonb and (data ->> 'deleted')::boolean = false limit 1", cancellationToken,
                $$"""[{"id":"{{command.Entry}}"}]""");
            return found.Count == 0
                ? Refusal.NotFound("Metadata")
                : await store.Products.Decide(found[0].Id, product => product.DropMetadata(command.Entry), cancellationToken);
        }
    }
}

/// <summary>Deletes a product that has neither licences nor releases, which is looked at under its lock.</summary>
public sealed record DeleteProduct(ProductId Product) : ICommand<Product>
{
    public Guid? Target => Product.Value;

    public sealed class Handler(Store store) : ICommandHandler<DeleteProduct, Product>
    {
        public async Task<Result<Product>> Handle(DeleteProduct command, CancellationToken cancellationToken)
        {
            var locked = await store.Products.DecideExclusively(command.Product, product => product.Exists ? [] : Refusal.ProductNotFound, cancellationToken);
            if (locked.Refusal is { } unknown)
                return unknown;

            // Whoever makes a licence or a release relies on the product, and waits from here on to find it gone.
            var licenses = await store.Session.QueryAsync<License>(
                "where (data ->> 'product')::uuid = ? and (data ->> 'deleted')::boolean = false limit 1", cancellationToken, command.Product.Value);
            return licenses.Count > 0 || await store.HasReleases(command.Product, cancellationToken)
                ? Refusal.ProductInUse
                : await store.Products.Decide(command.Product, product => product.Delete(), cancellationToken);
        }
    }
}

/// <summary>One product, as committed now.</summary>
public sealed record GetProduct(ProductId Product) : IQuery<Product>
{
    public sealed class Handler(Store store) : IQueryHandler<GetProduct, Product>
    {
        public async Task<Result<Product>> Handle(GetProduct query, CancellationToken cancellationToken) =>
            await store.Products.Latest(query.Product, cancellationToken) is { Exists: true } product ? product : Refusal.ProductNotFound;
    }
}

/// <summary>How many licences there are of products, or were at the past moment that is asked about.</summary>
public static class ProductLicenses
{
    public static async Task<IReadOnlyDictionary<ProductId, long>> CountLicenses(
        this Store store, IEnumerable<ProductId> products, CancellationToken cancellation)
    {
        Guid[] ids = [.. products.Select(product => product.Value)];
        var counts = await (store.Context.AsOf is { } past
            ? store.Session.AdvancedSql.QueryAsync<Guid, long>(
                """
                select row(cast(l.data ->> 'product' as uuid)), row(count(*)) from events.mt_doc_license l
                where cast(l.data ->> 'product' as uuid) = any(?) and exists (select from events.mt_events e where e.stream_id = l.id and e.seq_id <= ?)
                    and not exists (select from events.mt_events e where e.stream_id = l.id and e.seq_id <= ? and e.type = ?)
                group by l.data ->> 'product'
                """, cancellation, ids, past.Position, past.Position, EventNames.All[typeof(LicenseDeleted)])
            : store.Session.AdvancedSql.QueryAsync<Guid, long>(
                """
                select row(cast(data ->> 'product' as uuid)), row(count(*)) from events.mt_doc_license
                where cast(data ->> 'product' as uuid) = any(?) and (data ->> 'deleted')::boolean = false group by data ->> 'product'
                """, cancellation, ids));
        return counts.ToDictionary(count => new ProductId(count.Item1), count => count.Item2);
    }
}
