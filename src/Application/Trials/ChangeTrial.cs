using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Trials;
using FluentValidation;
using Marten;

namespace EventSourcedOrgs.Application.Trials;

/// <summary>Gives a trial so many seconds more than it had.</summary>
public sealed record ExtendTrial(TrialActivationId Trial, int ExtensionLength) : ICommand<TrialActivation>
{
    public Guid? Target => Trial.Value;

    public sealed class Validator : AbstractValidator<ExtendTrial>
    {
        public Validator() => RuleFor(c => c.ExtensionLength).AtLeast(1);
    }

    public sealed class Handler(Store store) : ICommandHandler<ExtendTrial, TrialActivation>
    {
        public Task<Result<TrialActivation>> Handle(ExtendTrial command, CancellationToken cancellationToken) =>
            store.TrialActivations.Decide(command.Trial, trial => trial.Extend(TimeSpan.FromSeconds(command.ExtensionLength)), cancellationToken);
    }
}

/// <summary>Sets the end of a trial (UTC); one that is past ends it at once.</summary>
public sealed record SetTrialExpiry(TrialActivationId Trial, DateTimeOffset ExpiresAt) : ICommand<TrialActivation>
{
    public Guid? Target => Trial.Value;

    public sealed class Handler(Store store) : ICommandHandler<SetTrialExpiry, TrialActivation>
    {
        public Task<Result<TrialActivation>> Handle(SetTrialExpiry command, CancellationToken cancellationToken) =>
            store.TrialActivations.Decide(command.Trial, trial => trial.ExpireAt(command.ExpiresAt), cancellationToken);
    }
}

/// <summary>Deletes a trial; the machine may start another.</summary>
public sealed record DeleteTrial(TrialActivationId Trial) : ICommand<TrialActivation>
{
    public Guid? Target => Trial.Value;

    public sealed class Handler(Store store) : ICommandHandler<DeleteTrial, TrialActivation>
    {
        public async Task<Result<TrialActivation>> Handle(DeleteTrial command, CancellationToken cancellationToken) =>
            (await store.TrialActivations.Latest(command.Trial, cancellationToken)).Exists
                ? await store.TrialActivations.Decide(command.Trial, trial => trial.Delete(), cancellationToken)
                : Refusal.TrialActivationNotFound;
    }
}

/// <summary>One trial, as committed now.</summary>
public sealed record GetTrial(TrialActivationId Trial) : IQuery<TrialActivation>
{
    public sealed class Handler(Store store) : IQueryHandler<GetTrial, TrialActivation>
    {
        public async Task<Result<TrialActivation>> Handle(GetTrial query, CancellationToken cancellationToken) =>
            await store.TrialActivations.Latest(query.Trial, cancellationToken) is { Exists: true } trial ? trial : Refusal.TrialActivationNotFound;
    }
}

/// <summary>How many trials there are of products, or were at the past moment that is asked about.</summary>
public static class ProductTrials
{
    public static async Task<IReadOnlyDictionary<ProductId, long>> CountTrials(this Store store, IEnumerable<ProductId> products, CancellationToken cancellation)
    {
        Guid[] ids = [.. products.Select(product => product.Value)];
        var counts = await (store.Context.AsOf is { } past
            ? store.Session.AdvancedSql.QueryAsync<Guid, long>(
                """
                select row(cast(t.data ->> 'product' as uuid)), row(count(*)) from events.mt_doc_trialactivation t
                where cast(t.data ->> 'product' as uuid) = any(?) and exists (select from events.mt_events e where e.stream_id = t.id and e.seq_id <= ?)
                    and not exists (select from events.mt_events e where e.stream_id = t.id and e.seq_id <= ? and e.type = ?)
                group by t.data ->> 'product'
                """, cancellation, ids, past.Position, past.Position, EventNames.All[typeof(TrialActivationDeleted)])
            : store.Session.AdvancedSql.QueryAsync<Guid, long>(
                """
                select row(cast(data ->> 'product' as uuid)), row(count(*)) from events.mt_doc_trialactivation
                where cast(data ->> 'product' as uuid) = any(?) and (data ->> 'deleted')::boolean = false group by data ->> 'product'
                """, cancellation, ids));
        return counts.ToDictionary(count => new ProductId(count.Item1), count => count.Item2);
    }
}
