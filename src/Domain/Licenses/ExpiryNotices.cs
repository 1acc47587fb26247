namespace EventSourcedOrgs.Domain.Licenses;

/// <summary>The licence runs out at this moment (UTC), and that is soon. Told once for every end, and asked by no decision.</summary>
public sealed record LicenseExpiringSoon(LicenseId License, DateTimeOffset ExpiresAt) : LicenseEvent;
/// <summary>The licence has run out at this moment (UTC). Told once for every end, and asked by no decision.</summary>
public sealed record LicenseExpired(LicenseId License, DateTimeOffset ExpiresAt) : LicenseEvent;
/// <summary>Maintenance ends at this moment (UTC), and that is soon. Told once for every end, and asked by no decision.</summary>
public sealed record LicenseMaintenanceExpiringSoon(LicenseId License, DateTimeOffset MaintenanceExpiresAt) : LicenseEvent;
/// <summary>Maintenance has ended at this moment (UTC). Told once for every end, and asked by no decision.</summary>
public sealed record LicenseMaintenanceExpired(LicenseId License, DateTimeOffset MaintenanceExpiresAt) : LicenseEvent;

/// <summary>The ends of which it was told that they are near, and that they have come.</summary>
public sealed record ToldEnds(DateTimeOffset? Soon, DateTimeOffset? Over)
{
    public static ToldEnds None { get; } = new(null, null);
}

/// <summary>
/// What time alone does to a licence is told by events, so that histories and webhooks have it. Nothing is decided by them: whether a licence has run out is
/// asked of the clock.
/// </summary>
public sealed partial record License
{
    /// <summary>What was told of the end of the licence.</summary>
    public ToldEnds ExpiryTold { get; init; } = ToldEnds.None;

    /// <summary>What was told of the end of maintenance.</summary>
    public ToldEnds MaintenanceTold { get; init; } = ToldEnds.None;

    /// <summary>When there is next something to tell about its ends; null for nothing. Kept because the index of licences that are due is made of it.</summary>
    public DateTimeOffset? NoticeDue { get; init; }

    private DateTimeOffset? NextNotice =>
        !Exists || Revoked ? null
        : Due(ExpiresAt, ExpiryTold) is not { } own ? Due(MaintenanceExpiresAt, MaintenanceTold)
        : Due(MaintenanceExpiresAt, MaintenanceTold) is { } maintenance && maintenance < own ? maintenance
        : own;

    /// <summary>Tells that the licence or its maintenance has run out or, before that, that it soon will.</summary>
    public Decision<LicenseEvent> TellExpiry(DateTimeOffset now) => !Exists || Revoked ? [] :
    [
        .. Due(ExpiresAt, ExpiryTold) > now ? (LicenseEvent[])[] : Told(ExpiresAt, ExpiryTold, now, end => new LicenseExpiringSoon(Id, end), end => new LicenseExpired(Id, end)),
        .. Due(MaintenanceExpiresAt, MaintenanceTold) > now ? (LicenseEvent[])[]
            : Told(MaintenanceExpiresAt, MaintenanceTold, now, end => new LicenseMaintenanceExpiringSoon(Id, end), end => new LicenseMaintenanceExpired(Id, end)),
    ];

    private DateTimeOffset? Due(DateTimeOffset? end, ToldEnds told) => end is not { } moment || told.Over == end ? null
        : Policy.ExpiringSoonEventOffset > 0 && told.Soon != end ? Moved(moment, -TimeSpan.FromSeconds(Policy.ExpiringSoonEventOffset))
        : end;

    private static LicenseEvent[] Told(DateTimeOffset? end, ToldEnds told, DateTimeOffset now, Func<DateTimeOffset, LicenseEvent> soon, Func<DateTimeOffset, LicenseEvent> over) =>
        end is not { } moment || told.Over == end ? [] : [now < moment ? soon(moment) : over(moment)];
}
