using EventSourcedOrgs.Application.Activations;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Products;
using EventSourcedOrgs.Domain.Trials;
using FluentValidation;

namespace EventSourcedOrgs.Application.Trials;

/// <summary>What an application sends to try the product it is, and to sync a trial.</summary>
public sealed record TrialRequest(
    ProductId Product, string? Account, Machine Machine, MachineAddress Address, string Fingerprint, string UserHash, ValueList<MetadataEntry> Metadata) : IMachineRequest
{
    /// <summary>What a sync leaves out of what it tells of the machine.</summary>
    public ReportParts LeftOut { get; init; }

    /// <summary>The report as one of this trial.</summary>
    public MachineReport ReportOf(TrialActivationId trial) => new(Machine, Personal.Of(trial, Address), Fingerprint, UserHash, Metadata);

    public sealed class Validator : MachineValidator<TrialRequest>;
}

/// <summary>How a request about a trial came out: the trial, its product and the terms it is held to.</summary>
public sealed record Tried(TrialActivation Trial, Product Product, TrialTerms Terms);

/// <summary>
/// Starts the trial of a product on a machine, or answers with the one the machine has. A machine that is new locks the product and looks again, so that of
/// many requests at once only one starts a trial.
/// </summary>
public sealed record StartTrial(TrialActivationId Id, TrialRequest Request) : ICommand<Tried>
{
    public sealed class Validator : AbstractValidator<StartTrial>
    {
        public Validator() => RuleFor(c => c.Request).SetValidator(new TrialRequest.Validator());
    }

    public sealed class Handler(Store store, TrialMachines machines) : ICommandHandler<StartTrial, Tried>
    {
        public async Task<Result<Tried>> Handle(StartTrial command, CancellationToken cancellationToken)
        {
            var request = command.Request;
            if (await store.WrongAccount(request.Account, cancellationToken) is { } wrong)
                return wrong;
            var (product, policy) = await store.Tried(request.Product, cancellationToken);
            if (!product.Exists)
                return Refusal.InvalidTrialProductId;
            if (!policy.Exists)
                return Refusal.TrialNotAllowed;

            var report = request.ReportOf(command.Id);
            var trial = await machines.Find(product.Id, policy.Terms, report, cancellationToken) is { } known
                ? await Repeat(known, policy, request, cancellationToken)
                : Refusal.TrialActivationNotFound;
            if (trial.Refusal == Refusal.TrialActivationNotFound)
                trial = await StartOrRepeat(command, policy, report, cancellationToken);
            return trial.Select(state => new Tried(state, product, policy.Terms));
        }

        private async Task<Result<TrialActivation>> StartOrRepeat(StartTrial command, TrialPolicy policy, MachineReport report, CancellationToken cancellation)
        {
            var locked = await store.Products.DecideExclusively(command.Request.Product, product => product.Exists ? [] : Refusal.InvalidTrialProductId, cancellation);
            if (locked.Refusal is { } gone)
                return gone;
            if (await machines.Find(locked.Value!.Id, policy.Terms, report, cancellation) is { } known)
                return await Repeat(known, policy, command.Request, cancellation);

            var decision = TrialActivation.New(command.Id, locked.Value.Id, policy, report, store.Context.Now);
            if (decision.Refusal is { } refusal)
                return refusal;

            store.PersonKeys.Create(command.Id, store.Documents);
            return store.TrialActivations.Start(command.Id, decision);
        }

        private Task<Result<TrialActivation>> Repeat(TrialActivationId known, TrialPolicy policy, TrialRequest request, CancellationToken cancellation) =>
            store.TrialActivations.Decide(known, state => state.Repeat(policy, request.ReportOf(known)), cancellation);
    }
}

/// <summary>A machine with a trial reports.</summary>
public sealed record SyncTrial(TrialActivationId Trial, TrialRequest Request) : ICommand<Tried>
{
    public Guid? Target => Trial.Value;

    public sealed class Validator : AbstractValidator<SyncTrial>
    {
        public Validator() => RuleFor(c => c.Request).SetValidator(new TrialRequest.Validator());
    }

    public sealed class Handler(Store store) : ICommandHandler<SyncTrial, Tried>
    {
        public async Task<Result<Tried>> Handle(SyncTrial command, CancellationToken cancellationToken)
        {
            var request = command.Request;
            if (await store.WrongAccount(request.Account, cancellationToken) is { } wrong)
                return wrong;
            var before = await store.TrialActivations.Latest(command.Trial, cancellationToken);
            if (!before.Exists)
                return Refusal.TrialActivationNotFound;

            var (product, policy) = await store.Tried(before.Product, cancellationToken);
            if (!product.Exists)
                return Refusal.TrialActivationNotFound;

            var synced = await store.TrialActivations.Decide(
                command.Trial, state => state.Sync(request.Product, policy, request.ReportOf(command.Trial), request.LeftOut), cancellationToken);
            return synced.Select(state => new Tried(state, product, policy.Exists ? policy.Terms : TrialTerms.None));
        }
    }
}

/// <summary>Products that can be tried.</summary>
internal static class TriedProducts
{
    /// <summary>A product and the policy of its trials; either may not exist.</summary>
    public static async Task<(Product Product, TrialPolicy Policy)> Tried(this Store store, ProductId id, CancellationToken cancellation)
    {
        var product = await store.Products.Latest(id, cancellation);
        return (product, product.TrialPolicy is { } policy ? await store.TrialPolicies.Latest(policy, cancellation) : TrialPolicy.Initial);
    }
}
