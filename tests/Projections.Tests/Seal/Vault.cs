using EventSourcedOrgs.Proof;
using EventSourcedOrgs.Tests;
using Npgsql;

namespace EventSourcedOrgs.Projections.Tests.Seal;

/// <summary>A store whose history is sealed, in a database and a folder of its own.</summary>
public sealed class Vault : IAsyncDisposable
{
    /// <summary>More than two tiles.</summary>
    public const int Events = 600;

    public static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Lazy<Task<(string Address, string Folder)>> Template = new(MakeAsync);

    private Vault(string address, string folder)
    {
        Address = address;
        Source = NpgsqlDataSource.Create(TestPostgres.RuntimeNameOf(address));
        Folder = new(folder);
        Rows = new(Source, "public");
        Sealer = new(Source, Rows, Folder, Clock);
    }

    public static LogKey Key { get; } = LogKey.From("some.example/log", new byte[32]);

    /// <summary>For the superuser.</summary>
    public string Address { get; }

    public NpgsqlDataSource Source { get; }

    public CheckpointFolder Folder { get; }

    public EventRows Rows { get; }

    public Sealer Sealer { get; }

    public Microsoft.Extensions.Time.Testing.FakeTimeProvider Clock { get; } = new(Noon);

    /// <summary>600 events, sealed under three checkpoints an hour ago.</summary>
    public static async Task<Vault> SealedAsync()
    {
        var (address, folder) = await Template.Value;
        var copy = System.IO.Directory.CreateTempSubdirectory("eventsourcedorgs-vault-").FullName;
        foreach (var file in System.IO.Directory.GetFiles(folder))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        var vault = new Vault(await TestPostgres.CreateDatabaseAsync(address), copy);
        vault.Clock.Advance(TimeSpan.FromHours(1));
        return vault;
    }

    public static async Task<Vault> NewAsync()
    {
        await using var store = await TestStore.CreateAsync(new Warehouse());
        var vault = new Vault(store.Address, System.IO.Directory.CreateTempSubdirectory("eventsourcedorgs-vault-").FullName);
        await using (var owner = NpgsqlDataSource.Create(vault.Address))
            await LogTiles.MigrateAsync(owner);
        await TestPostgres.RuntimeOf(vault.Address, "public");
        return vault;
    }

    public async Task<SealingPass> SealAsync()
    {
        Clock.Advance(TimeSpan.FromMinutes(1));
        return await Sealer.Seal(Key, TimeSpan.FromSeconds(10), CancellationToken.None);
    }

    public Task<LogCheck> VerifyAsync() => new LogVerifier(Source, Rows).Verify([Key.Public], Folder);

    /// <summary>An export of everything, or of the events at chosen positions.</summary>
    public async Task<string> ExportAsync(Func<long, bool> chosen)
    {
        var (export, lines) = (new LogExport(Source, Rows), new MemoryStream());
        if (chosen(1))
            await export.Whole(lines, CancellationToken.None);
        else
            await export.Chosen(lines, Rows.Read(0, long.MaxValue).Where(e => chosen(e.Position)), CancellationToken.None);
        return System.Text.Encoding.UTF8.GetString(lines.ToArray());
    }

    /// <summary>As the superuser, for whom no trigger holds.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var owner = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Address) { Options = "-c session_replication_role=replica", Pooling = false }.ConnectionString);
        await owner.ScalarAsync(sql);
    }

    /// <summary>Appends, and says as the store does that all of it is final.</summary>
    public async Task AppendAsync(int count)
    {
        await using var store = await TestStore.CreateAsync(new Warehouse(), address: Address);
        await store.AppendInPartsAsync(Histories.Random(seed: count, length: count), size: 7);
        await ExecuteAsync(
            """
            insert into mt_event_progression (name, last_seq_id) select 'HighWaterMark', max(seq_id) from mt_events
            on conflict (name) do update set last_seq_id = excluded.last_seq_id
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        System.IO.Directory.Delete(Folder.Path, recursive: true);
    }

    private static async Task<(string Address, string Folder)> MakeAsync()
    {
        var vault = await NewAsync();
        foreach (var part in new[] { 100, 250, Events - 350 })
        {
            await vault.AppendAsync(part);
            await vault.SealAsync();
        }

        await vault.Source.DisposeAsync();
        return (vault.Address, vault.Folder.Path);
    }
}
