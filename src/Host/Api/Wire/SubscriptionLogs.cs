using System.Text.Json;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>What changed, from what and to what: texts, numbers, or null for nothing.</summary>
internal sealed record WireChange(string PropertyName, object? OldValue, object? NewValue);

/// <summary>One change of how long a licence or its maintenance lasts. An entry never changes, so <c>updatedAt</c> is <c>createdAt</c>.</summary>
internal sealed record WireSubscriptionLog(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, LicenseId LicenseId, string Event, ValueList<WireChange> Changes)
{
    public static Task<WireSubscriptionLog> Of(SubscriptionLogRow row, Store store, CancellationToken cancellation) => Task.FromResult(Of(row));

    public static Task<IReadOnlyList<WireSubscriptionLog>> Of(IReadOnlyList<SubscriptionLogRow> rows, Store store, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<WireSubscriptionLog>>([.. rows.Select(Of)]);

    private static WireSubscriptionLog Of(SubscriptionLogRow row) => new(
        row.Id, row.CreatedAt, row.CreatedAt, row.LicenseId, row.Event, JsonSerializer.Deserialize<List<WireChange>>(row.Changes, JsonSerializerOptions.Web)!.ToValueList());
}
