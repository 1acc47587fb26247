using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Host.Api;

/// <summary>A request whose body has the right shape and still cannot become a command; answered like any refusal.</summary>
internal sealed class RefusedException(Refusal refusal) : Exception(refusal.Message)
{
    public Refusal Refusal { get; } = refusal;
}
