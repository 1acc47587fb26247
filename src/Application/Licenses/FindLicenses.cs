using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Users;
using Marten;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>Finds licences by what they hold, in the states as committed now.</summary>
public static class FindLicenses
{
    private static readonly string[] Assigning =
        [.. new[] { typeof(PrimaryUserAssignedToLicense), typeof(UserAssignedToLicense), typeof(GroupAssignedToLicense) }.Select(type => EventNames.All[type])];

    /// <summary>
    /// The licences of these products that are assigned to one of these users and groups. Of a past moment they are found by their events, and may be more than were assigned then.
    /// </summary>
    public static async Task<IEnumerable<LicenseId>> LicensesAssignedTo(
        this Store store, IReadOnlyCollection<Guid> holders, IReadOnlyCollection<ProductId> products, CancellationToken cancellation)
    {
        Guid[] ofProducts = [.. products.Select(product => product.Value)];
        var ids = store.Context.AsOf is { } past
            ? await store.Session.AdvancedSql.QueryAsync<Guid>(
                """
                select distinct e.stream_id from events.mt_doc_license l join events.mt_events e on e.stream_id = l.id
                where cast(l.data ->> 'product' as uuid) = any(?) and e.seq_id <= ? and e.type = any(?)
                    and cast(coalesce(e.data ->> 'userGroup', e.data ->> 'user') as uuid) = any(?)
                """, cancellation, ofProducts, past.Position, Assigning, holders.ToArray())
            : await store.Session.AdvancedSql.QueryAsync<Guid>(
                "select l.id from events.mt_doc_license l where l.data @> any(?::jsonb[]) and (l.data ->> 'deleted')::boolean = false and cast(l.data ->> 'product' as uuid) = any(?)", cancellation,
                holders.SelectMany(Holding).ToArray(), ofProducts);
        return ids.Select(LicenseId.From);
    }

    /// <summary>The licences that are assigned to a user or to a group that the user is in, now; of one product, where one is named.</summary>
    public static async Task<IReadOnlyList<License>> LicensesAssignedTo(this Store store, User user, ProductId? product, CancellationToken cancellation) =>
        await store.Session.QueryAsync<License>(
            "where data @> any(?::jsonb[]) and data @> ?::jsonb and (data ->> 'deleted')::boolean = false", cancellation,
            user.Groups.Select(group => group.Value).Prepend(user.Id.Value).SelectMany(Holding).ToArray(), product is { } named ? $$"""{"product":"{{named}}"}""" : "{}");

    /// <summary>The licences that name one of these users, as their own user or an additional one.</summary>
    internal static async Task<IReadOnlyList<License>> LicensesNaming(this Store store, IEnumerable<UserId> users, CancellationToken cancellation)
    {
        string[] naming = [.. users.SelectMany(user => Naming(user.Value))];
        // Of two values PostgreSQL knows that they are two, and need not make a plan each time.
        return naming is [var primary, var additional]
            ? await store.Session.QueryAsync<License>("where (data @> ?::jsonb or data @> ?::jsonb) and (data ->> 'deleted')::boolean = false", cancellation, primary, additional)
            : await store.Session.QueryAsync<License>("where data @> any(?::jsonb[]) and (data ->> 'deleted')::boolean = false", cancellation, (object)naming);
    }

    private static IEnumerable<string> Holding(Guid id) => [.. Naming(id), $$"""{"groups":["{{id}}"]}"""];

    private static IEnumerable<string> Naming(Guid user) => [$$"""{"primaryUser":"{{user}}"}""", $$"""{"users":["{{user}}"]}"""];

    /// <summary>Whether any licence names this id as that part of its entitlement.</summary>
    internal static async Task<bool> AnyLicenseEntitled(this Store store, string part, Guid id, CancellationToken cancellation) =>
        (await store.Session.QueryAsync<License>(
            "where data @> ?::jsonb and (data ->> 'deleted')::boolean = false limit 1", cancellation, $$$"""{"entitlement":{"{{{part}}}":"{{{id}}}"}}""")).Count > 0;

    /// <summary>The licence that has an element of this id in its <paramref name="list"/>.</summary>
    internal static async Task<LicenseId?> LicenseWith(this Store store, string list, Guid id, CancellationToken cancellation)
    {
        var found = await store.Session.QueryAsync<License>(
            "where data @> ?::jsonb and (data ->> 'deleted')::boolean = false limit 1", cancellation, $$"""{"{{list}}":[{"id":"{{id}}"}]}""");
        return found.Count == 0 ? null : found[0].Id;
    }
}
