using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using FluentValidation;

namespace EventSourcedOrgs.Application.Activations;

/// <summary>
/// Activates a licence on a machine. The licence is locked, so that of many who ask at once only as many get a place as there are; a machine that has one
/// keeps it. What is refused is recorded, once an hour for the same machine and reason.
/// </summary>
public sealed record Activate(ActivationId Id, ActivationRequest Request) : ICommand<Activated>
{
    public sealed class Validator : AbstractValidator<Activate>
    {
        public Validator() => RuleFor(c => c.Request).SetValidator(new ActivationRequest.Validator());
    }

    public sealed class Handler(Store store) : ICommandHandler<Activate, Activated>
    {
        public async Task<Result<Activated>> Handle(Activate command, CancellationToken cancellationToken)
        {
            var request = command.Request;
            if (await store.WrongAccount(request.Account, cancellationToken) is { } wrong)
                return wrong;
            var key = request.Key.Trim();
            if (await store.Claims.Holder(Unique.LicenseKey(key), cancellationToken) is not { } holder)
                return Refusal.InvalidLicenseKey;
            var locked = await store.Licenses.DecideExclusively(
                LicenseId.From(holder), license => license.Exists && license.Key == key ? [] : Refusal.InvalidLicenseKey, cancellationToken);
            if (locked.Refusal is { } unknown)
                return unknown;

            var attempt = await store.Attempt(command.Id, request, locked.Value!, store.UserOf(request), cancellationToken);
            return await store.TakePlace(command.Id, locked.Value!, attempt, cancellationToken);
        }
    }
}
