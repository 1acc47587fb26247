using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Features;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Application.Activations;

/// <summary>What an activated application may do. It asks without a token: who knows the activation and its licence is the machine that was told both.</summary>
public sealed record GetActivationEntitlements(ActivationId Activation, LicenseId License, string? Account) : IQuery<EntitledActivation>
{
    public sealed class Handler(Store store) : IQueryHandler<GetActivationEntitlements, EntitledActivation>
    {
        public async Task<Result<EntitledActivation>> Handle(GetActivationEntitlements query, CancellationToken cancellationToken)
        {
            if (await store.WrongAccount(query.Account, cancellationToken) is { } wrong)
                return wrong;
            var activation = await store.LiveActivation(query.Activation, (_, license) => license.Id == query.License, cancellationToken);
            if (activation.Refusal is { } unknown)
                return unknown;

            var license = await store.Licenses.Latest(query.License, cancellationToken);
            return license.Revoked
                ? Refusal.RevokedLicense
                : new EntitledActivation(activation.Value!, license, await store.EntitlementsOf(license, cancellationToken));
        }
    }
}

/// <summary>An activation, its licence, and what that is entitled to.</summary>
public sealed record EntitledActivation(Activation Activation, License License, ValueList<EffectiveEntitlement> Entitlements);
