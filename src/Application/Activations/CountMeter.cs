using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Application.Activations;

/// <summary>An activated machine used a meter of its licence, or gives uses back.</summary>
public sealed record CountMeter(Guid Meter, ActivationId Activation, ProductId? Product, string? Account, long Increment) : ICommand<CountedMeter>
{
    public sealed class Handler(Store store) : ICommandHandler<CountMeter, CountedMeter>
    {
        public async Task<Result<CountedMeter>> Handle(CountMeter command, CancellationToken cancellationToken)
        {
            var before = await store.Activations.Latest(command.Activation, cancellationToken);
            if (!before.Exists)
                return Refusal.ActivationNotFound;
            if (await store.WrongAccount(command.Account, cancellationToken) is { } wrong)
                return wrong;
            if (command.Product is { } product && product != before.Product)
                return Refusal.InvalidProductId;

            var (license, refused) = await store.LicenseFor(before, isExclusive: _ => true, cancellationToken);
            if (refused is not null)
                return refused;

            var places = await store.LicenseUses.Metered(license, store.Context.Now, cancellationToken);
            var counted = await store.Activations.Decide(
                command.Activation, state => state.Count(license, command.Meter, command.Increment, places, store.Context.Now), cancellationToken);
            if (counted.Refusal is not null)
                return counted.Refusal;

            var meter = license.Meters.First(known => known.Id == command.Meter);
            return new CountedMeter(
                meter, counted.Value!.UsesOf(license, meter.Id), store.UsageAfter(places).Of(meter));
        }
    }
}

/// <summary>A meter after counting: the uses of the one machine, and those of the whole licence.</summary>
public sealed record CountedMeter(MeterAttribute Meter, long Uses, MeterUses Total);
