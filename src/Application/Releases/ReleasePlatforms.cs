using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Products;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Releases;
using FluentValidation;

namespace EventSourcedOrgs.Application.Releases;

/// <summary>Makes a platform that releases run on.</summary>
public sealed record CreateReleasePlatform(
    ReleasePlatformId Id, string Name, string DisplayName, string? Description, ValueList<ProductId>? ProductIds) : ICommand<ReleasePlatform>
{
    public sealed class Validator : AbstractValidator<CreateReleasePlatform>
    {
        public Validator()
        {
            RuleFor(c => c.Name).Text(1);
            RuleFor(c => c.DisplayName).Text(1);
            RuleFor(c => c.Description).Text();
            RuleFor(c => c.ProductIds).NamedProducts();
        }
    }

    public sealed class Handler(Store store) : ICommandHandler<CreateReleasePlatform, ReleasePlatform>
    {
        public async Task<Result<ReleasePlatform>> Handle(CreateReleasePlatform command, CancellationToken cancellationToken)
        {
            var (name, products) = (command.Name.Trim(), (command.ProductIds ?? []).Distinct().ToValueList());
            if (await store.UnknownProduct(products, cancellationToken) is { } unknown)
                return unknown;
            if (await store.Claims.Take(Unique.ReleasePlatformName(name), command.Id.Value, Refusal.DuplicateReleasePlatform, cancellationToken) is { } taken)
                return taken;

            return store.ReleasePlatforms.Start(
                command.Id, ReleasePlatform.New(command.Id, name, command.DisplayName.Trim(), command.Description, products));
        }
    }
}

/// <summary>Changes what a request names of a platform; its name stays, because releases have it by that.</summary>
public sealed record ChangeReleasePlatform(
    ReleasePlatformId Platform, Optional<string> DisplayName, Optional<string?> Description, Optional<ValueList<ProductId>> ProductIds)
    : ICommand<ReleasePlatform>
{
    public Guid? Target => Platform.Value;

    public sealed class Validator : AbstractValidator<ChangeReleasePlatform>
    {
        public Validator()
        {
            RuleFor(c => c.DisplayName).Text(1);
            RuleFor(c => c.Description).OptionalText();
            RuleFor(c => c.ProductIds.Value).NamedProducts().When(c => c.ProductIds.IsSet).OverridePropertyName("ProductIds");
        }
    }

    public sealed class Handler(Store store) : ICommandHandler<ChangeReleasePlatform, ReleasePlatform>
    {
        public async Task<Result<ReleasePlatform>> Handle(ChangeReleasePlatform command, CancellationToken cancellationToken)
        {
            var products = command.ProductIds.Select(ids => ids.Distinct().ToValueList());
            return products.IsSet && await store.UnknownProduct(products.Value, cancellationToken) is { } unknown ? unknown
                : await store.ReleasePlatforms.Decide(
                    command.Platform, platform => platform.Change(command.DisplayName, command.Description, products), cancellationToken);
        }
    }
}

/// <summary>Deletes a platform that no release runs on.</summary>
public sealed record DeleteReleasePlatform(ReleasePlatformId Platform) : ICommand<ReleasePlatform>
{
    public Guid? Target => Platform.Value;

    public sealed class Handler(Store store) : ICommandHandler<DeleteReleasePlatform, ReleasePlatform>
    {
        public async Task<Result<ReleasePlatform>> Handle(DeleteReleasePlatform command, CancellationToken cancellationToken)
        {
            if (await store.ReleasePlatforms.Latest(command.Platform, cancellationToken) is not { Exists: true } platform)
                return Refusal.ReleasePlatformNotFound;

            var inUse = await store.AnyRelease("exists (select from jsonb_array_elements_text(data -> 'platforms') p where lower(p) = lower(?))", platform.Name, cancellationToken);
            if (!inUse)
                store.Claims.Free(Unique.ReleasePlatformName(platform.Name));
            return await store.ReleasePlatforms.Decide(command.Platform, state => state.Delete(inUse), cancellationToken);
        }
    }
}

/// <summary>One platform, as committed now.</summary>
public sealed record GetReleasePlatform(ReleasePlatformId Platform) : IQuery<ReleasePlatform>
{
    public sealed class Handler(Store store) : IQueryHandler<GetReleasePlatform, ReleasePlatform>
    {
        public async Task<Result<ReleasePlatform>> Handle(GetReleasePlatform query, CancellationToken cancellationToken) =>
            await store.ReleasePlatforms.Latest(query.Platform, cancellationToken) is { Exists: true } platform ? platform : Refusal.ReleasePlatformNotFound;
    }
}
