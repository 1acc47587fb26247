using System.Text.Json;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Projections;
using Microsoft.AspNetCore.Http;

namespace EventSourcedOrgs.Host.Tests.Api;

public sealed class ListBindingTests
{
    static readonly Listing Users = new("users", ListField.Id("id", "u.id"),
    [
        ListField.Instant("createdAt", "u.created_at"),
        ListField.Text("name", "u.name") with { Searchable = true },
        ListField.Number("seats", "u.seats"),
        ListField.TextSet("tags", "u.tags"),
        ListField.Text("organization.name", "o.name"),
    ])
    {
        Versioned = "u",
        OlderNames = [new("userName", "name"), .. OlderName.OfCreation],
    };

    [Fact]
    public void Nothing_asked_is_the_first_twenty() => Request("").ShouldSay(new ListRequest());

    [Fact]
    public void Everything_at_once() => Request(
            "?page=2&limit=50&sort=-createdAt|+name&search=ad%20a&count=true&name[sw]=A&name%5Bne%5D=Ada&organization.name[in]=a,b&seats=3&asOf=12&minPosition=9")
        .ShouldSay(new ListRequest
        {
            Page = 2,
            Limit = 50,
            Sort = [new("createdAt", SortOrder.Descending), new("name")],
            Search = "ad a",
            Count = true,
            Filters =
            [
                new("name", ListOperator.Sw, "A"), new("name", ListOperator.Ne, "Ada"), new("organization.name", ListOperator.In, "a,b"),
                new("seats", ListOperator.Eq, "3"),
            ],
        });

    [Theory]
    [InlineData("?sort=+name", "name")]
    [InlineData("?sort=%2Bname", "name")]
    [InlineData("?sort=name", "name")]
    [InlineData("?sort=-name", "-name")]
    [InlineData("?sort=", "")]
    public void A_sign_survives_the_query_string(string query, string sort) => string.Join('|', Request(query).Sort).ShouldBe(sort);

    [Theory]
    [InlineData("?name[in][]=a&name[in][]=b", ListOperator.In, "a,b")]
    [InlineData("?name%5Bin%5D%5B%5D=a&name%5Bin%5D%5B%5D=b", ListOperator.In, "a,b")]
    [InlineData("?name[in]=a&name[in]=b&name[in]=a", ListOperator.In, "a,b")]
    [InlineData("?name[NIN]=a,b&name[NIN]=c", ListOperator.Nin, "a,b,c")]
    [InlineData("?name[nin][]=a", ListOperator.Nin, "a")]
    [InlineData("?userName=Ada", ListOperator.Eq, "Ada")]
    [InlineData("?USERNAME=Ada", ListOperator.Eq, "Ada")]
    public void A_list_may_come_in_parts_and_a_filter_by_its_older_name(string query, ListOperator compares, string value) =>
        Request(query).ShouldSay(new ListRequest { Filters = [new("name", compares, value)] });

    [Fact]
    public void Older_names_say_what_they_always_said() =>
        Request("?query=ada&createdAfter=2024-01-01&createdBefore=2025-01-01&userName=").ShouldSay(new ListRequest
        {
            Search = "ada",
            Filters = [new("createdAt", ListOperator.Gt, "2024-01-01"), new("createdAt", ListOperator.Lt, "2025-01-01")],
        });

    [Theory, InlineData("id"), InlineData("createdAt"), InlineData("seats"), InlineData("suspended"), InlineData("groups")]
    public void What_is_empty_and_can_be_no_value_is_no_filter(string field)
    {
        var listing = new Listing("all", ListField.Id("id", "u.id"),
            [ListField.Instant("createdAt", "u.created_at"), ListField.Number("seats", "u.seats"), ListField.Flag("suspended", "u.suspended"), ListField.IdSet("groups", "u.groups")]);
        ListBinding.Bind(Http($"?{field}=").Request.Query, listing).Value!.ShouldSay(new ListRequest());
        foreach (var compares in new[] { "eq", "ne" })
            ListBinding.Bind(Http($"?{field}[{compares}]=").Request.Query, listing).Errors.ShouldHaveSingleItem().Code.ShouldBe("INVALID_QUERY_PARAMETER");
        Request("?name=").Filters.ShouldHaveSingleItem().Value.ShouldBeEmpty();
    }

    [Fact]
    public void A_plus_in_the_offset_of_a_time_survives_the_query_string() => ErrorsOf("?createdAt[gte]=2024-01-01T00:00:00+02:00").ShouldBeEmpty();

