using EventSourcedOrgs.Portal.Api;

namespace EventSourcedOrgs.Portal;

/// <summary>The tokens of a sign-in, and when to get the next pair.</summary>
public sealed record SessionTokens(string AccessToken, string RefreshToken, DateTimeOffset RefreshAt);

/// <summary>What the cookie of a browser holds, sealed.</summary>
public sealed record SessionState
{
    public SessionTokens? Tokens { get; init; }

    /// <summary>The last change this person made: what they see is never older.</summary>
    public long Position { get; init; }

    /// <summary>The past moment at which everything is looked at; null for now.</summary>
    public string? AsOf { get; init; }

    /// <summary>What the next page tells, once.</summary>
    public string? Notice { get; init; }
}

/// <summary>The sign-in of one browser, for the length of one request. What changes in it goes back to the browser with the answer.</summary>
public sealed class PortalSession
{
    public SessionState State { get; private set; } = new();

    public bool IsChanged { get; private set; }

    /// <summary>Who asks, as the service knows them now.</summary>
    public Profile? Me { get; set; }

    public SessionTokens? Tokens => State.Tokens;

    public long Position => State.Position;

    public string? AsOf => State.AsOf;

    /// <summary>A moment that is over cannot be changed.</summary>
    public bool IsPast => AsOf is not null;

    public bool IsVendor => Me is { OrganizationId: null } && Me.Role is not "user";

    public bool IsOrganizationAdmin => Me?.Role is "organization-admin";

    /// <summary>The organization of whoever asks; for those of none one that is not there.</summary>
    public Guid Organization => Me?.OrganizationId ?? Guid.Empty;

    /// <summary>Whether this person's role, and no past moment, lets them do what needs a scope.</summary>
    public bool May(string scope) => Me?.Scopes.Contains(scope) is true && (!IsPast || scope.EndsWith(":read", StringComparison.Ordinal));

    public void Load(SessionState state) => State = state;

    public void Start(SessionTokens tokens) => Change(new SessionState { Tokens = tokens });

    public void Continue(SessionTokens tokens) => Change(State with { Tokens = tokens });

    public void End(string? notice = null)
    {
        Me = null;
        Change(new SessionState { Notice = notice });
    }

    public void Reached(long position)
    {
        if (position > State.Position)
            Change(State with { Position = position });
    }

    public void LookAt(string? asOf) => Change(State with { AsOf = asOf });

    public void Tell(string notice) => Change(State with { Notice = notice });

    /// <summary>What the page before had to tell.</summary>
    public string? TakeNotice()
    {
        if (State.Notice is not { } notice)
            return null;
        Change(State with { Notice = null });
        return notice;
    }

    private void Change(SessionState state) => (State, IsChanged) = (state, true);
}
