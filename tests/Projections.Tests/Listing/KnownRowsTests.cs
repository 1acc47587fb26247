using EventSourcedOrgs.Tests;
using Npgsql;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>A row is opened once, until it changes or somebody is erased.</summary>
public sealed class KnownRowsTests : IAsyncLifetime
{
    private NpgsqlDataSource database = null!;
    private int opened, erased;
    private KnownRows known = null!;

    public async Task InitializeAsync()
    {
        database = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        known = new(() => erased);
        await Do("create table rows (document text, id uuid, since bigint)");
        await Do("insert into rows select 'Ada', gen_random_uuid(), 7");
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task What_is_the_same_is_opened_once()
    {
        (await Read()).ShouldBe("Ada");
        (await Read()).ShouldBe("Ada");
        opened.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_written_again_is_opened_again()
    {
        await Read();
        await Do("update rows set document = 'Grace'");
        (await Read()).ShouldBe("Grace");
    }

    [Fact]
    public async Task Another_version_is_another_row()
    {
        await Read();
        await Do("insert into rows select 'Grace', id, 8 from rows");
        await Do("delete from rows where since = 7");
        (await Read()).ShouldBe("Grace");
    }

    [Fact]
    public async Task Once_somebody_was_erased_nothing_is_known_any_more()
    {
        await Read();
        erased++;
        await Read();
        await Read();
        opened.ShouldBe(2);
    }

    [Fact]
    public async Task A_row_without_its_document_is_what_is_known_of_it()
    {
        (await ReadWithout()).ShouldBeNull();
        await Read();
        (await ReadWithout()).ShouldBe("Ada");
        await Do("update rows set document = 'Grace'");
        (await ReadWithout()).ShouldBeNull();
        await Read();
        (await ReadWithout()).ShouldBe("Grace");
        erased++;
        (await ReadWithout()).ShouldBeNull();
    }

    private Task<string?> ReadWithout() => Read("null", known.Newer(Open));

    private async Task<string> Read() => (await Read("document", known.Now(Open)))!;

    private async Task<string?> Read(string document, Func<NpgsqlDataReader, string?> row)
    {
        await using var command = database.CreateCommand($"select {document}, id, since, xmin from rows");
        await using var reader = await command.ExecuteReaderAsync();
        (await reader.ReadAsync()).ShouldBeTrue();
        return row(reader);
    }

    private string Open(NpgsqlDataReader row)
    {
        opened++;
        return row.GetString(0);
    }

    private async Task Do(string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
