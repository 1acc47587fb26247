using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>A user, and either a licence or a product of which any licence will do.</summary>
internal sealed record AccessPairBody(UserId UserId, LicenseId? LicenseId = null, ProductId? ProductId = null);

/// <summary>One question about access, or up to 1,000 as <c>checks</c>.</summary>
internal sealed record AccessCheckBody(
    UserId? UserId = null, LicenseId? LicenseId = null, ProductId? ProductId = null, ValueList<AccessPairBody>? Checks = null)
{
    public CheckAccess ToQuery(bool explain) => new(this switch
    {
        { Checks: { } checks, UserId: null, LicenseId: null, ProductId: null } =>
            checks.Select(check => new AccessQuestion(check.UserId, check.LicenseId, check.ProductId)).ToValueList(),
        { Checks: null, UserId: { } user } when LicenseId is null != ProductId is null => [new(user, LicenseId, ProductId)],
        _ => throw new RefusedException(NoQuestion),
    }, explain);

    private static Refusal NoQuestion { get; } =
        Refusal.Validation([new("", "must name a userId and either a licenseId or a productId, or a list of these as checks.")]);
}

/// <summary>One step of a path: <c>user</c>, <c>user-group</c> or <c>license</c>.</summary>
internal sealed record WireStep(string Type, Guid Id);

/// <summary>An event behind a reason: its name, id and position, when it was (UTC), and who did it.</summary>
internal sealed record WireGrant(string Type, Guid Id, long Position, DateTimeOffset At, string? Actor);

/// <summary>
/// One way by which access is given: its steps from the user to the licence, from and until when it is open if that is limited (UTC), the event that completed
/// it, and all the events it is made of.
/// </summary>
internal sealed record WireReason(
    AccessPathKind Kind, ValueList<WireStep> Path, WireUserGroup? UserGroup, DateTimeOffset? From, DateTimeOffset? Until, WireGrant? GrantedBy, ValueList<WireGrant> Events)
{
    public static WireReason Of(UserId user, LicenseId license, AccessReason reason, SeenActors actors)
    {
        var events = reason.Grants.Select(grant => new WireGrant(grant.Type, grant.Id, grant.Position, grant.At, actors.NameOf(grant.Actor))).ToValueList();
        return new(
            reason.Path.Kind,
            [
                new("user", user.Value),
                .. reason.Path.UserGroup is { } group ? (WireStep[])[new("user-group", group.Value)] : [],
                new("license", license.Value),
            ],
            reason.UserGroup is { } named ? WireUserGroup.Of(named) : null, reason.Path.Window.From, reason.Path.Window.Until, events.MaxBy(grant => grant.Position), events);
    }
}

/// <summary>Why access is denied, and the nearest thing that would change it.</summary>
internal sealed record WireDenial(string Code, string Detail, string NearestFix);

/// <summary>
/// The answer to one question about access: the reasons, or the first rule that denies it. For a product, <c>licenseId</c> is the licence
/// that the answer is about.
/// </summary>
internal sealed record WireAccess(
    UserId UserId, LicenseId? LicenseId, ProductId? ProductId, bool Allowed, string Code, ValueList<WireReason> Reasons, WireDenial? Denied, long Position)
{
    public const string AllowedCode = "ALLOWED";

    /// <summary>One answer for one question, a list for a list.</summary>
    public static Func<CheckedAccesses, Store, CancellationToken, Task<object>> Shape(AccessCheckBody body) => async (answers, store, cancellation) =>
    {
        var actors = await SeenActors.Of(answers.Answers.SelectMany(answer => answer.Reasons.SelectMany(reason => reason.Grants.Select(grant => grant.Actor))), store, cancellation);
        var wire = answers.Answers.Select(answer => Of(answer, answers.Position, actors)).ToList();
        return body.Checks is null ? (object)wire[0] : wire;
    };

    private static WireAccess Of(CheckedAccess answer, long position, SeenActors actors) => new(
        answer.Question.User, answer.License, answer.Question.Product, answer.Denial is null, answer.Denial?.Code ?? AllowedCode,
        answer.Reasons.Select(reason => WireReason.Of(answer.Question.User, answer.License!.Value, reason, actors)).ToValueList(),
        answer.Denial is { } denial ? new(denial.Code, denial.Detail, denial.NearestFix) : null, position);
}
