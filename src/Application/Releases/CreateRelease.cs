using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Releases;
using FluentValidation;

namespace EventSourcedOrgs.Application.Releases;

/// <summary>Prepares a release of a product. Nobody but the vendor sees it until it is published.</summary>
public sealed record CreateRelease(
    ReleaseId Id, ProductId ProductId, string Name, string Version, string Channel, ValueList<string>? Platforms, bool Private, string? Notes, DateTimeOffset? CreatedAt)
    : ICommand<Release>
{
    public const int MostNotes = 4096;

    public sealed class Validator : AbstractValidator<CreateRelease>
    {
        public Validator()
        {
            RuleFor(c => c.Name).Text(1);
            RuleFor(c => c.Version).ReleaseVersion();
            RuleFor(c => c.Channel).Text(1);
            RuleFor(c => c.Platforms).Platforms();
            RuleFor(c => c.Notes).Text(longest: MostNotes);
        }
    }

    public sealed class Handler(Store store) : ICommandHandler<CreateRelease, Release>
    {
        public async Task<Result<Release>> Handle(CreateRelease command, CancellationToken cancellationToken)
        {
            var product = await store.Products.Latest(command.ProductId, cancellationToken);
            if (!product.Exists)
                return Refusal.UnknownProduct;
            store.Products.RelyOn(product);

            var made = store.Releases.Start(command.Id, Release.New(
                command.Id, command.ProductId, command.Name.Trim(), command.Version, command.Channel.Trim(), ReleaseNames.Distinct(command.Platforms ?? []),
                command.Private, command.Notes, command.CreatedAt));
            return await store.Claim(Release.Initial, made.Value!, cancellationToken) is { } taken ? taken : made;
        }
    }
}

/// <summary>What releases are told apart by.</summary>
internal static class ReleaseNames
{
    public const int MostPlatforms = 10;

    public static IRuleBuilderOptions<T, string> ReleaseVersion<T>(this IRuleBuilder<T, string> rule) =>
        rule.Must(version => Domain.Releases.ReleaseVersion.TryParse(version, out _)).WithMessage("must be a version of two to four numbers, such as 1.2 or 1.2.3.4.");

    public static IRuleBuilderOptions<T, ValueList<string>?> Platforms<T>(this IRuleBuilder<T, ValueList<string>?> rule) =>
        rule.Must(platforms => platforms is null || (platforms.Count is >= 1 and <= MostPlatforms && platforms.All(name => Rules.WrongText(name, 1, Rules.MostText) is null)))
            .WithMessage($"must have 1 to {MostPlatforms} names of 1 to {Rules.MostText} characters.");

    public static ValueList<string> Distinct(ValueList<string> platforms) =>
        platforms.Select(name => name.Trim()).Distinct(StringComparer.OrdinalIgnoreCase).ToValueList();

    /// <summary>Takes what a release is unique by and frees what it was: its product, channel, version and each of its platforms.</summary>
    public static async Task<Refusal?> Claim(this Store store, Release before, Release after, CancellationToken cancellation)
    {
        var (former, now) = (UniquesOf(before), UniquesOf(after));
        foreach (var unique in former.Except(now))
            store.Claims.Free(unique);
        foreach (var unique in now.Except(former))
        {
            if (await store.Claims.Take(unique, after.Id.Value, Refusal.DuplicateRelease, cancellation) is { } taken)
                return taken;
        }

        return null;
    }

    /// <summary>What a release is unique by.</summary>
    public static IReadOnlyList<Unique> UniquesOf(Release release) => !release.Exists ? []
        : [.. (release.Platforms.Count == 0 ? [""] : release.Platforms).Select(platform => Unique.Release(release.Product, release.Channel, release.Version, platform))];
}
