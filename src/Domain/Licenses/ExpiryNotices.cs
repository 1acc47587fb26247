namespace EventSourcedOrgs.Domain.Licenses;

/// <summary>
/// What time alone does to a licence is told by events, so that histories and webhooks have it. Nothing is decided by them: whether a licence has run out is
/// asked of the clock.
/// </summary>
public sealed partial record License
{
    /// <summary>The end of which it was told that it is near.</summary>
    public DateTimeOffset? ExpiringSoonTold { get; init; }

    /// <summary>The end of which it was told that it has come.</summary>
    public DateTimeOffset? ExpiryTold { get; init; }

    /// <summary>When there is next something to tell about its end; null for nothing. Kept because the index of licences that are due is made of it.</summary>
    public DateTimeOffset? NoticeDue { get; init; }

    private DateTimeOffset? NextNotice => this switch
    {
        { Exists: false } or { Revoked: true } or { ExpiresAt: null } => null,
        _ when ExpiryTold == ExpiresAt => null,
        { Policy.ExpiringSoonEventOffset: > 0 and var offset, ExpiresAt: { } end } when ExpiringSoonTold != end => Moved(end, -TimeSpan.FromSeconds(offset)),
        _ => ExpiresAt,
    };

    /// <summary>Tells that the licence has run out or, before that, that it soon will.</summary>
    public Decision<LicenseEvent> TellExpiry(DateTimeOffset now) =>
        NextNotice is not { } due || now < due || ExpiresAt is not { } end ? []
        : now < end ? [new LicenseExpiringSoon(Id, end)]
        : [new LicenseExpired(Id, end)];
}
