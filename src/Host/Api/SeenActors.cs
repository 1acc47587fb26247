using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>
/// Who acted, as the caller is told it: the vendor as it was; a customer is told the caller and those of the own organization, and that it was the vendor where it was anybody else, as in the history.
/// </summary>
internal sealed class SeenActors
{
    public const string Vendor = "vendor";

    private static readonly string[] Nobody = ["system", "anonymous"];

    /// <summary>Null for the vendor, to whom nobody is hidden.</summary>
    private readonly HashSet<string>? own;

    private SeenActors(HashSet<string>? own) => this.own = own;

    /// <param name="actors">All that may have to be told.</param>
    /// <param name="store">Knows who asks, and whose people and tokens there are.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static async Task<SeenActors> Of(IEnumerable<string?> actors, Store store, CancellationToken cancellation)
    {
        var caller = store.Context.Caller;
        if (caller.IsVendor)
            return new(null);

        var named = actors.OfType<string>().ToHashSet();
        var tokens = await store.AccessTokens.Latest(named.Select(actor => Actors.TokenOf(actor)).OfType<AccessTokenId>(), cancellation);
        var holders = tokens.Values.Where(token => token.Organization is null).Select(token => token.User);
        var users = await store.Users.Latest(named.Select(UserOf).OfType<UserId>().Concat(holders), cancellation);
        return new([.. named.Where(Shows)]);

        bool Shows(string actor) =>
            UserOf(actor) is { } user ? ShowsUser(user)
            : Actors.TokenOf(actor) is { } id ? tokens.GetValueOrDefault(id) is { } token && (token.Organization is { } owner ? owner == caller.Organization : ShowsUser(token.User))
            : caller.Organization is { } organization && actor == $"provider:{organization}";

        bool ShowsUser(UserId id) =>
            id == caller.User || (caller.Organization is { } organization && users.GetValueOrDefault(id) is { } known && known.Organization == organization);
    }

    /// <summary>Whether it is told from where the actor came.</summary>
    public bool IsOwn(string actor) => own?.Contains(actor) != false;

    public string? NameOf(string? actor) => actor is null || IsOwn(actor) || Nobody.Contains(actor) ? actor : Vendor;

    public ValueList<OpenPath> Of(ValueList<OpenPath> paths) => own is null ? paths : paths.Select(path => path with { Actor = NameOf(path.Actor) }).ToValueList();

    private static UserId? UserOf(string actor) => actor.Split(':') is ["user", var id] && Id.TryParse<UserId>(id, out var user) ? user : null;
}
