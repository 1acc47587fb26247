using EventSourcedOrgs.Tests;
using Npgsql;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>A database with a few hundred people at position 1, and some of another account that no list may show.</summary>
public sealed class PeopleDatabase : IAsyncLifetime
{
    internal const long Position = 1;

    internal IReadOnlyList<Person> All { get; } = People.Some(300, seed: 20260101);

    internal NpgsqlDataSource Database { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Database = await EmptyAsync();
        foreach (var person in All) await People.OpenAsync(Database, person, Position);
        foreach (var person in People.Some(50, seed: 2)) await People.OpenAsync(Database, person, Position, account: 2);
    }

    public async Task DisposeAsync() => await Database.DisposeAsync();

    /// <summary>Reads a page by every way there is to it, which must not show.</summary>
    internal async Task<ListPage<Guid>> ReadAsync(ListRequest request, long? progress = Position)
    {
        var page = await ReadAsync(People.Source, request, progress);
        var counted = await ReadAsync(People.Source with { IsFoundById = true, HasOnePlan = true }, request, progress);
        counted.Rows.ShouldBe(page.Rows);
        (counted with { Rows = page.Rows }).ShouldBe(page);
        return page;
    }

    private async Task<ListPage<Guid>> ReadAsync(ListSource source, ListRequest request, long? progress)
    {
        var page = await People.Listing.ReadAsync(Database, source, request, progress, row => row.GetGuid(0), default);
        page.Errors.ShouldBeEmpty();
        return page.Value!;
    }

    internal async Task<IReadOnlyList<Guid>> WalkAsync(ListRequest request)
    {
        var rows = new List<Guid>();
        for (var step = request; step is not null;)
        {
            var page = await ReadAsync(step);
            rows.AddRange(page.Rows);
            step = page.Next is { } next ? request with { Cursor = next } : null;
        }

        return rows;
    }

    internal static async Task<NpgsqlDataSource> EmptyAsync()
    {
        var database = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        await People.CreateAsync(database);
        return database;
    }
}
