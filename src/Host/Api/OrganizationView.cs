using System.Text.Json.Nodes;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api;

/// <summary>
/// What an organization sees of its history: what it sees of the things themselves, and no more. The vendor's people stay unnamed, of a move only the own side is told,
/// of metadata and meters those whose view permissions name the organization, and of who uses a machine its own users.
/// </summary>
internal static class OrganizationView
{
    private const string Viewer = "organization";
    private const string License = "license";
    private const string Activation = "activation";
    private const string User = "user";
    private const string Move = "/organization";

    /// <summary>Kinds of which an organization sees only these fields of events and states; of the others everything but marked entries.</summary>
    private static readonly Dictionary<string, HashSet<string>> Shown = new()
    {
        [User] =
        [
            "id", "user", "firstName", "lastName", "email", "role", "organization", "allowCustomerPortalAccess", "allowed", "groups", "userGroup", "suspended", "deleted", "lastSignInAt",
            "at", "hasTwoFactor", "left", "issuer",
        ],
        [License] =
        [
            "id", "license", "product", "key", "organization", "expiresAt", "effectiveDate", "suspended", "revoked", "notes", "metadata", "meters", "primaryUser", "user", "users",
            "userGroup", "groups", "userWindows", "groupWindows", "from", "until", "deleted", "activatedAt", "at",
            "policy/type", "policy/allowedActivations", "policy/allowedDeactivations", "policy/allowedFloatingClients", "policy/leaseDuration",
            "term/validity", "term/subscriptionInterval",
        ],
        [Activation] =
        [
            "id", "activation", "license", "product", "user", "leaseExpiresAt", "expiresAt", "lastSyncedAt", "offline", "end", "reason", "endedBy", "code", "refusedWith",
            "synced", "fingerprint", "request", "issuedAt", "validUntil", "offlineResponses", "offlineRequest",
            "report/machine", "report/address", "report/fingerprint",
        ],
    };

    /// <summary>Lists of a licence, or of the organization, whose entries say themselves who may see them.</summary>
    private static readonly string[] Marked = ["metadata", "meters"];

    /// <param name="viewer">The organization.</param>
    /// <param name="users">Those of its users whom events of activations may name.</param>
    /// <param name="entry">What happened.</param>
    /// <param name="e">The same as the vendor sees it.</param>
    public static WireEvent Of(OrganizationId viewer, IReadOnlySet<UserId> users, FeedEntry entry, WireEvent e)
    {
        var (row, own) = (entry.Row, entry.Row.ActorOrganization == viewer);
        var (hasLeft, isMove) = (row.Former == viewer, entry.Step.Event.Data is UserMoved or LicenseTransferred);
        var shown = e with
        {
            Actor = own || e.Actor.Kind is "system" or "anonymous" ? e.Actor : new(SeenActors.Vendor, null, null),
            Origin = own ? e.Origin : null,
            OrganizationId = viewer,
            Data = Visible(row.Resource, e.Data.AsObject()),
            Changes = [.. e.Changes.Select(change => Visible(row.Resource, change)).OfType<WireFieldChange>().Where(change => !isMove || change.Field == Move)],
        };
        if (isMove)
            shown = shown with { Changes = [.. shown.Changes.Select(change => hasLeft ? change with { After = null } : change with { Before = null })] };
        if (hasLeft)
            shown.Data.AsObject().Remove(Viewer);
        return row.Resource == Activation ? Naming(users, shown) : shown;
    }

    /// <summary>Names no other user: one whom the vendor named, who has moved since, or who used the machine while the licence was another's.</summary>
    private static WireEvent Naming(IReadOnlySet<UserId> users, WireEvent e)
    {
        if (e.Data.AsObject() is var data && Known(data[User]) is null)
            data.Remove(User);
        return e with
        {
            Changes = [.. e.Changes.Select(change => change.Field == $"/{User}" ? change with { Before = Known(change.Before), After = Known(change.After) } : change)
                .Where(change => change.Field != $"/{User}" || change.Before is not null || change.After is not null)],
        };

        JsonNode? Known(JsonNode? user) => UserId.TryParse((string?)user, out var id) && users.Contains(id) ? user : null;
    }

    private static WireFieldChange? Visible(string resource, WireFieldChange change)
    {
        var path = change.Field[1..];
        var name = path.Split('/')[0];
        if (!IsShown(resource, path))
        {
            return name == path && IsPartlyShown(resource, name)
                ? change with { Before = Part(resource, name, change.Before), After = Part(resource, name, change.After) }
                : null;
        }

        if (!IsMarked(resource, name))
            return change;
        var (before, after) = (Permitted(change.Before), Permitted(change.After));
        return JsonNode.DeepEquals(before, after) ? null : change with { Before = before, After = after };
    }

    private static JsonObject Visible(string resource, JsonObject data)
    {
        foreach (var (name, value) in data.ToList())
        {
            if (IsPartlyShown(resource, name))
                data[name] = Part(resource, name, value);
            else if (!IsShown(resource, name))
                data.Remove(name);
            else if (IsMarked(resource, name))
                data[name] = Permitted(value);
        }

        return data;
    }

    /// <summary>Whether a field is shown, itself or with what it lies in.</summary>
    private static bool IsShown(string resource, string path) =>
        !Shown.TryGetValue(resource, out var fields) || fields.Contains(path) || fields.Any(field => path.StartsWith($"{field}/", StringComparison.Ordinal));

    private static bool IsPartlyShown(string resource, string name) =>
        Shown.TryGetValue(resource, out var fields) && fields.Any(field => field.StartsWith($"{name}/", StringComparison.Ordinal));

    private static bool IsMarked(string resource, string name) => (resource == License || resource == Viewer) && Marked.Contains(name);

    private static JsonObject? Part(string resource, string name, JsonNode? value) => value is JsonObject members
        ? new(members.Where(member => IsShown(resource, $"{name}/{member.Key}")).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())))
        : null;

    private static JsonArray? Permitted(JsonNode? entries) => entries is JsonArray list
        ? new([.. list.Where(entry => entry?["viewPermissions"] is JsonArray viewers && viewers.Any(viewer => (string?)viewer == Viewer)).Select(entry => entry!.DeepClone())])
        : null;
}
