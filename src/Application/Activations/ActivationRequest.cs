using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using FluentValidation;

namespace EventSourcedOrgs.Application.Activations;

/// <summary>What an application sends of the machine it runs on.</summary>
public interface IMachineRequest
{
    string? Account { get; }
    Machine Machine { get; }
    MachineAddress Address { get; }
    string Fingerprint { get; }
    string UserHash { get; }
    ValueList<MetadataEntry> Metadata { get; }
}

/// <summary>What an application may say of its machine.</summary>
public abstract class MachineValidator<T> : AbstractValidator<T> where T : IMachineRequest
{
    protected MachineValidator()
    {
        RuleFor(r => r.Account).Text();
        RuleFor(r => r.Machine.OsVersion).Text();
        RuleFor(r => r.Machine.VmName).Text();
        RuleFor(r => r.Machine.ReleaseVersion).Must(version => Rules.WrongReleaseVersion(version) is null)
            .WithMessage("must be a version of two to four numbers, such as 1.2 or 1.2.3.4.");
        RuleFor(r => r.Machine.ReleaseChannel).Text();
        RuleFor(r => r.Machine.ReleasePlatform).Text();
        RuleFor(r => r.Address.Hostname).Must(name => Rules.WrongText(name, 1, ActivationRequest.LongestHostname) is null).OverridePropertyName("Hostname")
            .WithMessage($"must have 1 to {ActivationRequest.LongestHostname} characters.");
        RuleFor(r => r.Fingerprint).Text(Fingerprint.Shortest, Fingerprint.Longest);
        RuleFor(r => r.UserHash).Text(1);
        RuleFor(r => r.Metadata).Metadata(ActivationRequest.MostMetadata);
    }
}

/// <summary>What an application sends to activate and to sync: the key it has, the product it is, the machine it runs on.</summary>
public sealed record ActivationRequest(
    string Key, ProductId Product, string? Account, Machine Machine, MachineAddress Address, string Fingerprint, string UserHash, UserId? User,
    long? LeaseDuration, ValueList<MetadataEntry> Metadata, ValueList<MeterIncrement> Meters) : IMachineRequest
{
    public const int LongestHostname = 1024;

    /// <summary>What came of the credentials that were sent with it, if any; they themselves go no further.</summary>
    public ProvedUser? Proved { get; init; }

    /// <summary>What a sync leaves out of what it tells of the machine.</summary>
    public ReportParts LeftOut { get; init; }

    public const int MostMetadata = 50;

    public sealed class Validator : MachineValidator<ActivationRequest>
    {
        public Validator()
        {
            RuleFor(r => r.Key).Text(1);
            RuleFor(r => r.LeaseDuration).GreaterThanOrEqualTo(-1);
            RuleForEach(r => r.Meters).Must(increment => Rules.WrongText(increment.Name, 1, Rules.MostText) is null).WithMessage("has a name that cannot be.");
            RuleFor(r => r.Meters).Must(meters => meters.DistinctBy(increment => increment.Name).Count() == meters.Count).WithMessage("must not have the same name twice.");
        }
    }
}

/// <summary>How an attempt to use a licence came out: the activation, its licence and what the licence has been used for.</summary>
public sealed record Activated(Activation Activation, License License, LicenseUsage Usage)
{
    /// <summary>The answer that is carried by hand, when the token is one.</summary>
    public OfflineResponse? Offline { get; init; }

    public Activated AnswerTo(Attempt attempt) => this with { Offline = Activation.OfflineResponses.First(given => given.Request == attempt.Offline!.Request) };
}

/// <summary>Turns requests of applications into attempts that the domain decides on.</summary>
internal static class Attempts
{
    private const string VendorScope = "activation:write";

    /// <summary>The refusal when the request is meant for another account.</summary>
    public static async Task<Refusal?> WrongAccount(this Store store, string? account, CancellationToken cancellation) =>
        string.IsNullOrEmpty(account) || (await store.Session.FindAccount(cancellation))?.IsMeantBy(account, null) == true
            ? null
            : Refusal.InvalidAccountId;

    /// <param name="store">The unit of work.</param>
    /// <param name="id">The activation it is about, or would make.</param>
    /// <param name="request">What was sent.</param>
    /// <param name="license">The licence of the key.</param>
    /// <param name="user">Who uses it, as far as that was proved.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static async Task<Attempt> Attempt(
        this Store store, ActivationId id, ActivationRequest request, License license, UserId? user, CancellationToken cancellation) => new(
        request.Product, new(request.Machine, Personal.Of(id, request.Address), request.Fingerprint, request.UserHash, request.Metadata), user,
        user is { } named && license.Policy.RequireAuthentication ? await store.AccessOf(named, license, cancellation) : null, request.LeaseDuration, request.Meters)
        { NotProved = request.Proved?.Failure, LeftOut = request.LeftOut };

    /// <summary>The user who sent credentials, or signed in to ask; those of the vendor's team who may write activations may ask for any. A name alone proves nothing.</summary>
    public static UserId? UserOf(this Store store, ActivationRequest request) => store.Context.Caller switch
    {
        _ when request.Proved is { } proved => request.User is null || request.User == proved.User ? proved.User : null,
        { IsVendor: true } caller when caller.Scopes is not { } scopes || scopes.Contains(VendorScope) => request.User,
        { User: { } user } when request.User is null || request.User == user => user,
        _ => null,
    };

    private static async Task<AccessDecision> AccessOf(this Store store, UserId id, License license, CancellationToken cancellation)
    {
        var user = await store.Users.Latest(id, cancellation);
        var organization = user.Organization is { } owner ? await store.Organizations.Latest(owner, cancellation) : null;
        var groups = await store.UserGroups.Latest(user.Groups.Intersect(license.Groups), cancellation);
        return Access.Decide(user, license, organization, groups.Values, store.Context.Now);
    }
}
