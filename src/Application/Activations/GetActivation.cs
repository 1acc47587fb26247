using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Application.Activations;

/// <summary>One live activation, as committed now.</summary>
public sealed record GetActivation(ActivationId Activation) : IQuery<Activation>
{
    public sealed class Handler(Store store) : IQueryHandler<GetActivation, Activation>
    {
        public Task<Result<Activation>> Handle(GetActivation query, CancellationToken cancellationToken) =>
            store.LiveActivation(query.Activation, (_, _) => true, cancellationToken);
    }
}

/// <summary>One live activation of a licence of an organization.</summary>
public sealed record GetOrganizationActivation(OrganizationId Organization, ActivationId Activation) : IQuery<Activation>, IWithinOrganization
{
    public sealed class Handler(Store store) : IQueryHandler<GetOrganizationActivation, Activation>
    {
        public Task<Result<Activation>> Handle(GetOrganizationActivation query, CancellationToken cancellationToken) =>
            store.LiveActivation(query.Activation, (_, license) => license.Organization == query.Organization, cancellationToken);
    }
}

/// <summary>One of the caller's own activations: made by the caller or, by nobody who signed in, with a licence whose user is the caller.</summary>
public sealed record GetMyActivation(ActivationId Activation) : IQuery<Activation>
{
    public sealed class Handler(Store store) : IQueryHandler<GetMyActivation, Activation>
    {
        public Task<Result<Activation>> Handle(GetMyActivation query, CancellationToken cancellationToken) =>
            store.LiveActivation(query.Activation, (activation, license) => store.Context.Caller.User is { } me && (activation.User ?? license.PrimaryUser) == me, cancellationToken);
    }
}

/// <summary>Activations that can be asked for.</summary>
internal static class LiveActivations
{
    public static async Task<Result<Activation>> LiveActivation(
        this Store store, ActivationId id, Func<Activation, License, bool> isVisible, CancellationToken cancellation)
    {
        var activation = await store.Activations.Latest(id, cancellation);
        if (!activation.IsLiveAt(store.Context.AsOf?.At ?? store.Context.Now))
            return Refusal.ActivationNotFound;

        var license = await store.Licenses.Latest(activation.License, cancellation);
        return license.Exists && isVisible(activation, license) ? activation : Refusal.ActivationNotFound;
    }
}
