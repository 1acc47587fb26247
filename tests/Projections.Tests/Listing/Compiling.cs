using System.Text.RegularExpressions;
using CsCheck;

namespace EventSourcedOrgs.Projections.Tests;

public sealed partial class Compiling
{
    static readonly Listing Users = new("users", ListField.Id("id", "u.id"),
    [
        ListField.Instant("createdAt", "u.created_at") with { Required = true },
        ListField.Text("name", "u.name") with { Searchable = true },
        ListField.TextSet("tags", "u.tags"),
        .. ListField.KeyValues("metadata", "u.metadata"),
    ])
    {
        Versioned = "u",
    };

    static readonly ListSource Source = new(
        "u.id, u.name", "app_user u join organization o on o.id = u.organization_id and {at:o}", "u.organization_id = $1", 42);

    [Fact]
    public void The_newest_rows() => Sql(new()).ShouldBe("""
        select u.id, u.name, u.created_at, u.id
        from app_user u join organization o on o.id = u.organization_id and o.until is null
        where (u.organization_id = $1)
          and u.until is null
        order by u.created_at, u.id
        limit $2 offset $3
        """);

    [Fact]
    public void Filters_search_and_sort_at_a_position() => Sql(
        new()
        {
            Search = "50%",
            Sort = [new("name", SortOrder.Descending)],
            Page = 3,
            Limit = 10,
            Filters =
            [
                new("name", ListOperator.Nc, "x"), new("tags", ListOperator.In, "a,b"), new("metadata.key", ListOperator.Eq, "tier"),
                new("metadata.value", ListOperator.Eq, "gold"),
            ],
        },
        progress: 7).ShouldBe("""
        select u.id, u.name, lower(u.name) collate "C", u.id
        from app_user u join organization o on o.id = u.organization_id and (o.since <= $2 and (o.until is null or o.until > $2))
        where (u.organization_id = $1)
          and (u.since <= $2 and (u.until is null or u.until > $2))
          and u.metadata @> jsonb_build_array(jsonb_build_object('key', $3, 'value', $4))
          and (lower(u.name) like lower($5)) is not true
          and u.tags && $6
          and (lower(u.name) like lower($7))
        order by lower(u.name) collate "C" desc, u.id desc
        limit $8 offset $9
        """);

    [Fact]
    public void A_cursor_seeks_in_one_comparison_when_every_key_goes_one_way_and_has_a_value()
    {
        After([new("createdAt")], "=2024-01-01", "=11111111-1111-1111-1111-111111111111").ShouldBe("(u.created_at, u.id) > ($3, $4)");
        After([new("name", SortOrder.Descending)], "=x", "=11111111-1111-1111-1111-111111111111").ShouldBe("(lower(u.name) collate \"C\", u.id) < ($3, $4)");
    }

    [Fact]
    public void A_cursor_spells_it_out_when_values_may_be_missing_or_keys_go_both_ways()
    {
        After([new("name")], "=x", "=11111111-1111-1111-1111-111111111111").ShouldBe(
            "(((lower(u.name) collate \"C\" > $3 or lower(u.name) collate \"C\" is null)) or (lower(u.name) collate \"C\" = $3 and u.id > $4))");
        After([new("name")], "", "=11111111-1111-1111-1111-111111111111").ShouldBe("((false) or (lower(u.name) collate \"C\" is null and u.id > $3))");
        After([new("name", SortOrder.Descending), new("createdAt")], "", "=2024-01-01", "=11111111-1111-1111-1111-111111111111").ShouldBe(
            "((lower(u.name) collate \"C\" is not null) or (lower(u.name) collate \"C\" is null and u.created_at > $3) "
            + "or (lower(u.name) collate \"C\" is null and u.created_at = $3 and u.id > $4))");
    }

    [Fact]
    public void The_total_counts_without_the_page_and_with_the_same_values()
    {
        var statement = Users.Compile(Source, new() { Count = true, Filters = [new("name", ListOperator.Eq, "x")] }, 7).Value!;
        statement.CountSql.ShouldStartWith("select count(*)\nfrom app_user u");
        statement.CountParameters.ShouldBe([42, 7L, "x"]);
        statement.Parameters.ShouldBe([42, 7L, "x", 21, 0L]);
    }

    [Fact]
    public void Dates_are_compared_with_the_time_of_the_past_as_a_value_and_with_the_databases_own_in_the_present()
    {
        var (then, filters) = (new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), (ListFilter[])[new("over", ListOperator.Eq, "true")]);
        var terms = new Listing("terms", ListField.Id("id", "t.id"), [ListField.Flag("over", "t.ends <= {now}")]) { Versioned = "t" };
        var source = new ListSource("t.id", "term t", "t.account = $1", 42);
        var past = terms.Compile(source, new() { Filters = filters, AsOf = 5, AsOfTime = then, Count = true }, 7).Value!;
        past.Sql.ShouldContain("t.ends <= $4)");
        past.CountSql.ShouldContain("t.ends <= $4)");
        past.CountParameters.ShouldBe([42, 5L, true, then.UtcDateTime]);
        Places(past.Sql).ShouldBe(Enumerable.Range(1, past.Parameters.Count));

