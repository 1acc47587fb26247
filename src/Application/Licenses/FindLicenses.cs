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
        this Store store, IReadOnlyCollection<User> users, IReadOnlyCollection<ProductId>? products, CancellationToken cancellation)
    {
        string[] holding =
        [
            .. users.Select(user => $$"""{"primaryUser":"{{user.Id}}"}"""),
            .. users.Select(user => $$"""{"users":["{{user.Id}}"]}"""),
            .. users.SelectMany(user => user.Groups).Distinct().Select(group => $$"""{"groups":["{{group}}"]}"""),
        ];
        return products is null
            ? store.Session.QueryAsync<License>("where data @> any(?::jsonb[]) and (data ->> 'deleted')::boolean = false", cancellation, (object)holding)
            : store.Session.QueryAsync<License>(
                "where data @> any(?::jsonb[]) and (data ->> 'deleted')::boolean = false and cast(data ->> 'product' as uuid) = any(?)", cancellation,
                holding, products.Select(product => product.Value).ToArray());
    }

    /// <summary>The licence that has an element of this id in its <paramref name="list"/>.</summary>
    internal static async Task<LicenseId?> LicenseWith(this Store store, string list, Guid id, CancellationToken cancellation)
    {
        var found = await store.Session.QueryAsync<License>(
            "where data @> ?::jsonb and (data ->> 'deleted')::boolean = false limit 1", cancellation, $$"""{"{{list}}":[{"id":"{{id}}"}]}""");
        return found.Count == 0 ? null : found[0].Id;
    }
}
