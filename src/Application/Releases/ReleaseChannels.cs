using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Products;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Releases;
using FluentValidation;

namespace EventSourcedOrgs.Application.Releases;

/// <summary>Makes a channel by which releases come.</summary>
public sealed record CreateReleaseChannel(
    ReleaseChannelId Id, string Name, string DisplayName, string? Description, bool Private, ValueList<ProductId>? ProductIds) : ICommand<ReleaseChannel>
{
    public const int MostProducts = 100;

    public sealed class Validator : AbstractValidator<CreateReleaseChannel>
    {
        public Validator()
        {
            RuleFor(c => c.Name).Text(1);
            RuleFor(c => c.DisplayName).Text(1);
            RuleFor(c => c.Description).Text();
            RuleFor(c => c.ProductIds).NamedProducts();
        }
    }

    public sealed class Handler(Store store) : ICommandHandler<CreateReleaseChannel, ReleaseChannel>
    {
        public async Task<Result<ReleaseChannel>> Handle(CreateReleaseChannel command, CancellationToken cancellationToken)
        {
            var (name, products) = (command.Name.Trim(), (command.ProductIds ?? []).Distinct().ToValueList());
            if (await store.UnknownProduct(products, cancellationToken) is { } unknown)
                return unknown;
            if (await store.Claims.Take(Unique.ReleaseChannelName(name), command.Id.Value, Refusal.DuplicateReleaseChannel, cancellationToken) is { } taken)
                return taken;

            return store.ReleaseChannels.Start(
                command.Id, ReleaseChannel.New(command.Id, name, command.DisplayName.Trim(), command.Description, command.Private, products));
        }
    }
}

/// <summary>Changes what a request names of a channel; its name stays, because releases have it by that.</summary>
public sealed record ChangeReleaseChannel(
    ReleaseChannelId Channel, Optional<string> DisplayName, Optional<string?> Description, Optional<bool> Private, Optional<ValueList<ProductId>> ProductIds)
    : ICommand<ReleaseChannel>
{
    public Guid? Target => Channel.Value;

    public sealed class Validator : AbstractValidator<ChangeReleaseChannel>
    {
        public Validator()
        {
            RuleFor(c => c.DisplayName).Text(1);
            RuleFor(c => c.Description).OptionalText();
            RuleFor(c => c.ProductIds.Value).NamedProducts().When(c => c.ProductIds.IsSet).OverridePropertyName("ProductIds");
        }
    }

    public sealed class Handler(Store store) : ICommandHandler<ChangeReleaseChannel, ReleaseChannel>
    {
        public async Task<Result<ReleaseChannel>> Handle(ChangeReleaseChannel command, CancellationToken cancellationToken)
        {
            var products = command.ProductIds.Select(ids => ids.Distinct().ToValueList());
            return products.IsSet && await store.UnknownProduct(products.Value, cancellationToken) is { } unknown ? unknown
                : await store.ReleaseChannels.Decide(
                    command.Channel, channel => channel.Change(command.DisplayName, command.Description, command.Private, products), cancellationToken);
        }
    }
}

/// <summary>Deletes a channel by which no release comes.</summary>
public sealed record DeleteReleaseChannel(ReleaseChannelId Channel) : ICommand<ReleaseChannel>
{
    public Guid? Target => Channel.Value;

    public sealed class Handler(Store store) : ICommandHandler<DeleteReleaseChannel, ReleaseChannel>
    {
        public async Task<Result<ReleaseChannel>> Handle(DeleteReleaseChannel command, CancellationToken cancellationToken)
        {
            if (await store.ReleaseChannels.Latest(command.Channel, cancellationToken) is not { Exists: true } channel)
                return Refusal.ReleaseChannelNotFound;

            var inUse = await store.AnyRelease("lower(data ->> 'channel') = lower(?)", channel.Name, cancellationToken);
            if (!inUse)
                store.Claims.Free(Unique.ReleaseChannelName(channel.Name));
            return await store.ReleaseChannels.Decide(command.Channel, state => state.Delete(inUse), cancellationToken);
        }
    }
}

/// <summary>One channel, as committed now.</summary>
public sealed record GetReleaseChannel(ReleaseChannelId Channel) : IQuery<ReleaseChannel>
{
    public sealed class Handler(Store store) : IQueryHandler<GetReleaseChannel, ReleaseChannel>
    {
        public async Task<Result<ReleaseChannel>> Handle(GetReleaseChannel query, CancellationToken cancellationToken) =>
            await store.ReleaseChannels.Latest(query.Channel, cancellationToken) is { Exists: true } channel ? channel : Refusal.ReleaseChannelNotFound;
    }
}

/// <summary>What channels and platforms ask about products and releases.</summary>
internal static class NamedOfReleases
{
    public static IRuleBuilderOptions<T, ValueList<ProductId>?> NamedProducts<T>(this IRuleBuilder<T, ValueList<ProductId>?> rule) =>
        rule.Must(products => products is null || products.Count is >= 1 and <= CreateReleaseChannel.MostProducts)
            .WithMessage($"must have 1 to {CreateReleaseChannel.MostProducts} elements.");

    public static Task<bool> HasReleases(this Store store, ProductId product, CancellationToken cancellation) =>
        store.AnyRelease("(data ->> 'product')::uuid = ?", product.Value, cancellation);

    public static async Task<bool> AnyRelease(this Store store, string condition, object value, CancellationToken cancellation) =>
        (await store.Session.QueryAsync<Release>($"where {condition} and (data ->> 'deleted')::boolean = false limit 1", cancellation, value)).Count > 0;
}
