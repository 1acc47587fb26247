using System.Globalization;
using System.Security.Cryptography;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Proof;
using Npgsql;
using Xunit.Abstractions;

namespace EventSourcedOrgs.Projections.Tests.Seal;

/// <summary>
/// How long the audits take: <c>history verify</c> beside the limit of any chain of SHA-256 over the same rows (read with Npgsql, each row hashed with the hash before it), and the states against their streams. A run takes a few
/// thousand events, <c>RELIABILITY=long</c> a million (or <c>AUDIT_EVENTS</c>), and prints the table of docs/performance.md.
/// </summary>
public sealed class AuditFigures(ITestOutputHelper output)
{
    private static readonly int Events = Figures.EventsOf("AUDIT_EVENTS");

    [Fact]
    public async Task History_and_states_are_verified_about_as_fast_as_rows_can_be_read_and_hashed()
    {
        await using var store = await DomainStore.StartAsync();
        await Installation.LoadAsync(store.Owner, Events);
        await LogTiles.MigrateAsync(store.Owner);
        var rows = new EventRows(store.Owner);
        var figures = new Figures(output, Events);

        var sealer = new Sealer(store.Owner, rows, null, TimeProvider.System);
        await figures.MeasureAsync("sealing", async () =>
        {
            while ((await sealer.Seal(Vault.Key, TimeSpan.Zero, CancellationToken.None)).Sealed > 0)
                await Task.Yield();
        });
        var chain = await figures.MeasureAsync("limit: a SHA-256 chain over the rows", () => ChainAsync(store.Owner));
        var verified = await figures.MeasureAsync("history verify", async () =>
        {
            var check = await new LogVerifier(store.Owner, rows).Verify([Vault.Key.Public], null);
            (check.Events, check.Count, check.Unsealed).ShouldBe((Events, 0, 0));
        });
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"history verify {chain / verified:0.00} of the limit"));

        foreach (var resource in Resource.All)
        {
            var names = EventNames.All.Where(name => name.Key.BaseType == resource.Family).Select(name => $"'{name.Value}'");
            await store.Owner.ScalarAsync(
                $"update events.mt_streams s set type = '{store.StreamTypeOf(resource)}' from events.mt_events e where e.stream_id = s.id and e.version = 1 and e.type in ({string.Join(", ", names)})");
        }

        await figures.MeasureAsync("states from nothing: repair", async () => (await store.States.RunAsync(Resource.All, repair: true, null, CancellationToken.None)).Sum(drift => drift.Rows).ShouldBeGreaterThan(0));
        await figures.MeasureAsync("states: verify", async () => (await store.States.RunAsync(Resource.All, repair: false, null, CancellationToken.None)).Sum(drift => drift.Rows).ShouldBe(0));
    }

    private static async Task ChainAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand(
            "select seq_id, id, stream_id, version, type, timestamp, data, headers, user_name, correlation_id, causation_id, tenant_id from events.mt_events order by seq_id");
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var last = new byte[32];
        while (await reader.ReadAsync())
        {
            hash.AppendData(last);
            hash.AppendData(BitConverter.GetBytes(reader.GetInt64(0)));
            hash.AppendData(reader.GetGuid(1).ToByteArray());
            hash.AppendData(reader.GetGuid(2).ToByteArray());
            hash.AppendData(BitConverter.GetBytes(reader.GetInt64(3)));
            hash.AppendData(BitConverter.GetBytes(reader.GetDateTime(5).Ticks));
            hash.AppendData(await reader.GetFieldValueAsync<byte[]>(6));
            foreach (var column in (int[])[4, 8, 9, 10, 11])
                hash.AppendData(System.Text.Encoding.UTF8.GetBytes(await reader.IsDBNullAsync(column) ? "" : reader.GetString(column)));
            last = hash.GetHashAndReset();
        }
    }
}
