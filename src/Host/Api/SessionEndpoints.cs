using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Host.Api;

/// <summary>A sign-in that lasts; <c>current</c> is the one that asks.</summary>
internal sealed record WireSession(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, string? IpAddress, string? UserAgent, bool Current)
{
    public static Task<IReadOnlyList<WireSession>> Of(IReadOnlyList<SignInSession> sessions, Store store, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<WireSession>>([.. sessions.Select(session => new WireSession(
            session.Id, session.StartedAt, session.LastUsedAt ?? session.StartedAt, session.ExpiresAt, session.Origin?.Value?.IpAddress, session.Origin?.Value?.UserAgent,
            session.Id == store.Context.Caller.Session))]);
}

/// <summary>Where somebody is signed in, and the end of it.</summary>
internal static class SessionEndpoints
{
    public static void MapSessions(this Routes routes)
    {
        var mine = routes.MapGroup("/me/sessions").WithTags("Profile");

        mine.MapGet("", Task<IResult> (HttpContext http) => http.Ask(new ListOwnSessions(), WireSession.Of))
            .WithSummary("List where one is signed in").Produces<IReadOnlyList<WireSession>>();

        mine.MapDelete("", Task<IResult> (HttpContext http) => http.Send(new EndOtherSessions()))
            .WithName("deleteMyOtherSessions").WithSummary("Sign out everywhere else").Produces(StatusCodes.Status204NoContent);

        mine.MapDelete("/{sessionId}", (Guid sessionId, HttpContext http) => http.Send(new EndOwnSession(sessionId)))
            .WithSummary("End one of one's sign-ins").Produces(StatusCodes.Status204NoContent);

        var theirs = routes.MapGroup("/users/{userId}/sessions").WithTags("Users");

        theirs.MapGet("", (UserId userId, HttpContext http) => http.Ask(new ListUserSessions(userId), WireSession.Of))
            .WithSummary("List where a user is signed in").Produces<IReadOnlyList<WireSession>>();

        theirs.MapDelete("", (UserId userId, HttpContext http) => http.Send(new EndUserSessions(userId)))
            .WithName("deleteUserSessions").WithSummary("Sign a user out everywhere").Produces(StatusCodes.Status204NoContent);
    }
}
