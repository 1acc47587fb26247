using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>
/// An entry of the contract's audit. <c>userId</c> is the person who acted, <c>actorId</c> that person or the token that was used; an address that is not known is empty.
/// </summary>
internal sealed record WireEventLog(
    Guid Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Resource, string Action, IReadOnlyList<WireChange> Changes, Guid ResourceId, string IpAddress,
    UserId? UserId, WireUser? User, string? ActorId, string? ActorName, string? ActorEmail)
{
    public static async Task<IReadOnlyList<WireEventLog>> Of(IReadOnlyList<FeedEntry> entries, HistoryWriter writer, Store store, CancellationToken cancellation)
    {
        var actors = await Actors.Of(entries, store, cancellation);
        var users = (await WireUser.Of([.. actors.Users.Values.Where(user => user.Exists)], store, cancellation)).ToDictionary(user => user.Id);
        return [.. entries.Select(entry => Of(entry, writer, actors, users))];
    }

    private static WireEventLog Of(FeedEntry entry, HistoryWriter writer, Actors actors, Dictionary<UserId, WireUser> users)
    {
        var (row, step) = entry;
        var person = row.User is { } id ? actors.Users.GetValueOrDefault(id) : null;
        return new(
            row.Id, row.At, row.At, row.Resource, row.Action,
            [.. HistoryJson.Changes(step.Before, step.After, step.Event.Version == 1).Select(change => new WireChange(NameOf(change.Field), change.Before, change.After))],
            row.ResourceId, writer.OriginOf(step.Event)?.IpAddress ?? "", row.User, person is null ? null : users.GetValueOrDefault(person.Id),
            row.Actor?.Split(':', 2) is [_, var actor] ? actor : null, actors.NameOf(row), Common.Filled(person?.Email.Value));
    }

    /// <summary>A pointer as a path of names: <c>policy.allowedActivations</c>.</summary>
    private static string NameOf(string pointer) => pointer[1..].Replace('/', '.');
}
