namespace EventSourcedOrgs.Projections.Tests;

/// <summary>All read models of the product, made anew in one pass.</summary>
public sealed class RebuildOfAllTests
{
    [Theory, InlineData(200), InlineData(100_000)]
    public async Task All_read_models_are_rebuilt_in_one_pass_and_are_what_following_had_made(int mostRows)
    {
        await using var store = await DomainStore.StartAsync();
        await Installation.LoadAsync(store.Owner, 3000);
        await store.CatchUpAsync();
        var before = await DumpAsync(store);

        var drift = await store.Rebuilder(mostRows).RunAsync(store.Models, replace: true, null, CancellationToken.None);

        drift.Select(found => (found.Model, found.Position, found.Rows)).ShouldBe(store.Models.Select(model => (model.Name, 3000L, 0L)));
        (await DumpAsync(store)).ShouldBe(before);
    }

    private static async Task<string> DumpAsync(DomainStore store)
    {
        var all = new List<string>();
        foreach (var model in store.Models)
            all.Add(await Tables.DumpAsync(store.Source, model) + await Tables.ShapeAsync(store.Source, model));
        return string.Join("\n\n", all);
    }
}
