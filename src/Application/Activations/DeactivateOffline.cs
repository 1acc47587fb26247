using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using FluentValidation;

namespace EventSourcedOrgs.Application.Activations;

/// <summary>A machine that is not online has given its place back; the caller carries the proof of it here. Once more it changes nothing.</summary>
public sealed record DeactivateOffline(LicenseId License, string Request) : ICommand<Done>
{
    public Guid? Target => License.Value;

    public sealed class Validator : AbstractValidator<DeactivateOffline>
    {
        public Validator() => RuleFor(c => c.Request).Must(text => Rules.WrongText(text, 1, OfflineRequest.Longest) is null).OverridePropertyName("OfflineRequest")
            .WithMessage($"must have 1 to {OfflineRequest.Longest} characters.");
    }

    public sealed class Handler(Store store) : ICommandHandler<DeactivateOffline, Done>
    {
        public async Task<Result<Done>> Handle(DeactivateOffline command, CancellationToken cancellationToken)
        {
            var (license, refused) = await store.CarriedFor(command.License, cancellationToken);
            if (refused is not null)
                return refused;
            var read = OfflineRequest.Read(command.Request, license.Key, OfflineKind.Deactivate);
            if (read.Refusal is { } unreadable)
                return unreadable;

            var (request, now) = (read.Value!, store.Context.Now);
            var id = new ActivationId(request.ActivationId!.Value);
            if ((await store.Activations.Latest(id, cancellationToken)).License != license.Id || request.ProductId != license.Product.Value)
                return Refusal.InvalidOfflineRequest("It names no activation of this license.");

            var places = await store.LicenseUses.ToGiveBack(license, cancellationToken);
            var ended = await store.Activations.Decide(
                id, state => state.Deactivate(license, request.Fingerprint, request.UserHash, places, now, request.RequestId, request.GivenUp), cancellationToken);
            return ended.Select(_ => new Done());
        }
    }
}

/// <summary>The vendor takes an answer back that was given to be carried by hand, and ends its activation.</summary>
public sealed record RevokeOfflineResponse(LicenseId License, Guid Response) : ICommand<Done>
{
    public Guid? Target => License.Value;

    public sealed class Handler(Store store) : ICommandHandler<RevokeOfflineResponse, Done>
    {
        public Task<Result<Done>> Handle(RevokeOfflineResponse command, CancellationToken cancellationToken) =>
            store.RevokeResponse(command.License, command.Response, _ => true, cancellationToken);
    }
}

/// <summary>An organization takes an answer back that was given for a machine with one of its licences; that counts as a deactivation.</summary>
public sealed record RevokeOrganizationOfflineResponse(OrganizationId Organization, LicenseId License, Guid Response) : ICommand<Done>, IWithinOrganization
{
    public Guid? Target => License.Value;

    public sealed class Handler(Store store) : ICommandHandler<RevokeOrganizationOfflineResponse, Done>
    {
        public Task<Result<Done>> Handle(RevokeOrganizationOfflineResponse command, CancellationToken cancellationToken) =>
            store.RevokeResponse(command.License, command.Response, license => license.Organization == command.Organization, cancellationToken);
    }
}

/// <summary>The answers that were given to be carried by hand.</summary>
internal static class CarriedResponses
{
    /// <summary>Finds an answer by the request it answers.</summary>
    public static async Task<Result<Done>> RevokeResponse(this Store store, LicenseId id, Guid response, Func<License, bool> isVisible, CancellationToken cancellation)
    {
        var license = await store.Licenses.DecideExclusively(id, state => state.Exists && isVisible(state) ? [] : Refusal.LicenseNotFound, cancellation);
        if (license.Refusal is not null)
            return license.Refusal;
        if (await store.Claims.Holder(Unique.OfflineRequest(id, response), cancellation) is not { } holder)
            return Refusal.OfflineResponseNotFound;

        var places = await store.LicenseUses.ToGiveBack(license.Value!, cancellation);
        var revoked = await store.Activations.Decide(
            ActivationId.From(holder), state => state.RevokeResponse(response, license.Value!, store.Context.Caller.IsVendor, places, store.Context.Now), cancellation);
        return revoked.Select(_ => new Done());
    }
}
