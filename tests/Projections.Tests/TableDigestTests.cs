using System.Text;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>What counts when documents are compared.</summary>
public sealed class TableDigestTests
{
    private const string One = "0198c5a2-0000-7002-8000-000000000001";
    private const string Other = "0198c5a2-0000-7002-8000-000000000002";

    [Theory]
    [InlineData($$"""{"email":{"person":"{{One}}","data":"AB+/="},"role":"user"}""", $$"""{"email":{"person":"{{One}}"},"role":"user"}""")]
    [InlineData($$$"""{"a":{"person":"{{{One}}}","data":"AA=="},"b":{"person":"{{{Other}}}","data":""}}""", $$$"""{"a":{"person":"{{{One}}}"},"b":{"person":"{{{Other}}}"}}""")]
    [InlineData($$"""{"person":"{{One}}"}""", $$"""{"person":"{{One}}"}""")]
    [InlineData($$"""{"person":"{{One}}","data":"AA==","more":1}""", $$"""{"person":"{{One}}","data":"AA==","more":1}""")]
    [InlineData($$"""{"person":"{{One}}","data":"not sealed"}""", $$"""{"person":"{{One}}","data":"not sealed"}""")]
    [InlineData("""{"person":"short","data":"AA=="}""", """{"person":"short","data":"AA=="}""")]
    [InlineData($$"""{"license":"{{One}}","data":"AA=="}""", $$"""{"license":"{{One}}","data":"AA=="}""")]
    [InlineData("""{"key":"\",\"data\":\"AA==\"}"}""", """{"key":"\",\"data\":\"AA==\"}"}""")]
    [InlineData(""","data":"AA""", ""","data":"AA""")]
    [InlineData("", "")]
    public void Of_a_sealed_value_only_whose_it_is_counts(string document, string counted)
    {
        var into = new byte[document.Length];

        var length = TableDigest.Unsealed(Encoding.UTF8.GetBytes(document), into);

        Encoding.UTF8.GetString(into, 0, length).ShouldBe(counted);
    }

    [Fact]
    public async Task A_document_that_says_something_else_is_found_and_one_that_was_sealed_again_is_not()
    {
        await using var store = await DomainStore.StartAsync();
        await Installation.LoadAsync(store.Owner, 300);
        await store.CatchUpAsync();
        var users = store.Directory.Tables.Single(table => table.Name.StartsWith("read.app_user_v", StringComparison.Ordinal)).Name;

        await store.Owner.ScalarAsync($"""update {users} set document = replace(document::text, '"data":"', '"data":"AAAA')::json""");
        (await VerifyAsync()).Rows.ShouldBe(0);

        await store.Owner.ScalarAsync($"""update {users} set document = replace(document::text, '"role":"', '"role":"super-')::json where ctid = (select min(ctid) from {users})""");
        (await VerifyAsync()).ShouldSatisfyAllConditions(
            found => found.Rows.ShouldBe(1),
            found => found.First.ShouldHaveSingleItem().Column.ShouldBe("document"));

        async Task<Drift> VerifyAsync() => (await store.Rebuilder().RunAsync([store.Directory], replace: false, null, CancellationToken.None)).ShouldHaveSingleItem();
    }
}
