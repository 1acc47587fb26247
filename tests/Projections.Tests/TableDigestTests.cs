using System.Text;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>What counts when documents are compared.</summary>
public sealed class TableDigestTests
{
    [Theory]
    [InlineData("""{"email":{"person":"p","data":"AB+/="},"role":"user"}""", """{"email":{"person":"p"},"role":"user"}""")]
    [InlineData("""{"a":{"person":"p","data":"AA=="},"b":{"person":"q","data":""}}""", """{"a":{"person":"p"},"b":{"person":"q"}}""")]
    [InlineData("""{"person":"p"}""", """{"person":"p"}""")]
    [InlineData("""{"person":"p","data":"AA==","more":1}""", """{"person":"p","data":"AA==","more":1}""")]
    [InlineData("""{"person":"p","data":"not sealed"}""", """{"person":"p","data":"not sealed"}""")]
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
