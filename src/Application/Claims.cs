using System.Text;
using EventSourcedOrgs.Application.Writing;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Application;

/// <summary>
/// Holds one value that must be unique: the id is a keyed hash of the normalized value, so the value itself is not in it, and two
/// claimants collide in the database. It is written with the events that need it and is no projection, so no rebuild can drop it.
/// </summary>
public sealed record Claim(string Id, Guid Holder);

/// <summary>What is unique: a kind and a normalized value.</summary>
public readonly record struct Unique(string Kind, string Value)
{
    /// <summary>An e-mail address is unique in the account, ignoring case.</summary>
    public static Unique Email(string email) => new("email", Normal(email));

    /// <summary>The name of a group is unique in its organization, ignoring case.</summary>
    public static Unique UserGroupName(OrganizationId organization, string name) => new($"user-group/{organization}", Normal(name));

    /// <summary>The name of a role is unique, ignoring case.</summary>
    public static Unique RoleName(string name) => new("role", Normal(name));

    /// <summary>What an application asks by is one release; a release for every platform has an empty one.</summary>
    public static Unique Release(ProductId product, string channel, string version, string platform) =>
        new($"release/{product}", $"{Normal(channel)}\n{version}\n{Normal(platform)}");

    /// <summary>The name of a channel is unique, ignoring case.</summary>
    public static Unique ReleaseChannelName(string name) => new("release-channel", Normal(name));

    /// <summary>The name of a platform is unique, ignoring case.</summary>
    public static Unique ReleasePlatformName(string name) => new("release-platform", Normal(name));

    /// <summary>The name of a feature is unique, ignoring case.</summary>
    public static Unique FeatureName(string name) => new("feature", Normal(name));

    /// <summary>The name of an entitlement set is unique, ignoring case.</summary>
    public static Unique EntitlementSetName(string name) => new("entitlement-set", Normal(name));

    /// <summary>There is one account.</summary>
    public static Unique Account { get; } = new("account", "");

    public static Unique LicenseKey(string key) => new("license-key", key);

    /// <summary>A request that a machine without a network made for a licence; its holder is the activation that it got, for ever.</summary>
    public static Unique OfflineRequest(LicenseId license, Guid request) => new($"offline-request/{license}", $"{request}");

    /// <summary>The id that an organization has in a system of the vendor, as an import gave it.</summary>
    public static Unique ExternalOrganization(string id) => new("external-organization", id);

    /// <summary>Whom a provider means by a subject; each organization has its own, even when two use one issuer.</summary>
    public static Unique Identity(Guid owner, string issuer, string subject) => new($"identity/{owner}", $"{issuer}\n{subject}");

    /// <summary>That a user has an identity at a provider.</summary>
    public static Unique IdentityOf(Guid owner, string issuer, UserId user) => new($"identity-of/{owner}", $"{issuer}\n{user}");

    private static string Normal(string text) => text.Trim().Normalize(NormalizationForm.FormKC).ToLowerInvariant();
}

/// <summary>Takes and frees claims within the unit of work.</summary>
public sealed class Claims(Documents documents, Secrets secrets, States states, Action<string>? taken = null)
{
    private readonly Dictionary<string, Guid?> known = [];

    /// <summary>
    /// Takes a value for a holder, or answers the refusal when another has it. A claimant who commits between this look and our commit
    /// makes the commit fail, and the command runs again.
    /// </summary>
    public async Task<Refusal?> Take(Unique unique, Guid holder, Refusal refusal, CancellationToken cancellation)
    {
        var id = IdOf(unique);
        var current = await Holder(id, cancellation);
        if (current == holder)
            return null;
        if (current is not null)
            return refusal;

        known[id] = holder;
        taken?.Invoke(id);
        documents.Insert(id, new Claim(id, holder));
        return null;
    }

    /// <summary>Looks up many values at once, so that asking for each of them later costs nothing.</summary>
    public async Task Prefetch(IEnumerable<Unique> uniques, CancellationToken cancellation)
    {
        var ids = uniques.Select(IdOf).Distinct().Where(id => !known.ContainsKey(id)).ToArray();
        if (ids.Length == 0)
            return;

        foreach (var id in ids)
            known[id] = null;
        foreach (var claim in await states.Find<Claim>(ids, cancellation))
            known[claim.Id] = claim.Holder;
    }

    /// <summary>Who holds the value, if anybody does.</summary>
    public Task<Guid?> Holder(Unique unique, CancellationToken cancellation) => Holder(IdOf(unique), cancellation);

    /// <summary>Gives a value to a holder, whoever has it.</summary>
    public void Move(Unique unique, Guid holder)
    {
        var id = IdOf(unique);
        known[id] = holder;
        documents.Store(id, new Claim(id, holder));
    }

    public void Free(Unique unique)
    {
        var id = IdOf(unique);
        known[id] = null;
        documents.Delete<Claim>(id);
    }

    private async Task<Guid?> Holder(string id, CancellationToken cancellation) =>
        known.TryGetValue(id, out var holder) ? holder : known[id] = (await states.Find<Claim>(id, cancellation))?.Holder;

    private string IdOf(Unique unique) => IdOf(unique, secrets);

    internal static string IdOf(Unique unique, Secrets secrets) => secrets.Hash(Encoding.UTF8.GetBytes($"{unique.Kind}/{unique.Value}"));
}