        var cursor = ListCursor.Write(past.Scope, 5, then, ["11111111-1111-1111-1111-111111111111"]);
        terms.Compile(source, new() { Filters = filters, Cursor = cursor }, 7).Value!.CountParameters.ShouldBe(past.CountParameters);
        terms.Compile(source, new() { AsOf = 5, AsOfTime = then, Sort = [new("over")] }, 7).Value!.Sql.ShouldContain("t.ends <= $3)");
        terms.Compile(source, new() { AsOf = 5, AsOfTime = then }, 7).Value!.Parameters.ShouldBe([42, 5L, 21, 0L]);

        var present = terms.Compile(source, new() { Filters = filters }, 7).Value!;
        present.Sql.ShouldContain("t.ends <= now())");
        present.CountParameters.ShouldBe([42, 7L, true]);
    }

    [Fact]
    public void A_page_that_is_found_by_counts_has_one_text_whatever_its_number()
    {
        var source = Source with { Ranking = new("counts", new(7, 7, 7, [1, 2, 3, 4, 5, 6, 7, 8])), Position = "select 7" };
        var (near, far) = (Users.Compile(source, new() { Page = 2 }, 7).Value!, Users.Compile(source, new() { Page = 5001, Limit = 10 }, 8).Value!);
        near.Sql.ShouldBe(far.Sql);
        near.Parameters.ShouldBe([42, 21, source.Ranking.Owner, 20L]);
        far.Parameters.ShouldBe([42, 11, source.Ranking.Owner, 50_000L]);
        Places(near.Sql).ShouldBe([1, 2, 3, 4]);
    }

    [Fact]
    public void All_that_counts_cannot_tell_is_found_as_ever()
    {
        var (source, plain) = (Source with { Ranking = new("counts", Ranking.All), Position = "select 7" }, Source with { Position = "select 7" });
        ListRequest[] requests =
        [
            new(), new() { Page = 2, Sort = [new("name")] }, new() { Page = 2, Search = "x" }, new() { Page = 2, Filters = [new("name", ListOperator.Eq, "x")] }, new() { Page = 2, AsOf = 5 },
        ];
        foreach (var request in requests)
            Users.Compile(source, request, 7).Value!.Sql.ShouldBe(Users.Compile(plain, request, 7).Value!.Sql);
        Users.Compile(source, new() { Page = 2 }).Value!.Sql.ShouldBe(Users.Compile(plain, new() { Page = 2 }).Value!.Sql);
    }

    [Fact]
    public void A_page_by_number_is_of_now_and_tells_of_which_position_that_is_unless_it_is_asked_for_as_of_one()
    {
        var source = Source with { Position = "select 7" };
        var now = Users.Compile(source, new() { Count = true, Filters = [new("name", ListOperator.Eq, "x")] }, 7).Value!;
        now.Sql.ShouldContain("u.until is null");
        now.Sql.ShouldContain("select 7");
        now.Parameters.ShouldBe([42, "x", 21]);
        Users.Compile(source, new() { Page = 2 }, 7).Value!.Parameters.ShouldBe([42, 21, 20L]);
        var past = new ListRequest { AsOf = 5 };
        Users.Compile(source, past, 7).Value!.Sql.ShouldBe(Users.Compile(Source, past, 7).Value!.Sql);
    }

    [Fact]
    public void No_value_is_ever_in_the_text_and_every_value_has_its_place() => Requests.Any.Sample(
        request =>
        {
            var marked = request with
            {
                Search = $"m4rk{request.Search}",
                Filters = [.. request.Filters.Where(filter => Requests.IsFreeText(filter.Field)).Select(filter => filter with { Value = $"m4rk{filter.Value}" })],
            };
            var statement = People.Listing.Compile(People.Source, marked, 5).Value!;
            statement.Sql.ShouldNotContain("m4rk");
            statement.CountSql.ShouldNotContain("m4rk");
            Places(statement.Sql).ShouldBe(Enumerable.Range(1, statement.Parameters.Count));
            Places(statement.CountSql).ShouldBe(Enumerable.Range(1, statement.CountParameters.Count));
        },
        iter: 1000, threads: 1);

    static IEnumerable<int> Places(string sql) => Place().Matches(sql).Select(match => int.Parse(match.Groups[1].Value)).Distinct().Order();

    static string Sql(ListRequest request, long? progress = null) => Users.Compile(Source, request, progress).Value!.Sql;

    static string After(IReadOnlyList<ListSort> sort, params string[] keys)
    {
        var request = new ListRequest { Sort = sort };
        var scope = Users.Compile(Source, request, 7).Value!.Scope;
        var cursor = ListCursor.Write(scope, 7, null, keys.Select(key => key is "" ? null : key[1..]));
        return Sql(request with { Cursor = cursor }).Split("\n  and ")[^1].Split("\norder by")[0];
    }

    [GeneratedRegex(@"\$(\d+)")]
    private static partial Regex Place();
}
