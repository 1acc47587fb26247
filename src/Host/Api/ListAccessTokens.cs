using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Projections;
using Npgsql;

namespace EventSourcedOrgs.Host.Api;

/// <summary>The caller's own tokens, read from the states as committed: few, and of interest to one person.</summary>
internal sealed record ListAccessTokens(ListRequest Request) : IQuery<ListPage<WireAccessToken>>
{
    public static Listing Listing { get; } = new("personal-access-tokens", ListField.Id("id", "t.id"),
    [
        ListField.Instant("createdAt", "(t.data -> 'recorded' ->> 'createdAt')::timestamptz") with { Required = true },
        ListField.Instant("updatedAt", "(t.data -> 'recorded' ->> 'updatedAt')::timestamptz") with { Required = true },
        ListField.Text("name", "t.data ->> 'name'") with { Searchable = true, Required = true },
    ]);

    internal static ListSource Of(string owner, Guid id) => new(
        """
        t.id, (t.data -> 'recorded' ->> 'createdAt')::timestamptz, (t.data -> 'recorded' ->> 'updatedAt')::timestamptz, t.data ->> 'name',
        (t.data ->> 'expiresAt')::timestamptz, (t.data ->> 'revoked')::boolean, array(select jsonb_array_elements_text(t.data -> 'scopes')),
        (u.data ->> 'lastUsedAt')::timestamptz, (t.data ->> 'lastRotatedAt')::timestamptz
        """,
        "events.mt_doc_accesstoken t left join events.mt_doc_accesstokenuse u on u.id = t.id",
        $"(t.data ->> '{owner}')::uuid = $1 and not (t.data ->> 'deleted')::boolean",
        id);

    public sealed class Handler(Context context, NpgsqlDataSource database) : IQueryHandler<ListAccessTokens, ListPage<WireAccessToken>>
    {
        public async Task<Result<ListPage<WireAccessToken>>> Handle(ListAccessTokens query, CancellationToken cancellationToken)
        {
            if (context.Caller.User is not { } me)
                return Refusal.Unauthenticated;

            var page = await Listing.ReadAsync(database, Of("user", me.Value), query.Request, null, row => Row(row, me), cancellationToken);
            return page.IsValid ? page.Value : page.Errors.AsRefusal();
        }

    }

    internal static WireAccessToken Row(NpgsqlDataReader row, UserId me) => new(
        AccessTokenId.From(row.GetGuid(0)), row.GetFieldValue<DateTimeOffset>(1), row.GetFieldValue<DateTimeOffset>(2), row.GetString(3), Time(row, 4),
        row.GetBoolean(5), row.GetFieldValue<string[]>(6), me, Time(row, 7), Time(row, 8));

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}

/// <summary>The access tokens of an organization, read from the states as committed.</summary>
internal sealed record ListOrganizationAccessTokens(OrganizationId Organization, ListRequest Request) : IQuery<ListPage<WireOrganizationToken>>, IWithinOrganization
{
    public sealed class Handler(NpgsqlDataSource database) : IQueryHandler<ListOrganizationAccessTokens, ListPage<WireOrganizationToken>>
    {
        public async Task<Result<ListPage<WireOrganizationToken>>> Handle(ListOrganizationAccessTokens query, CancellationToken cancellationToken)
        {
            var page = await ListAccessTokens.Listing.ReadAsync(
                database, ListAccessTokens.Of("organization", query.Organization.Value), query.Request, null,
                row => WireOrganizationToken.Of(ListAccessTokens.Row(row, default), query.Organization), cancellationToken);
            return page.IsValid ? page.Value : page.Errors.AsRefusal();
        }
    }
}
