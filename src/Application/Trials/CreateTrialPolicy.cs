using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Products;
using EventSourcedOrgs.Domain.Trials;
using FluentValidation;
using Marten;

namespace EventSourcedOrgs.Application.Trials;

/// <summary>Makes terms of trials, for products to use.</summary>
public sealed record CreateTrialPolicy(TrialPolicyId Id, string Name, TrialTerms Terms) : ICommand<TrialPolicy>
{
    public const int MostIpRanges = 20;

    public sealed class Validator : AbstractValidator<CreateTrialPolicy>
    {
        public Validator()
        {
            RuleFor(c => c.Name).Text(1);
        }
    }

    /// <summary>What is wrong with the terms, after a change as well.</summary>
    internal static Refusal? Wrong(TrialTerms terms) =>
        terms.TrialLength < 1 ? Refusal.Validation([new("/trialLength", "must be at least 1.")])
        : Rules.WrongWhereabouts(terms, MostIpRanges) is { } error ? Refusal.Validation([error])
        : null;

    public sealed class Handler(Store store) : ICommandHandler<CreateTrialPolicy, TrialPolicy>
    {
        public Task<Result<TrialPolicy>> Handle(CreateTrialPolicy command, CancellationToken cancellationToken) => Task.FromResult(
            Wrong(command.Terms) is { } wrong ? wrong : store.TrialPolicies.Start(command.Id, TrialPolicy.New(command.Id, command.Name.Trim(), command.Terms)));
    }
}

/// <summary>Changes a trial policy. Trials that have begun keep their end.</summary>
public sealed record ChangeTrialPolicy(TrialPolicyId TrialPolicy, Optional<string> Name, Func<TrialTerms, TrialTerms> Terms) : ICommand<TrialPolicy>
{
    public Guid? Target => TrialPolicy.Value;

    public sealed class Validator : AbstractValidator<ChangeTrialPolicy>
    {
        public Validator() => RuleFor(c => c.Name).Text(1);
    }

    public sealed class Handler(Store store) : ICommandHandler<ChangeTrialPolicy, TrialPolicy>
    {
        public async Task<Result<TrialPolicy>> Handle(ChangeTrialPolicy command, CancellationToken cancellationToken)
        {
            var policy = await store.TrialPolicies.Latest(command.TrialPolicy, cancellationToken);
            return !policy.Exists ? Refusal.TrialPolicyNotFound
                : CreateTrialPolicy.Wrong(command.Terms(policy.Terms)) is { } wrong ? wrong
                : await store.TrialPolicies.Decide(command.TrialPolicy, state => state.Change(command.Name, command.Terms(state.Terms)), cancellationToken);
        }
    }
}

/// <summary>Deletes a trial policy that no product uses.</summary>
public sealed record DeleteTrialPolicy(TrialPolicyId TrialPolicy) : ICommand<TrialPolicy>
{
    public Guid? Target => TrialPolicy.Value;

    public sealed class Handler(Store store) : ICommandHandler<DeleteTrialPolicy, TrialPolicy>
    {
        public async Task<Result<TrialPolicy>> Handle(DeleteTrialPolicy command, CancellationToken cancellationToken)
        {
            if (!(await store.TrialPolicies.Latest(command.TrialPolicy, cancellationToken)).Exists)
                return Refusal.TrialPolicyNotFound;

            var products = await store.Session.QueryAsync<Product>(
                "where (data ->> 'trialPolicy')::uuid = ? and (data ->> 'deleted')::boolean = false limit 1", cancellationToken, command.TrialPolicy.Value);
            return products.Count > 0
                ? Refusal.TrialPolicyInUse
                : await store.TrialPolicies.Decide(command.TrialPolicy, policy => policy.Delete(), cancellationToken);
        }
    }
}

/// <summary>One trial policy, as committed now.</summary>
public sealed record GetTrialPolicy(TrialPolicyId TrialPolicy) : IQuery<TrialPolicy>
{
    public sealed class Handler(Store store) : IQueryHandler<GetTrialPolicy, TrialPolicy>
    {
        public async Task<Result<TrialPolicy>> Handle(GetTrialPolicy query, CancellationToken cancellationToken) =>
            await store.TrialPolicies.Latest(query.TrialPolicy, cancellationToken) is { Exists: true } policy ? policy : Refusal.TrialPolicyNotFound;
    }
}
