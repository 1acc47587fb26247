using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Users;
using FluentValidation;

namespace EventSourcedOrgs.Application.Activations;

/// <summary>
/// Activates a licence on a machine that is not online: the caller carries its request here, and the answer back. The machine may use the licence by the answer
/// for so many seconds. A request takes a place once, however often it comes.
/// </summary>
public sealed record ActivateOffline(ActivationId Id, LicenseId License, string Request, long ResponseValidity) : ICommand<Activated>
{
    public Guid? Target => License.Value;

    public sealed class Validator : AbstractValidator<ActivateOffline>
    {
        public Validator()
        {
            RuleFor(c => c.Request).Must(text => Rules.WrongText(text, 1, OfflineRequest.Longest) is null).OverridePropertyName("OfflineRequest")
                .WithMessage($"must have 1 to {OfflineRequest.Longest} characters.");
            RuleFor(c => c.ResponseValidity).GreaterThanOrEqualTo(1).WithMessage("must be at least 1.");
        }
    }

    public sealed class Handler(Store store) : ICommandHandler<ActivateOffline, Activated>
    {
        public async Task<Result<Activated>> Handle(ActivateOffline command, CancellationToken cancellationToken)
        {
            var (license, refused) = await store.CarriedFor(command.License, cancellationToken);
            if (refused is not null)
                return refused;
            var read = OfflineRequest.Read(command.Request, license.Key, OfflineKind.Activate);
            if (read.Refusal is { } unreadable)
                return unreadable;
            var now = store.Context.Now;
            var (carried, asked) = (read.Value!, read.Value!.ToActivation(license.Key, now));
            if (asked.Refusal is { } wrong)
                return wrong;

            var user = await CarriedBy(asked.Value!, cancellationToken);
            var attempt = await store.Attempt(command.Id, asked.Value!, license, user, cancellationToken) with
            {
                Offline = OfflineTerms.For(carried.RequestId, command.ResponseValidity, now),
            };
            var unique = Unique.OfflineRequest(license.Id, carried.RequestId);
            return await store.Claims.Holder(unique, cancellationToken) is { } answered
                ? await AnswerAgain(ActivationId.From(answered), license, attempt, cancellationToken)
                : await AnswerFirst(command.Id, license, attempt, unique, cancellationToken);
        }

        private async Task<Result<Activated>> AnswerAgain(ActivationId id, License license, Attempt attempt, CancellationToken cancellation)
        {
            var places = await store.LicenseUses.Metered(license, store.Context.Now, cancellation);
            var same = await store.Activations.Decide(id, state => state.Answer(license, attempt, store.Context.Now), cancellation);
            return same.Select(state => new Activated(state, license, places.Usage).AnswerTo(attempt));
        }

        private async Task<Result<Activated>> AnswerFirst(ActivationId id, License license, Attempt attempt, Unique unique, CancellationToken cancellation)
        {
            var activated = await store.TakePlace(id, license, attempt, cancellation);
            return activated.Refusal is { } refusal ? refusal
                : await store.Claims.Take(unique, activated.Value!.Activation.Id.Value, Refusal.Busy, cancellation) is { } taken ? taken
                : activated.Value.AnswerTo(attempt);
        }

        /// <summary>Who uses the machine: whoever carries the request or, if an organization-admin does, the member of the organization that it names.</summary>
        private async Task<UserId?> CarriedBy(ActivationRequest request, CancellationToken cancellation) =>
            store.Context.Caller is { Role: var role, Organization: { } own } && role == Role.OrganizationAdmin && request.User is { } named
                && (await store.Users.Latest(named, cancellation)) is { Exists: true } user && user.Organization == own
                ? named
                : store.UserOf(request);
    }
}

/// <summary>The licences of requests that are carried by hand.</summary>
internal static class CarriedRequests
{
    /// <summary>
    /// The licence, under its lock, if the caller may carry for it: the vendor's team, an organization-admin of its organization, a user it is open to. To all
    /// others it is not there.
    /// </summary>
    public static async Task<(License License, Refusal? Refusal)> CarriedFor(this Store store, LicenseId id, CancellationToken cancellation)
    {
        var license = await store.Licenses.Latest(id, cancellation);
        if (!license.Exists || !(store.Context.Caller.IsVendor || await store.Carries(license, cancellation)))
            return (license, Refusal.LicenseNotFound);

        var locked = await store.Licenses.DecideExclusively(id, state => state.Exists ? [] : Refusal.LicenseNotFound, cancellation);
        return (locked.Value ?? license, locked.Refusal);
    }

    private static async Task<bool> Carries(this Store store, License license, CancellationToken cancellation)
    {
        if (store.Context.Caller.User is not { } id)
            return false;

        var user = await store.Users.Latest(id, cancellation);
        var groups = await store.UserGroups.Latest(user.Groups.Intersect(license.Groups), cancellation);
        return Access.Carries(user, license, [.. groups.Values], store.Context.Now);
    }
}
