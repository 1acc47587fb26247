using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Releases;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Releases;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>The body of a new channel; <c>productId</c> is the older form of a list of one and means nothing beside a list.</summary>
internal sealed record NewReleaseChannel(
    string Name, string DisplayName, bool Private, string? Description = null, ValueList<string>? ProductIds = null, string? ProductId = null)
{
    public CreateReleaseChannel ToCommand() => new(
        Id.New<ReleaseChannelId>(), Name, DisplayName, string.IsNullOrEmpty(Description) ? null : Description, Private, NamedProducts.Of(ProductIds, ProductId));
}

/// <summary>The body of a change to a channel; what it leaves out stays. <c>productId</c> is the older form of a list of one and means nothing beside a list.</summary>
internal sealed record ReleaseChannelPatch(string? DisplayName = null, bool? Private = null, ValueList<string>? ProductIds = null, string? ProductId = null)
{
    public Optional<string?> Description { get; init; }

    public ChangeReleaseChannel ToCommand(ReleaseChannelId id) => new(
        id, Common.Given(DisplayName?.Trim()), Description.Select(text => string.IsNullOrEmpty(text) ? null : text), Common.Given(Private),
        Common.Given(NamedProducts.Of(ProductIds, ProductId)));
}

/// <summary>The body of a new platform; <c>productId</c> is the older form of a list of one and means nothing beside a list.</summary>
internal sealed record NewReleasePlatform(
    string Name, string DisplayName, string? Description = null, ValueList<string>? ProductIds = null, string? ProductId = null)
{
    public CreateReleasePlatform ToCommand() => new(
        Id.New<ReleasePlatformId>(), Name, DisplayName, string.IsNullOrEmpty(Description) ? null : Description, NamedProducts.Of(ProductIds, ProductId));
}

/// <summary>The body of a change to a platform; what it leaves out stays. <c>productId</c> is the older form of a list of one and means nothing beside a list.</summary>
internal sealed record ReleasePlatformPatch(string? DisplayName = null, ValueList<string>? ProductIds = null, string? ProductId = null)
{
    public Optional<string?> Description { get; init; }

    public ChangeReleasePlatform ToCommand(ReleasePlatformId id) => new(
        id, Common.Given(DisplayName?.Trim()), Description.Select(text => string.IsNullOrEmpty(text) ? null : text),
        Common.Given(NamedProducts.Of(ProductIds, ProductId)));
}

/// <summary>A channel; <c>productId</c> is the older form of one product.</summary>
internal sealed record WireReleaseChannel(
    ReleaseChannelId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, string DisplayName, string Description, bool Private, string ProductId,
    ValueList<ProductId> ProductIds)
{
    public static Task<WireReleaseChannel> Of(ReleaseChannel channel, Store store, CancellationToken cancellation) => Task.FromResult(Of(channel));

    public static Task<IReadOnlyList<WireReleaseChannel>> Of(IReadOnlyList<ReleaseChannel> channels, Store store, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<WireReleaseChannel>>([.. channels.Select(Of)]);

    private static WireReleaseChannel Of(ReleaseChannel channel) => new(
        channel.Id, channel.Recorded.CreatedAt, channel.Recorded.UpdatedAt, channel.Name, channel.DisplayName, channel.Description ?? "", channel.Private,
        NamedProducts.Only(channel.Products), channel.Products);
}

/// <summary>A platform; <c>productId</c> is the older form of one product.</summary>
internal sealed record WireReleasePlatform(
    ReleasePlatformId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, string DisplayName, string Description, string ProductId,
    ValueList<ProductId> ProductIds)
{
    public static Task<WireReleasePlatform> Of(ReleasePlatform platform, Store store, CancellationToken cancellation) => Task.FromResult(Of(platform));

    public static Task<IReadOnlyList<WireReleasePlatform>> Of(IReadOnlyList<ReleasePlatform> platforms, Store store, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<WireReleasePlatform>>([.. platforms.Select(Of)]);

    private static WireReleasePlatform Of(ReleasePlatform platform) => new(
        platform.Id, platform.Recorded.CreatedAt, platform.Recorded.UpdatedAt, platform.Name, platform.DisplayName, platform.Description ?? "",
        NamedProducts.Only(platform.Products), platform.Products);
}

/// <summary>What portals offer to choose from: channels, platforms, products.</summary>
internal sealed record WireChoice(Guid Id, string DisplayName);

/// <summary>Ids of products in a body.</summary>
internal static class NamedProducts
{
    public static ValueList<ProductId>? Of(ValueList<string>? ids, string? id)
    {
        var one = Common.OptionalId<ProductId>(id, "productId");
        return ids is not null ? ids.Select(text => Common.RequiredId<ProductId>(text, "productIds")).ToValueList()
            : one is { } only ? [only]
            : null;
    }

    public static string Only(ValueList<ProductId> products) => products is [var only] ? only.ToString() : "";
}
