using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Products;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.EntitlementSets;
using FluentValidation;

namespace EventSourcedOrgs.Application.EntitlementSets;

/// <summary>Makes a set of features for licences of some products; the features are added to it one by one.</summary>
public sealed record CreateEntitlementSet(
    EntitlementSetId Id, string Name, string DisplayName, string? Description, ValueList<ProductId> ProductIds, int Tier) : ICommand<EntitlementSet>
{
    public sealed class Validator : AbstractValidator<CreateEntitlementSet>
    {
        public Validator()
        {
            RuleFor(c => c.Name).Text(1);
            RuleFor(c => c.DisplayName).Text(1);
            RuleFor(c => c.Description).Text();
            RuleFor(c => c.ProductIds.Count).InclusiveBetween(1, EntitlementSet.MostProducts).OverridePropertyName("ProductIds")
                .WithMessage($"must have 1 to {EntitlementSet.MostProducts} elements.");
        }
    }

    public sealed class Handler(Store store) : ICommandHandler<CreateEntitlementSet, EntitlementSet>
    {
        public async Task<Result<EntitlementSet>> Handle(CreateEntitlementSet command, CancellationToken cancellationToken)
        {
            var (name, products) = (command.Name.Trim(), command.ProductIds.Distinct().ToValueList());
            if (await store.UnknownProduct(products, cancellationToken) is { } unknown)
                return unknown;
            if (await store.Claims.Take(Unique.EntitlementSetName(name), command.Id.Value, Refusal.DuplicateEntitlementSetName, cancellationToken) is { } taken)
                return taken;

            return store.EntitlementSets.Start(
                command.Id, EntitlementSet.New(command.Id, name, command.DisplayName.Trim(), command.Description, products, command.Tier));
        }
    }
}

/// <summary>Changes how people see a set, where it stands, and for which products it is.</summary>
public sealed record ChangeEntitlementSet(EntitlementSetId EntitlementSet, EntitlementSetChanges Changes) : ICommand<EntitlementSet>
{
    public Guid? Target => EntitlementSet.Value;

    public sealed class Validator : AbstractValidator<ChangeEntitlementSet>
    {
        public Validator()
        {
            RuleFor(c => c.Changes.DisplayName).Text(1);
            RuleFor(c => c.Changes.Description).OptionalText();
            RuleFor(c => c.Changes.Products.Value.Count).InclusiveBetween(1, Domain.EntitlementSets.EntitlementSet.MostProducts).When(c => c.Changes.Products.IsSet)
                .OverridePropertyName("ProductIds").WithMessage($"must have 1 to {Domain.EntitlementSets.EntitlementSet.MostProducts} elements.");
        }
    }

    public sealed class Handler(Store store) : ICommandHandler<ChangeEntitlementSet, EntitlementSet>
    {
        public async Task<Result<EntitlementSet>> Handle(ChangeEntitlementSet command, CancellationToken cancellationToken)
        {
            var changes = command.Changes with { Products = command.Changes.Products.Select(products => products.Distinct().ToValueList()) };
            var before = await store.EntitlementSets.Latest(command.EntitlementSet, cancellationToken);
            var added = changes.Products.Or(before.Products).Except(before.Products).ToValueList();
            if (before.Exists && await store.UnknownProduct(added, cancellationToken) is { } unknown)
                return unknown;

            var sold = changes.Products.IsSet ? await store.ProductsWithSet(command.EntitlementSet, cancellationToken) : [];
            return await store.EntitlementSets.Decide(command.EntitlementSet, set => set.Change(changes, sold), cancellationToken);
        }
    }
}

/// <summary>Deletes a set that no licence has.</summary>
public sealed record DeleteEntitlementSet(EntitlementSetId EntitlementSet) : ICommand<EntitlementSet>
{
    public Guid? Target => EntitlementSet.Value;

    public sealed class Handler(Store store) : ICommandHandler<DeleteEntitlementSet, EntitlementSet>
    {
        public async Task<Result<EntitlementSet>> Handle(DeleteEntitlementSet command, CancellationToken cancellationToken)
        {
            var set = await store.EntitlementSets.Latest(command.EntitlementSet, cancellationToken);
            if (!set.Exists)
                return Refusal.EntitlementSetNotFound;

            var inUse = await store.AnyLicenseEntitled("entitlementSet", command.EntitlementSet.Value, cancellationToken);
            if (!inUse)
                store.Claims.Free(Unique.EntitlementSetName(set.Name));
            return await store.EntitlementSets.Decide(command.EntitlementSet, state => state.Delete(inUse), cancellationToken);
        }
    }
}

/// <summary>One entitlement set, as committed now.</summary>
public sealed record GetEntitlementSet(EntitlementSetId EntitlementSet) : IQuery<EntitlementSet>
{
    public sealed class Handler(Store store) : IQueryHandler<GetEntitlementSet, EntitlementSet>
    {
        public async Task<Result<EntitlementSet>> Handle(GetEntitlementSet query, CancellationToken cancellationToken) =>
            await store.EntitlementSets.Latest(query.EntitlementSet, cancellationToken) is { Exists: true } set ? set : Refusal.EntitlementSetNotFound;
    }
}

/// <summary>The products that sets are for.</summary>
internal static class ProductsOfSets
{
    /// <summary>The products that licences with this set are of.</summary>
    public static async Task<IReadOnlyCollection<ProductId>> ProductsWithSet(this Store store, EntitlementSetId set, CancellationToken cancellation) =>
    [
        .. (await store.Session.AdvancedSql.QueryAsync<Guid>(
            "select distinct cast(data ->> 'product' as uuid) from events.mt_doc_license where data @> cast(? as jsonb) and (data ->> 'deleted')::boolean = false",
            cancellation, $$$"""{"entitlement":{"entitlementSet":"{{{set}}}"}}""")).Select(ProductId.From),
    ];
}
