using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Releases;
using FluentValidation;

namespace EventSourcedOrgs.Application.Releases;

/// <summary>Changes what a request names of a release that is not published yet.</summary>
public sealed record ChangeRelease(ReleaseId Release, ReleaseChanges Changes) : ICommand<Release>
{
    public Guid? Target => Release.Value;

    /// <summary>The product that the request says the release is of, if it says one.</summary>
    public ProductId? Product { get; init; }

    public sealed class Validator : AbstractValidator<ChangeRelease>
    {
        public Validator()
        {
            RuleFor(c => c.Changes.Name).Text(1);
            RuleFor(c => c.Changes.Version.Value).ReleaseVersion().When(c => c.Changes.Version.IsSet).OverridePropertyName("Version");
            RuleFor(c => c.Changes.Channel).Text(1);
            RuleFor(c => c.Changes.Platforms.Value).Platforms().When(c => c.Changes.Platforms.IsSet).OverridePropertyName("Platforms");
            RuleFor(c => c.Changes.Notes).OptionalText(CreateRelease.MostNotes);
        }
    }

    public sealed class Handler(Store store) : ICommandHandler<ChangeRelease, Release>
    {
        public async Task<Result<Release>> Handle(ChangeRelease command, CancellationToken cancellationToken)
        {
            var changes = command.Changes with { Platforms = command.Changes.Platforms.Select(ReleaseNames.Distinct) };
            var before = await store.Releases.Latest(command.Release, cancellationToken);
            if (before.Exists && command.Product is { } product && product != before.Product)
                return Refusal.Validation([new("/productId", "is another product: a release stays with its own.")]);

            var changed = await store.Releases.Decide(command.Release, release => release.Change(changes), cancellationToken);
            return changed.Refusal is null && await store.Claim(before, changed.Value!, cancellationToken) is { } taken ? taken : changed;
        }
    }
}

/// <summary>Publishes a release: customers get it, and it stays as it is.</summary>
public sealed record PublishRelease(ReleaseId Release) : ICommand<Release>
{
    public Guid? Target => Release.Value;

    public sealed class Handler(Store store) : ICommandHandler<PublishRelease, Release>
    {
        public Task<Result<Release>> Handle(PublishRelease command, CancellationToken cancellationToken) =>
            store.Releases.Decide(command.Release, release => release.Publish(store.Context.Now), cancellationToken);
    }
}

/// <summary>Withdraws a published release: customers no longer get it.</summary>
public sealed record ArchiveRelease(ReleaseId Release) : ICommand<Release>
{
    public Guid? Target => Release.Value;

    public sealed class Handler(Store store) : ICommandHandler<ArchiveRelease, Release>
    {
        public Task<Result<Release>> Handle(ArchiveRelease command, CancellationToken cancellationToken) =>
            store.Releases.Decide(command.Release, release => release.Archive(), cancellationToken);
    }
}

/// <summary>Deletes a release with its files, published or not.</summary>
public sealed record DeleteRelease(ReleaseId Release) : ICommand<Release>
{
    public Guid? Target => Release.Value;

    public sealed class Handler(Store store) : ICommandHandler<DeleteRelease, Release>
    {
        public async Task<Result<Release>> Handle(DeleteRelease command, CancellationToken cancellationToken)
        {
            var before = await store.Releases.Latest(command.Release, cancellationToken);
            if (!before.Exists)
                return Refusal.ReleaseNotFound;

            var deleted = await store.Releases.Decide(command.Release, release => release.Delete(), cancellationToken);
            return deleted.Refusal is null && await store.Claim(before, deleted.Value!, cancellationToken) is { } taken ? taken : deleted;
        }
    }
}

/// <summary>One release, as committed now.</summary>
public sealed record GetRelease(ReleaseId Release) : IQuery<Release>
{
    public sealed class Handler(Store store) : IQueryHandler<GetRelease, Release>
    {
        public async Task<Result<Release>> Handle(GetRelease query, CancellationToken cancellationToken) =>
            await store.Releases.Latest(query.Release, cancellationToken) is { Exists: true } release ? release : Refusal.ReleaseNotFound;
    }
}
