using System.Text.Json;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Projections;
using Npgsql;

namespace EventSourcedOrgs.Host.Api;

/// <summary>The answers for machines without a network that are still good, for one licence.</summary>
internal sealed record ListOfflineResponses(LicenseId License, ListRequest Request) : IQuery<ListPage<WireOfflineResponse>>
{
    public sealed class Handler(OfflineResponseReader reader) : IQueryHandler<ListOfflineResponses, ListPage<WireOfflineResponse>>
    {
        public Task<Result<ListPage<WireOfflineResponse>>> Handle(ListOfflineResponses query, CancellationToken cancellationToken) =>
            reader.Page(query.License, _ => true, query.Request, cancellationToken);
    }
}

/// <summary>The same of a licence of an organization.</summary>
internal sealed record ListOrganizationOfflineResponses(OrganizationId Organization, LicenseId License, ListRequest Request)
    : IQuery<ListPage<WireOfflineResponse>>, IWithinOrganization
{
    public sealed class Handler(OfflineResponseReader reader) : IQueryHandler<ListOrganizationOfflineResponses, ListPage<WireOfflineResponse>>
    {
        public Task<Result<ListPage<WireOfflineResponse>>> Handle(ListOrganizationOfflineResponses query, CancellationToken cancellationToken) =>
            reader.Page(query.License, owner => owner == query.Organization, query.Request, cancellationToken);
    }
}

/// <summary>Reads pages of answers from the activations as committed: those that have not run out, revoked or not.</summary>
internal sealed class OfflineResponseReader(NpgsqlDataSource database, PersonKeys keys, Store store)
{
    private const string From = "events.mt_doc_activation a cross join lateral jsonb_array_elements(a.data -> 'offlineResponses') r";

    public static Listing Listing { get; } = new("offline-responses", ListField.Id("id", "(r ->> 'request')::uuid"),
    [
        ListField.Instant("createdAt", "(r ->> 'issuedAt')::timestamptz") with { Required = true },
        ListField.Instant("validUntil", "(r ->> 'validUntil')::timestamptz") with { Required = true },
        ListField.Id("activationId", "a.id") with { Required = true },
        ListField.Flag("revoked", "(r ->> 'revoked')::boolean") with { Required = true },
    ])
    { DefaultSort = [new("createdAt", SortOrder.Descending)] };

    private readonly JsonSerializerOptions stored = new(StoredJson.Options(keys.Find)) { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public async Task<Result<ListPage<WireOfflineResponse>>> Page(
        LicenseId id, Func<OrganizationId?, bool> isVisible, ListRequest request, CancellationToken cancellation)
    {
        var (license, now) = (await store.Licenses.Latest(id, cancellation), store.Context.Now);
        if (!license.Exists || !isVisible(license.Organization))
            return Refusal.LicenseNotFound;

        var source = new ListSource(
            "a.data::text, r ->> 'request'", From, "(a.data ->> 'license')::uuid = $1 and (r ->> 'validUntil')::timestamptz > $2", id.Value, now.UtcDateTime);
        var page = await Listing.ReadAsync(database, source, request, null, row => Row(row, now), cancellation);
        return page.IsValid ? page.Value : page.Errors.AsRefusal();
    }

    private WireOfflineResponse Row(NpgsqlDataReader row, DateTimeOffset now)
    {
        var activation = JsonSerializer.Deserialize<Activation>(row.GetString(0), stored)!;
        var request = Guid.Parse(row.GetString(1));
        return WireOfflineResponse.Of(activation, activation.OfflineResponses.First(given => given.Request == request), now);
    }
}
