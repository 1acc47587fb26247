using System.Text.Json.Serialization;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Application.Imports;

/// <summary>What a failing row does to the others.</summary>
[JsonConverter(typeof(WireEnum<ImportMode>))]
public enum ImportMode
{
    /// <summary>Nothing: each row succeeds or fails for itself.</summary>
    PerItem,

    /// <summary>All rows are kept, or none.</summary>
    Atomic,
}

/// <summary>How far an import is.</summary>
[JsonConverter(typeof(WireEnum<ImportState>))]
public enum ImportState
{
    /// <summary>Its rows are still coming in.</summary>
    Receiving,
    Running,

    /// <summary>Every row has its outcome, good or bad.</summary>
    Completed,

    /// <summary>An atomic import of which nothing was kept.</summary>
    Failed,
    Cancelled,
}

/// <summary>How many rows ended how.</summary>
public sealed record ImportCounts(int Created, int Unchanged, int Failed, int Skipped)
{
    public static ImportCounts None { get; } = new(0, 0, 0, 0);

    public ImportCounts Plus(IReadOnlyCollection<RowOutcome> outcomes) => new(
        Created + outcomes.Count(outcome => outcome.Status == RowStatus.Created), Unchanged + outcomes.Count(outcome => outcome.Status == RowStatus.Unchanged),
        Failed + outcomes.Count(outcome => outcome.Status == RowStatus.Failed), Skipped + outcomes.Count(outcome => outcome.Status == RowStatus.Skipped));
}

/// <summary>Who asked for an import, and by which request: its rows are worked on in that name, whenever that is.</summary>
public sealed record ImportCaller(UserId? User, Role Role, ValueList<string>? Scopes, AccessTokenId? AccessToken, string? RequestId)
{
    public static ImportCaller Of(Context context) => new(
        context.Caller.User, context.Caller.Role, context.Caller.Scopes?.Order(StringComparer.Ordinal).ToValueList(), context.Caller.AccessToken, context.Origin.RequestId);

    public Envelope Envelope => new(new Caller(User, Role, null, Scopes?.ToHashSet(StringComparer.Ordinal), AccessToken), Origin.None with { RequestId = RequestId });
}

/// <summary>
/// One import: what was asked for and how far it is. <see cref="Done"/> rows have their outcome, in the order of the file; they and this
/// document change in one transaction, so that after any crash the work goes on exactly where it was.
/// </summary>
public sealed record Import(
    ImportId Id, ImportMode Mode, bool DryRun, ImportState State, ImportCaller Caller, int Rows, int Done, ImportCounts Counts,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset UpdatedAt)
{
    public const int MostAtomicRows = 5_000;

    public static Import Receive(ImportId id, ImportMode mode, bool dryRun, Context context) =>
        new(id, mode, dryRun, ImportState.Receiving, ImportCaller.Of(context), 0, 0, ImportCounts.None, context.Now, null, context.Now);

    public Import Start(int rows, DateTimeOffset now) =>
        this with { State = rows == 0 ? ImportState.Completed : ImportState.Running, Rows = rows, StartedAt = now, UpdatedAt = now };

    /// <summary>After these outcomes, which are of the rows that come next.</summary>
    public Import Advance(IReadOnlyCollection<RowOutcome> outcomes, DateTimeOffset now)
    {
        var (done, counts) = (Done + outcomes.Count, Counts.Plus(outcomes));
        var state = done < Rows ? ImportState.Running : Mode == ImportMode.Atomic && counts.Failed > 0 ? ImportState.Failed : ImportState.Completed;
        return this with { State = state, Done = done, Counts = counts, UpdatedAt = now };
    }

    public Import Cancel(DateTimeOffset now) => this with { State = ImportState.Cancelled, UpdatedAt = now };

    public double RowsPerSecond => StartedAt is { } started && UpdatedAt > started ? Done / (UpdatedAt - started).TotalSeconds : 0;
}

/// <summary>How a row ended.</summary>
[JsonConverter(typeof(WireEnum<RowStatus>))]
public enum RowStatus
{
    Created,

    /// <summary>What the row says was so already.</summary>
    Unchanged,
    Failed,

    /// <summary>The row itself was good, but nothing of its atomic import was kept.</summary>
    Skipped,
}

/// <summary>The outcome of one row; the id is that of what the row made or found.</summary>
public sealed record RowOutcome(int Number, RowStatus Status, Guid? Id, string? Code, string? Message)
{
    public static RowOutcome Failed(int number, Refusal refusal) => new(number, RowStatus.Failed, null, refusal.Code, refusal.Message);
}
