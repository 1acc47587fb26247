using System.Text.Json;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.AccessTokens;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Projections;
using JasperFx.Events;

namespace EventSourcedOrgs.Host.Api;

/// <summary>Who acted, as far as is known: a person, by a token of that person, or the token of an organization.</summary>
internal sealed record Actors(IReadOnlyDictionary<UserId, User> Users, IReadOnlyDictionary<AccessTokenId, AccessToken> Tokens)
{
    public static async Task<Actors> Of(IReadOnlyList<FeedEntry> entries, Store store, CancellationToken cancellation) => new(
        await store.Users.Latest(entries.Select(entry => entry.Row.User).OfType<UserId>(), cancellation),
        await store.AccessTokens.Latest(entries.Select(entry => TokenOf(entry.Row.Actor)).OfType<AccessTokenId>(), cancellation));

    public static AccessTokenId? TokenOf(string? actor) =>
        actor?.Split(':') is ["token", var id] && Id.TryParse<AccessTokenId>(id, out var token) ? token : null;

    /// <summary>The name of whoever acted; null for somebody erased, or for nobody in particular.</summary>
    public string? NameOf(FeedRow row) =>
        TokenOf(row.Actor) is { } token ? Tokens.GetValueOrDefault(token)?.Name
        : row.User is { } id && Users.GetValueOrDefault(id) is { } user && WireUser.NameOf(user) is { Length: > 0 } name ? name
        : null;
}

/// <summary>Makes of events what is shown of them: to the vendor everything, to an organization what is its own.</summary>
internal sealed class HistoryWriter(PersonKeys keys)
{
    private const string OriginHeader = "origin";

    private readonly JsonSerializerOptions stored = StoredJson.Options(keys.Find);

    /// <param name="viewer">The organization that reads; null for the vendor.</param>
    /// <param name="entries">The events.</param>
    /// <param name="store">Knows who acted.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<IReadOnlyList<WireEvent>> Of(OrganizationId? viewer, IReadOnlyList<FeedEntry> entries, Store store, CancellationToken cancellation)
    {
        var actors = await Actors.Of(entries, store, cancellation);
        var events = entries.Select(entry => Of(entry, actors));
        if (viewer is not { } organization)
            return [.. events];

        var users = await UsersOf(organization, entries, store, cancellation);
        return [.. events.Zip(entries, (wire, entry) => OrganizationView.Of(organization, users, entry, wire))];
    }

    /// <summary>Those whose activations are told and who belong to the organization, or did when they went.</summary>
    private static async Task<HashSet<UserId>> UsersOf(OrganizationId organization, IReadOnlyList<FeedEntry> entries, Store store, CancellationToken cancellation)
    {
        var named = entries.SelectMany(entry => new[] { entry.Step.Before, entry.Step.After }).OfType<Activation>().Select(activation => activation.User).OfType<UserId>();
        return (await store.Users.Latest(named, cancellation)).Values.Where(user => user.Organization == organization).Select(user => user.Id).ToHashSet();
    }

    /// <summary>From where an event came; null where nobody said, or when the person was erased.</summary>
    public Origin? OriginOf(IEvent e) =>
        e.Headers?.GetValueOrDefault(OriginHeader) is { } header
            ? (header is JsonElement json ? json.Deserialize<Personal<Origin>>(stored) : JsonSerializer.SerializeToElement(header, stored).Deserialize<Personal<Origin>>(stored))?.Value
            : null;

    private WireEvent Of(FeedEntry entry, Actors actors)
    {
        var (row, step) = entry;
        var origin = OriginOf(step.Event);
        return new(
            row.Position, row.Id, row.Type, row.At, ActorOf(row.Actor, actors.NameOf(row)), origin is null ? null : new(origin.IpAddress, origin.UserAgent), row.RequestId,
            row.Causation, new(row.Resource, row.ResourceId), row.Organization, HistoryJson.Of(step.Event.Data), HistoryJson.Changes(step.Before, step.After, step.Event.Version == 1));
    }

    private static WireActor ActorOf(string? actor, string? name) => (actor ?? "system").Split(':', 2) switch
    {
        [var kind, var id] => new(kind, id, name),
        var only => new(only[0], null, name),
    };
}
