using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Users;
using Marten;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>Finds licences by what they hold, in the states as committed now.</summary>
public static class FindLicenses
{
    /// <summary>The licences that are assigned to one of these users or to a group that one of them is in, of these products or of any.</summary>
    public static Task<IReadOnlyList<License>> LicensesAssignedTo(
        this Store store, IReadOnlyCollection<User> users, IReadOnlyCollection<ProductId>? products, CancellationToken cancellation) =>
        store.Session.QueryAsync<License>(
            """
            where (cast(data ->> 'primaryUser' as uuid) = any(?) or data -> 'users' @> any(?::jsonb[]) or data -> 'groups' @> any(?::jsonb[]))
            and (?::uuid[] is null or cast(data ->> 'product' as uuid) = any(?)) and (data ->> 'deleted')::boolean = false
            """, cancellation,
            users.Select(user => user.Id.Value).ToArray(), users.Select(user => Json(user.Id.Value)).ToArray(),
            users.SelectMany(user => user.Groups).Distinct().Select(group => Json(group.Value)).ToArray(),
            products?.Select(product => product.Value).ToArray() as object ?? DBNull.Value, products?.Select(product => product.Value).ToArray() ?? []);

    /// <summary>The licence that has an element of this id in its <paramref name="list"/>.</summary>
    internal static async Task<LicenseId?> LicenseWith(this Store store, string list, Guid id, CancellationToken cancellation)
    {
        var found = await store.Session.QueryAsync<License>(
            $"where data -> '{list}' @> ?::jsonb and (data ->> 'deleted')::boolean = false limit 1", cancellation, $$"""[{"id":"{{id}}"}]""");
        return found.Count == 0 ? null : found[0].Id;
    }

    private static string Json(Guid id) => $"\"{id}\"";
}
