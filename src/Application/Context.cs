using EventSourcedOrgs.Application.Writing;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Application;

/// <summary>
/// Who is asking. A null <see cref="Scopes"/> means everything the role may do; a token with scopes may do only what both allow, and
/// a role of the team that is limited to what is named, such as a custom one, is told by them, too.
/// </summary>
public sealed record Caller(UserId? User, Role Role, OrganizationId? Organization, IReadOnlySet<string>? Scopes, AccessTokenId? AccessToken)
{
    /// <summary>Nobody signed in.</summary>
    public static Caller Anonymous { get; } = new(null, default, null, null, null);

    /// <summary>Nobody, and this is why.</summary>
    public static Caller Denied(Refusal refusal) => Anonymous with { Denial = refusal };

    /// <summary>The installation itself: the command line and work that was accepted earlier.</summary>
    public static Caller System { get; } = new(null, Role.SuperAdmin, null, null, null);

    /// <summary>The sign-in that the request came by; null for a personal access token.</summary>
    public Guid? Session { get; init; }

    /// <summary>An identity provider that tells who signs in: it may do what that takes, for its organization or the account, and is nobody else.</summary>
    public string? Provider { get; init; }

    /// <summary>The provider of an organization, held to its seats like an organization-admin, or of the account.</summary>
    public static Caller OfProvider(OrganizationId? organization) => organization is { } own
        ? new(null, Role.OrganizationAdmin, own, null, null) { Provider = own.ToString() }
        : new(null, Role.Admin, null, null, null) { Provider = "account" };

    /// <summary>Why somebody whose token is good may do nothing at the moment; such a caller counts as nobody.</summary>
    public Refusal? Denial { get; init; }

    public bool IsAnonymous => Role == default;

    /// <summary>Speaks for the vendor, not for one customer organization.</summary>
    public bool IsVendor => Role.IsTeam;

    public SeatAuthority SeatAuthority => IsVendor ? SeatAuthority.Vendor : SeatAuthority.OrganizationAdmin;

    /// <summary>
    /// The refusal when the caller may not remove or suspend this user, or change the role or e-mail address: a member of the team
    /// answers to the super-admin only.
    /// </summary>
    public Refusal? MayManage(User user) => user.Role.IsTeam && Role != Role.SuperAdmin && user.Id != User ? Refusal.TeamMemberIsProtected : null;

    /// <summary>How the audit names the caller: <c>user:ID</c>, <c>token:ID</c>, <c>provider:ID</c>, <c>system</c> or <c>anonymous</c>.</summary>
    public string Actor => Provider is { } provider ? $"provider:{provider}" : AccessToken is { } token ? $"token:{token}" : User is { } user ? $"user:{user}" : this == System ? "system" : "anonymous";
}

/// <summary>From where a request came: what the audit keeps beside every event.</summary>
public sealed record Origin(string? RequestId, string? IpAddress, string? UserAgent)
{
    public static Origin None { get; } = new(null, null, null);
}

/// <summary>A moment in the past: a position in the history, and the time (UTC) with which dates are compared.</summary>
public sealed record PastMoment(long Position, DateTimeOffset At);

/// <summary>
/// What surrounds one run of one command: the caller, the origin, one moment in time, and the version that the caller demands
/// of the resource the command names as its target.
/// </summary>
public sealed class Context
{
    public Caller Caller { get; private set; } = Caller.Anonymous;

    public Origin Origin { get; private set; } = Origin.None;

    /// <summary>UTC, in whole microseconds: the store keeps no more.</summary>
    public DateTimeOffset Now { get; private set; }

    /// <summary>One id for everything that one run of a command records.</summary>
    public Guid Causation { get; } = Guid.CreateVersion7();

    public Guid? Target { get; private set; }

    /// <summary>The position that a read model must have reached before it answers.</summary>
    public long? MinPosition { get; set; }

    public long? IfMatch { get; private set; }

    /// <summary>How often this run of the command was tried: 1 at first, more when others were faster.</summary>
    public int Attempt { get; set; } = 1;

    /// <summary>How long to wait for room in the line for a stream where it is full; not at all when others need the turn to run.</summary>
    public TimeSpan ForRoom { get; set; }

    /// <summary>Whether only what would happen is asked for, and nothing will be committed.</summary>
    public bool IsDryRun { get; set; }

    /// <summary>Says of a dry run that it decided on a part only of what would happen, because all of it is too much to be told.</summary>
    public bool ForeseesPart { get; set; }

    /// <summary>The past moment that a question asks about: states are then folded up to its position. Null for the present.</summary>
    public PastMoment? AsOf { get; set; }

    /// <summary>The position up to which the history was final before anything was read for the request.</summary>
    public long Final { get; set; }

    /// <summary>The moment at which the caller was identified, when all of the request had come; null when it had not, or when what is decided must be of a later one.</summary>
    public States.Moment? Seen { get; set; }

    public void Set(Caller caller, Origin origin, DateTimeOffset now, Guid? target = null, long? ifMatch = null)
    {
        (Caller, Origin, Target, IfMatch) = (caller, origin, target, ifMatch);
        Now = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }
}
