using System.Text.Json.Nodes;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>Who did it: <c>user</c>, <c>token</c>, <c>provider</c>, <c>system</c>, <c>anonymous</c> or, where an organization is not told which of the vendor's people it was, <c>vendor</c>.</summary>
internal sealed record WireActor(string Kind, string? Id, string? Name);

/// <summary>From where it was done.</summary>
internal sealed record WireOrigin(string? IpAddress, string? UserAgent);

/// <summary>What it happened to.</summary>
internal sealed record WireResource(string Type, Guid Id);

/// <summary>What became of one field (a JSON pointer into the state): a value that was not there, or is not any more, is null.</summary>
internal sealed record WireFieldChange(string Field, JsonNode? Before, JsonNode? After);

/// <summary>One event of the history: who did what to what, when, from where, by which request, and what it changed.</summary>
internal sealed record WireEvent(
    long Position, Guid Id, string Type, DateTimeOffset At, WireActor Actor, WireOrigin? Origin, string? RequestId, string? Causation, WireResource Resource,
    OrganizationId? OrganizationId, JsonNode Data, IReadOnlyList<WireFieldChange> Changes);

/// <summary>An event as CloudEvents 1.0 has it; <c>sequence</c> is its position with leading zeros, so that it sorts as text.</summary>
internal sealed record WireCloudEvent(
    string Specversion, string Id, string Source, string Type, string Subject, DateTimeOffset Time, string Datacontenttype, string Sequence, WireEvent Data)
{
    public const string ContentType = "application/cloudevents-batch+json";

    public static WireCloudEvent Of(WireEvent e) => new(
        "1.0", e.Id.ToString(), "/v3/history", e.Type, $"{e.Resource.Type}/{e.Resource.Id}", e.At, "application/json",
        e.Position.ToString("D19", System.Globalization.CultureInfo.InvariantCulture), e);
}

/// <summary>A state as its events make it: up to the event at this position, the last one that changed it.</summary>
internal sealed record WireReplay(WireResource Resource, long Position, DateTimeOffset At, long Version, JsonNode State);
