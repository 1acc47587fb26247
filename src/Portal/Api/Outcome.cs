using System.Text.Json;

namespace EventSourcedOrgs.Portal.Api;

/// <summary>What became of a command: a value, or the problem that the service answered.</summary>
public sealed record Outcome<T>(T? Value, Problem? Problem)
{
    public bool Succeeded => Problem is null;
}

/// <summary>One page of a list, with how many rows there are in all pages, as far as that was asked.</summary>
public sealed record Rows<T>(IReadOnlyList<T> Items, long? Total)
{
    public static Rows<T> None { get; } = new([], 0);
}

/// <summary>A question that was not answered, with the problem that says why.</summary>
public sealed class ApiException(Problem problem) : Exception($"{problem.Status} {problem.Code}: {problem.Message}")
{
    public Problem Problem { get; } = problem;
}

/// <summary>What a command would do; the answer to <c>dryRun=true</c>, which every command of the contract has beside its own.</summary>
public sealed record Preview
{
    public IReadOnlyList<PreviewedEvent> Events { get; init; } = [];

    public required PreviewedAccess Access { get; init; }

    public PreviewedSeats? Seats { get; init; }

    /// <summary>Whether somebody would gain or lose a licence.</summary>
    public bool ChangesAccess => Access is not { GainedCount: 0, LostCount: 0 };
}

/// <summary>An event that a command would append.</summary>
public sealed record PreviewedEvent(string Type, Guid StreamId, JsonElement Data);

/// <summary>Who would gain and lose which licence; of too many only for how many pairs of user and licence that is in question.</summary>
public sealed record PreviewedAccess(IReadOnlyList<ChangedAccess> Gained, IReadOnlyList<ChangedAccess> Lost, int? GainedCount, int? LostCount, long ConcernedCount);

/// <summary>One user and one licence whose access would change.</summary>
public sealed record ChangedAccess(Guid UserId, Guid LicenseId);

/// <summary>The seats of an organization before and after.</summary>
public sealed record PreviewedSeats(Guid OrganizationId, int AllowedBefore, int AllowedAfter, int UsedBefore, int UsedAfter, bool SeatsExceeded);

/// <summary>What the portal itself finds wrong, told as the service tells it.</summary>
public static class OwnProblem
{
    public static Problem Of(int status, string code, string message) => new() { Type = "about:blank", Title = "", Status = status, Detail = "", Code = code, Message = message, TraceId = "" };
}
