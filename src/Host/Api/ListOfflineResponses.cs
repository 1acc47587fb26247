using System.Text.Json;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
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
            reader.Page(query.License, null, query.Request, cancellationToken);
    }
}

/// <summary>The same of a licence of an organization, but of machines that had gone before the licence came to it.</summary>
internal sealed record ListOrganizationOfflineResponses(OrganizationId Organization, LicenseId License, ListRequest Request)
    : IQuery<ListPage<WireOfflineResponse>>, IWithinOrganization
{
    public sealed class Handler(OfflineResponseReader reader) : IQueryHandler<ListOrganizationOfflineResponses, ListPage<WireOfflineResponse>>
    {
        public Task<Result<ListPage<WireOfflineResponse>>> Handle(ListOrganizationOfflineResponses query, CancellationToken cancellationToken) =>
            reader.Page(query.License, query.Organization, query.Request, cancellationToken);
    }
}

/// <summary>Reads pages of answers from the activations as committed: those that have not run out, revoked or not.</summary>
internal sealed class OfflineResponseReader(NpgsqlDataSource database, PersonKeys keys, Store store)
{
    private const string From = "events.mt_doc_activation a cross join lateral jsonb_array_elements(a.data -> 'offlineResponses') r";
    private const string Where = "(a.data ->> 'license')::uuid = $1 and (r ->> 'validUntil')::timestamptz > $2";

    /// <summary>When the licence came to the organization, if it was another's before.</summary>
    private static readonly string Transfer =
        $"(select coalesce(max(e.seq_id), 0) as position, max(e.timestamp) as at from events.mt_events e where e.stream_id = $1 and e.type = '{EventNames.All[typeof(LicenseTransferred)]}') t";

    /// <summary>Whether the machine still had the licence then, by what is recorded and by its lease.</summary>
    private static readonly string Since =
        $"""
         (a.data ->> 'held' is not null
             or exists (select 1 from events.mt_events e where e.stream_id = a.id and e.type = '{EventNames.All[typeof(ActivationEnded)]}' and e.seq_id > t.position))
             and (t.at is null or a.data ->> 'leaseExpiresAt' is null or (a.data ->> 'leaseExpiresAt')::timestamptz > t.at)
         """;

    public static Listing Listing { get; } = new("offline-responses", ListField.Id("id", "(r ->> 'request')::uuid"),
    [
        ListField.Instant("createdAt", "(r ->> 'issuedAt')::timestamptz") with { Required = true },
        ListField.Instant("validUntil", "(r ->> 'validUntil')::timestamptz") with { Required = true },
        ListField.Id("activationId", "a.id") with { Required = true },
        ListField.Flag("revoked", "(r ->> 'revoked')::boolean") with { Required = true },
    ])
    { DefaultSort = [new("createdAt", SortOrder.Descending)] };

    private readonly JsonSerializerOptions stored = new(StoredJson.Options(keys.Find)) { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <param name="id">The licence.</param>
    /// <param name="within">The organization that asks; null for the vendor, who sees all.</param>
    /// <param name="request">Which of them.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<Result<ListPage<WireOfflineResponse>>> Page(LicenseId id, OrganizationId? within, ListRequest request, CancellationToken cancellation)
    {
        var (license, now) = (await store.Licenses.Latest(id, cancellation), store.Context.Now);
        if (!license.Exists || (within is not null && license.Organization != within))
            return Refusal.LicenseNotFound;

        var (from, where) = within is null ? (From, Where) : ($"{From} cross join {Transfer}", $"{Where} and {Since}");
        var source = new ListSource("a.data::text, r ->> 'request'", from, where, id.Value, now.UtcDateTime);
        var page = await Listing.ReadAsync(database, source, request, null, row => Row(row, now), cancellation);
        if (!page.IsValid)
            return page.Errors.AsRefusal();
        return within is { } organization
            ? page.Value with { Rows = await WireOfflineResponse.OfOrganization(organization, page.Value.Rows, store, cancellation) }
            : page.Value;
    }

    private WireOfflineResponse Row(NpgsqlDataReader row, DateTimeOffset now)
    {
        var activation = JsonSerializer.Deserialize<Activation>(row.GetString(0), stored)!;
        var request = Guid.Parse(row.GetString(1));
        return WireOfflineResponse.Of(activation, activation.OfflineResponses.First(given => given.Request == request), now);
    }
}
