using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.EntitlementSets;
using EventSourcedOrgs.Domain.Features;
using EventSourcedOrgs.Domain.Licenses;
using FluentValidation;
using Marten;

namespace EventSourcedOrgs.Application.Features;

/// <summary>Makes a feature that licences may be entitled to. They are counted under the lock of the account, so that of many at once none is too many.</summary>
public sealed record CreateFeature(FeatureId Id, string Name, string DisplayName, string? Description) : ICommand<Feature>
{
    public sealed class Validator : AbstractValidator<CreateFeature>
    {
        public Validator()
        {
            RuleFor(c => c.Name).Text(1);
            RuleFor(c => c.DisplayName).Text(1);
            RuleFor(c => c.Description).Text();
        }
    }

    public sealed class Handler(Store store) : ICommandHandler<CreateFeature, Feature>
    {
        public async Task<Result<Feature>> Handle(CreateFeature command, CancellationToken cancellationToken)
        {
            var name = command.Name.Trim();
            if (await store.Session.FindAccount(cancellationToken) is { } account)
                await store.Accounts.OpenExclusively([account.Id], cancellationToken);
            if (await store.Claims.Take(Unique.FeatureName(name), command.Id.Value, Refusal.DuplicateFeatureName, cancellationToken) is { } taken)
                return taken;

            var others = await store.Session.AdvancedSql.QueryAsync<int>(
                "select count(*)::int from events.mt_doc_feature where (data ->> 'deleted')::boolean = false", cancellationToken);
            return store.Features.Start(command.Id, Feature.New(command.Id, name, command.DisplayName.Trim(), command.Description, others[0]));
        }
    }
}

/// <summary>Changes how people see a feature.</summary>
public sealed record ChangeFeature(FeatureId Feature, Optional<string> DisplayName, Optional<string?> Description) : ICommand<Feature>
{
    public Guid? Target => Feature.Value;

    public sealed class Validator : AbstractValidator<ChangeFeature>
    {
        public Validator()
        {
            RuleFor(c => c.DisplayName).Text(1);
            RuleFor(c => c.Description).OptionalText();
        }
    }

    public sealed class Handler(Store store) : ICommandHandler<ChangeFeature, Feature>
    {
        public Task<Result<Feature>> Handle(ChangeFeature command, CancellationToken cancellationToken) =>
            store.Features.Decide(command.Feature, feature => feature.Change(command.DisplayName, command.Description), cancellationToken);
    }
}

/// <summary>Deletes a feature that neither a set nor a licence gives.</summary>
public sealed record DeleteFeature(FeatureId Feature) : ICommand<Feature>
{
    public Guid? Target => Feature.Value;

    public sealed class Handler(Store store) : ICommandHandler<DeleteFeature, Feature>
    {
        public async Task<Result<Feature>> Handle(DeleteFeature command, CancellationToken cancellationToken)
        {
            var feature = await store.Features.Latest(command.Feature, cancellationToken);
            if (!feature.Exists)
                return Refusal.FeatureNotFound;

            var inUse = await IsGivenBy<EntitlementSet>(command.Feature, cancellationToken) || await IsGivenBy<License>(command.Feature, cancellationToken);
            if (!inUse)
                store.Claims.Free(Unique.FeatureName(feature.Name));
            return await store.Features.Decide(command.Feature, state => state.Delete(inUse), cancellationToken);
        }

        private async Task<bool> IsGivenBy<TState>(FeatureId feature, CancellationToken cancellation) where TState : class =>
            (await store.Session.QueryAsync<TState>(
                "where data @> ?::jsonb and (data ->> 'deleted')::boolean = false limit 1", cancellation, $$"""{"features":[{"feature":"{{feature}}"}]}""")).Count > 0;
    }
}

/// <summary>One feature, as committed now.</summary>
public sealed record GetFeature(FeatureId Feature) : IQuery<Feature>
{
    public sealed class Handler(Store store) : IQueryHandler<GetFeature, Feature>
    {
        public async Task<Result<Feature>> Handle(GetFeature query, CancellationToken cancellationToken) =>
            await store.Features.Latest(query.Feature, cancellationToken) is { Exists: true } feature ? feature : Refusal.FeatureNotFound;
    }
}