    [Theory]
    [InlineData("?page=0", "page INVALID_QUERY_PARAMETER")]
    [InlineData("?page=", "page INVALID_QUERY_PARAMETER")]
    [InlineData("?page=1.5", "page INVALID_QUERY_PARAMETER")]
    [InlineData("?page=99999999999", "page INVALID_QUERY_PARAMETER")]
    [InlineData("?limit=101", "limit INVALID_QUERY_PARAMETER")]
    [InlineData("?limit=-1", "limit INVALID_QUERY_PARAMETER")]
    [InlineData("?count=maybe", "count INVALID_QUERY_PARAMETER")]
    [InlineData("?page=1&page=2", "page INVALID_QUERY_PARAMETER")]
    [InlineData("?name=a&name=b", "name INVALID_QUERY_PARAMETER")]
    [InlineData("?tags=a&tags=b", "tags INVALID_QUERY_PARAMETER")]
    [InlineData("?name[like]=a", "name[like] INVALID_QUERY_PARAMETER")]
    [InlineData("?name[]=a", "name[] INVALID_QUERY_PARAMETER")]
    [InlineData("?name[3]=a", "name[3] INVALID_QUERY_PARAMETER")]
    [InlineData("?name[cn][]=a", "name[cn][] UNKNOWN_FILTER")]
    [InlineData("?colour[in][]=a", "colour[in] UNKNOWN_FILTER")]
    [InlineData("?userName=a&userName=b", "userName INVALID_QUERY_PARAMETER")]
    [InlineData("?userName[eq]=a", "userName[eq] UNKNOWN_FILTER")]
    [InlineData("?createdAfter=yesterday", "createdAt[gt] INVALID_QUERY_PARAMETER")]
    [InlineData("?seats[cn]=1", "seats[cn] INVALID_QUERY_PARAMETER")]
    [InlineData("?seats[gt]=x", "seats[gt] INVALID_QUERY_PARAMETER")]
    [InlineData("?name=a%00b", "name INVALID_QUERY_PARAMETER")]
    [InlineData("?search=%00", "search INVALID_QUERY_PARAMETER")]
    [InlineData("?sort=colour", "sort INVALID_SORT")]
    [InlineData("?sort=a|b|c|d|e|f|g", "sort INVALID_SORT")]
    [InlineData("?colour=red", "colour UNKNOWN_FILTER")]
    [InlineData("?colour[eq]=red", "colour[eq] UNKNOWN_FILTER")]
    [InlineData("?name[eq][eq]=a", "name[eq][eq] UNKNOWN_FILTER")]
    [InlineData("?page[eq]=1", "page[eq] UNKNOWN_FILTER")]
    [InlineData("?name;drop=a", "name;drop UNKNOWN_FILTER")]
    [InlineData("?=a", " UNKNOWN_FILTER")]
    [InlineData("?colour=red&page=0&sort=x", "colour UNKNOWN_FILTER, page INVALID_QUERY_PARAMETER, sort INVALID_SORT")]
    public void Whatever_cannot_be_understood_is_named(string query, string errors) =>
        string.Join(", ", ErrorsOf(query).Select(error => $"{error.Name} {error.Code}")).ShouldBe(errors);

    [Fact]
    public void An_unknown_name_is_answered_with_every_name_that_is_known() =>
        ErrorsOf("?colour=red")[0].Message.ShouldBe(
            "'colour' is not a parameter of this list. "
            + "It knows: page, limit, sort, search, cursor, count, id, createdAt, name, seats, tags, organization.name, asOf, minPosition.");

    [Fact]
    public void The_same_value_twice_is_one_value() =>
        Request("?page=3&page=3&name=a&name=a").ShouldSay(new ListRequest { Page = 3, Filters = [new("name", ListOperator.Eq, "a")] });

    [Fact]
    public void The_next_page_is_this_one_with_its_cursor()
    {
        var http = Http("?page=4&limit=5&name[cn]=%C3%A4%20%26&sort=+name");
        http.WritePaging(new() { Page = 4 }, new ListPage<int>([1], HasNext: true, Next: "abc-_", Total: 1234567, Position: 9));
        http.Response.Headers["Link"].ToString().ShouldBe("</base/v3/a%20b/users?limit=5&name%5Bcn%5D=%C3%A4%20%26&sort=%20name&cursor=abc-_>; rel=\"next\"");
        http.Response.Headers["X-Total-Count"].ToString().ShouldBe("1234567");
    }

    [Fact]
    public void A_moment_becomes_the_position_that_the_cursor_is_pinned_to()
    {
        var http = Http("?asOf=2026-01-01");
        http.WritePaging(new(), new ListPage<int>([1], HasNext: true, Next: "c", Total: null, Position: 9));
        http.Response.Headers["Link"].ToString().ShouldBe("</base/v3/a%20b/users?asOf=9&cursor=c>; rel=\"next\"");
    }

    [Fact]
    public void Without_a_cursor_the_next_page_has_the_next_number()
    {
        var http = Http("?page=4&cursor=old");
        http.WritePaging(new() { Page = 4 }, new ListPage<int>([1], HasNext: true, Next: null, Total: null, Position: null));
        http.Response.Headers["Link"].ToString().ShouldBe("</base/v3/a%20b/users?page=5>; rel=\"next\"");
    }

    [Fact]
    public void The_last_page_has_no_next_one_and_no_total_unless_it_was_asked_for()
    {
        var http = Http("");
        http.WritePaging(new(), new ListPage<int>([1], HasNext: false, Next: null, Total: null, Position: 9));
        http.Response.Headers.ShouldBeEmpty();
    }

    [Fact]
    public void A_link_reads_back_to_the_same_request_with_a_cursor()
    {
        var (query, http) = ("?name[cn]=100%25%20%3E%3B%22&sort=-name|+seats&limit=7", Http("?name[cn]=100%25%20%3E%3B%22&sort=-name|+seats&limit=7"));
        http.WritePaging(Request(query), new ListPage<int>([1], HasNext: true, Next: "xyz", Total: null, Position: 9));
        var next = http.Response.Headers["Link"].ToString().Split('?', '>')[1];
        Request($"?{next}").ShouldSay(Request(query) with { Cursor = "xyz" });
    }

    static ListRequest Request(string query)
    {
        ErrorsOf(query).ShouldBeEmpty();
        return ListBinding.Bind(Http(query).Request.Query, Users, "asOf", "minPosition").Value!;
    }

    static IReadOnlyList<ListError> ErrorsOf(string query) => ListBinding.Bind(Http(query).Request.Query, Users, "asOf", "minPosition").Errors;

    static DefaultHttpContext Http(string query) =>
        new() { Request = { PathBase = "/base", Path = "/v3/a b/users", QueryString = new(query) } };
}

static class ListRequestAssertions
{
    internal static void ShouldSay(this ListRequest actual, ListRequest expected) =>
        JsonSerializer.Serialize(actual).ShouldBe(JsonSerializer.Serialize(expected));
}
