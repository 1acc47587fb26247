using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using MediatR;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>A machine took a place or lost one; the activation is as it was then.</summary>
public sealed record ActivationLogEntry(Guid Id, bool IsActivation, DateTimeOffset At, Activation Activation);

/// <summary>The log of activations and deactivations: those lines of the history, with the machine as the directory knew it at that very position.</summary>
public static class ActivationLog
{
    /// <summary>The lines that the log has.</summary>
    internal const string Lines = "kind in ('activated', 'deactivated', 'activation-deleted', 'lease-ended')";

    /// <summary>What may be asked about the log.</summary>
    public static Listing Listing { get; } = new("activation-logs", ListField.Id("id", "h.id"),
    [
        ListField.Instant("createdAt", "h.at") with { Required = true },
        ListField.Instant("updatedAt", "h.at") with { Required = true },
        ListField.Id("licenseId", "h.license_id") with { Required = true },
        ListField.Id("activationId", "h.activation_id") with { Required = true },
        ListField.Id("productId", "h.product_id") with { Required = true },
        ListField.Enum("action", "case when h.kind = 'activated' then 'activation' else 'deactivation' end", "activation", "deactivation") with { Required = true },
        ListField.Text("hostname", "a.hostname") with { Searchable = true, Sortable = false },
    ])
    { Versioned = "h", OlderNames = OlderName.OfCreation };
}

/// <summary>One page of the log of activations.</summary>
public sealed record ListActivationLogs(ListRequest Request) : IListQuery<ActivationLogEntry>
{
    string IReadModelQuery.ReadModel => ActivationHistory.ModelName;

    IReadOnlyList<string> IReadModelQuery.ReadModels => [ActivationHistory.ModelName, Directory.ModelName];

    public sealed class Handler(ActivationLogReader reader) : IRequestHandler<ListActivationLogs, Result<ListPage<ActivationLogEntry>>>
    {
        public Task<Result<ListPage<ActivationLogEntry>>> Handle(ListActivationLogs query, CancellationToken cancellationToken) => reader.Page(query.Request, cancellationToken);
    }
}

/// <summary>One entry of the log of activations.</summary>
public sealed record GetActivationLog(Guid Id) : IRequest<Result<ActivationLogEntry>>, IReadModelQuery
{
    string IReadModelQuery.ReadModel => ActivationHistory.ModelName;

    IReadOnlyList<string> IReadModelQuery.ReadModels => [ActivationHistory.ModelName, Directory.ModelName];

    public sealed class Handler(ActivationLogReader reader) : IRequestHandler<GetActivationLog, Result<ActivationLogEntry>>
    {
        public async Task<Result<ActivationLogEntry>> Handle(GetActivationLog query, CancellationToken cancellationToken)
        {
            var page = await reader.Page(new ListRequest { Filters = [new("id", ListOperator.Eq, query.Id.ToString())] }, cancellationToken);
            return page.Refusal is { } refusal ? refusal
                : page.Value!.Rows is [var entry] ? entry
                : Refusal.NotFound("ActivationLog");
        }
    }
}

/// <summary>Reads pages of the log at a position that both its read models have reached.</summary>
public sealed class ActivationLogReader(NpgsqlDataSource database, Progress progress, Directory directory)
{
    internal async Task<Result<ListPage<ActivationLogEntry>>> Page(ListRequest request, CancellationToken cancellation)
    {
        var versions = $"select v.* from {directory.Activations.Rows.Name} v where v.id = h.activation_id and v.until";
        var source = new ListSource(
            "a.document, h.id, h.kind, h.at",
            $"{ActivationHistory.Entries.Name} h cross join lateral (({versions} > h.since order by v.until limit 1) union all ({versions} is null)) a",
            $"h.{ActivationLog.Lines} and a.since = h.since");
        var reached = Math.Min(progress.Of(ActivationHistory.ModelName).Position, progress.Of(Directory.ModelName).Position);
        var page = await ActivationLog.Listing.ReadAsync(database, source, request, reached, Entry, cancellation);
        return page.IsValid ? page.Value : page.Errors.AsRefusal();
    }

    private ActivationLogEntry Entry(NpgsqlDataReader reader) =>
        new(reader.Get<Guid>("id"), reader.Get<string>("kind") == "activated", reader.Get<DateTimeOffset>("at"), directory.Activations.StateOf(reader));
}
