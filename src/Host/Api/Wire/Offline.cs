using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Activations;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>A request that was carried by hand, for a licence, and for how many seconds the machine may use the answer.</summary>
internal sealed record OfflineActivationBody(string OfflineRequest, long ResponseValidity, string LicenseId)
{
    public ActivateOffline ToCommand() => new(Id.New<ActivationId>(), Common.RequiredId<LicenseId>(LicenseId, "licenseId"), OfflineRequest, ResponseValidity);
}

/// <summary>The proof of a machine that has given its place back.</summary>
internal sealed record OfflineDeactivationBody(string OfflineRequest, string LicenseId)
{
    public DeactivateOffline ToCommand() => new(Common.RequiredId<LicenseId>(LicenseId, "licenseId"), OfflineRequest);
}

/// <summary>The text to carry back to the machine.</summary>
internal sealed record WireOfflineAnswer(string OfflineResponse)
{
    public static Func<Activated, Store, CancellationToken, Task<Sending.Late>> SignedBy(ActivationTokens tokens) =>
        (activated, store, cancellation) => Sending.Late.Of(tokens.Of(activated, store, cancellation), token => new WireOfflineAnswer(token));
}

/// <summary>
/// An answer that was carried by hand and has not run out: a machine may use the licence by it until then, whether or not it is revoked and its
/// activation has ended meanwhile. Its id is that of the request.
/// </summary>
internal sealed record WireOfflineResponse(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset ValidUntil, LicenseId LicenseId, ActivationId ActivationId, bool ActivationEnded, bool Revoked, MachineOs Os, string Hostname,
    UserId? UserId)
{
    public static WireOfflineResponse Of(Activation activation, OfflineResponse response, DateTimeOffset now) => new(
        response.Request, response.IssuedAt, response.ValidUntil, activation.License, activation.Id, !activation.IsLiveAt(now), response.Revoked,
        activation.Report!.Machine.Os, activation.Report.Address.Value?.Hostname ?? "", activation.User);

    /// <summary>As an organization sees them: the user where that is one of its own, as of the activations.</summary>
    public static async Task<IReadOnlyList<WireOfflineResponse>> OfOrganization(
        OrganizationId organization, IReadOnlyList<WireOfflineResponse> responses, Store store, CancellationToken cancellation)
    {
        var users = await store.Users.Latest(responses.Select(response => response.UserId).OfType<UserId>(), cancellation);
        var own = users.Values.Where(user => user.Exists && user.Organization == organization).Select(user => user.Id).ToHashSet();
        return [.. responses.Select(response => response.UserId is { } user && !own.Contains(user) ? response with { UserId = null } : response)];
    }
}
