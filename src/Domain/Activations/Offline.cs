namespace EventSourcedOrgs.Domain.Activations;

/// <summary>What an answer that is carried by hand is given for: the request it answers, and until when (UTC) the machine may use the licence by it.</summary>
public sealed record OfflineTerms(Guid Request, DateTimeOffset ValidUntil)
{
    /// <summary>Terms for so many seconds from now on, as far as time goes.</summary>
    public static OfflineTerms For(Guid request, long seconds, DateTimeOffset now)
    {
        var room = (long)(DateTimeOffset.MaxValue.AddYears(-1) - now).TotalSeconds;
        return new(request, now.AddSeconds(Math.Min(seconds, room)));
    }
}

/// <summary>An answer that was given to be carried by hand; by it the machine may use the licence until it runs out (UTC), revoked or not.</summary>
public sealed record OfflineResponse(Guid Request, DateTimeOffset IssuedAt, DateTimeOffset ValidUntil, bool Revoked)
{
    /// <summary>Of so many that are still good one activation has no more: each stays known until it has run out.</summary>
    public const int Most = 20;
}

/// <summary>The answers of one activation.</summary>
internal static class OfflineResponses
{
    /// <summary>With one more; what has run out by then is of no interest any more.</summary>
    public static ValueList<OfflineResponse> Given(this ValueList<OfflineResponse> responses, OfflineResponseIssued e) =>
        [.. responses.Where(response => response.ValidUntil > e.IssuedAt), new(e.Request, e.IssuedAt, e.ValidUntil, false)];

    /// <summary>The latest that holds at a moment: neither revoked nor run out; null without one.</summary>
    public static OfflineResponse? Holding(this ValueList<OfflineResponse> responses, DateTimeOffset now) =>
        responses.LastOrDefault(response => !response.Revoked && now < response.ValidUntil);

    /// <summary>The refusal when there are as many that are still good as there may be.</summary>
    public static Refusal? NoneLeft(this ValueList<OfflineResponse> responses, DateTimeOffset now) =>
        responses.Count(response => response.ValidUntil > now) >= OfflineResponse.Most ? Refusal.OfflineResponseLimitReached(OfflineResponse.Most) : null;

    public static ValueList<OfflineResponse> Revoked(this ValueList<OfflineResponse> responses, Guid request) =>
        responses.Select(response => response.Request == request ? response with { Revoked = true } : response).ToValueList();
}
