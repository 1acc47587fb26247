using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.AccessTokens;
using MediatR;

namespace EventSourcedOrgs.Projections;

/// <summary>The list of a user's personal access tokens.</summary>
public static class AccessTokenList
{
    public static Listing Listing { get; } = new("personal-access-tokens", ListField.Id("id", "t.id"),
    [
        ListField.Text("name", "t.name") with { Searchable = true, Required = true },
        ListField.Flag("revoked", "t.revoked") with { Required = true },
        ListField.Instant("expiresAt", "t.expires_at"),
        .. Columns.Times("t"),
    ]) { Versioned = "t" };

    internal static DirectoryPart<AccessToken, AccessTokenEvent> Part(JsonSerializerOptions json) => new("access_token", 1, json, state => state.Exists, table => table
        .Text("name", state => state.Name)
        .Reference("user_id", state => state.User.Value)
        .Flag("revoked", state => state.Revoked)
        .Instant("expires_at", state => state.ExpiresAt)
        .Times(state => state.Recorded)
        .Index("(user_id, created_at, id) where until is null"));
}

/// <summary>One page of the personal access tokens of a user.</summary>
public sealed record ListAccessTokens(UserId User, ListRequest Request) : IListQuery<AccessToken>
{
    public sealed class Handler(DirectoryReader reader, Directory directory) : IRequestHandler<ListAccessTokens, Result<ListPage<AccessToken>>>
    {
        public Task<Result<ListPage<AccessToken>>> Handle(ListAccessTokens query, CancellationToken cancellationToken) => reader.Page(
            directory.AccessTokens, AccessTokenList.Listing,
            new("t.document", $"{directory.AccessTokens.Rows.Name} t", "t.user_id = $1", query.User.Value), query.Request, cancellationToken);
    }
}
