using System.Text.Json;
using System.Text.Json.Serialization;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>An event that a command would append: its stored name, its stream, its data.</summary>
internal sealed record PreviewedEvent(string Type, Guid StreamId, JsonElement Data);

/// <summary>
/// Who would gain and lose which licence; the lists stop at 1,000, the counts do not. How many pairs of user and licence are concerned, each as often as there are ways; of too many only that is told.
/// </summary>
internal sealed record PreviewedAccess(IReadOnlyList<ChangedAccess> Gained, IReadOnlyList<ChangedAccess> Lost, int? GainedCount, int? LostCount, long ConcernedCount);

/// <summary>The seats of an organization before and after.</summary>
internal sealed record PreviewedSeats(OrganizationId OrganizationId, int AllowedBefore, int AllowedAfter, int UsedBefore, int UsedAfter, bool SeatsExceeded);

/// <summary>
/// What a command would do: the events it would append, who would gain and lose access, and the seats of the organization it concerns (all of
/// them in <c>seatsByOrganization</c>, when it concerns several). <c>truncated</c> says that there is more than is listed.
/// </summary>
internal sealed record Preview(
    bool DryRun, IReadOnlyList<PreviewedEvent> Events, PreviewedAccess Access, PreviewedSeats? Seats, IReadOnlyList<PreviewedSeats> SeatsByOrganization, bool Truncated)
{
    private const int MostEntries = 1000;

    private static readonly JsonSerializerOptions Data = new(HttpJson.Options) { Converters = { new PlainPersonalJson() } };

    public static async Task<Preview> Of(Store store, AccessNeighbours neighbours, CancellationToken cancellation)
    {
        var access = Told(await AccessChange.Of(store, neighbours, cancellation));
        var seats = store.Organizations.Changes
            .Where(change => (change.Before.SeatsUsed, change.Before.AllowedUsers) != (change.After.SeatsUsed, change.After.AllowedUsers))
            .Select(change => SeatsOf(change.Before, change.After)).ToList();
        return new(
            true,
            [.. store.Appended.Select(e => new PreviewedEvent(EventNames.All[e.EventType], e.StreamId, JsonSerializer.SerializeToElement(e.Data, e.EventType, Data)))],
            access, seats.FirstOrDefault(), seats, store.Context.ForeseesPart || access.Gained.Count != access.GainedCount || access.Lost.Count != access.LostCount);
    }

    private static PreviewedAccess Told(AccessEffect effect) =>
        new([.. (effect.Gained ?? []).Take(MostEntries)], [.. (effect.Lost ?? []).Take(MostEntries)], effect.Gained?.Count, effect.Lost?.Count, effect.Concerned);

    private static PreviewedSeats SeatsOf(Organization before, Organization after) =>
        new(after.Id, before.AllowedUsers, after.AllowedUsers, before.SeatsUsed, after.SeatsUsed, after.SeatsExceeded);

    /// <summary>Writes personal data in clear, for the caller who just gave it or may read it.</summary>
    private sealed class PlainPersonalJson : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Personal<>);

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

        private sealed class Converter<T> : JsonConverter<Personal<T>>
        {
            public override Personal<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
                throw new NotSupportedException("A preview is only written.");

            public override void Write(Utf8JsonWriter writer, Personal<T> value, JsonSerializerOptions options) =>
                JsonSerializer.Serialize(writer, value.Value, options);
        }
    }
}
