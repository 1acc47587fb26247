using EventSourcedOrgs.Proof;
using EventSourcedOrgs.Tests;

namespace EventSourcedOrgs.Projections.Tests.Seal;

/// <summary>Whatever the owner of the database does to the history is found, and where.</summary>
public class TamperTests
{
    [Theory]
    [InlineData("update mt_events set data = jsonb_set(data, '{item}', '\"00000000-0000-0000-0000-000000000001\"') where seq_id = 300", Findings.EventAltered, 300)]
    [InlineData("update mt_events set timestamp = timestamp - interval '1 microsecond' where seq_id = 1", Findings.EventAltered, 1)]
    [InlineData("update mt_events set user_name = 'somebody else' where seq_id = 600", Findings.EventAltered, 600)]
    [InlineData("update mt_events set type = 'item_removed' where seq_id = 77", Findings.EventAltered, 77)]
    [InlineData("update mt_events set is_archived = true where seq_id = 78", Findings.EventAltered, 78)]
    [InlineData("update mt_events set headers = '{\"a\": 1}' where seq_id = 79", Findings.EventAltered, 79)]
    [InlineData("update mt_events set correlation_id = 'another request' where seq_id = 80", Findings.EventAltered, 80)]
    [InlineData("update mt_events set causation_id = 'another command' where seq_id = 81", Findings.EventAltered, 81)]
    [InlineData("update mt_events set tenant_id = 'another' where seq_id = 82", Findings.EventAltered, 82)]
    [InlineData("update mt_events set version = version + 1000 where seq_id = 83", Findings.EventAltered, 83)]
    [InlineData("update mt_events set stream_id = gen_random_uuid() where seq_id = 84", Findings.EventAltered, 84)]
    [InlineData("update mt_events set id = gen_random_uuid() where seq_id = 85", Findings.EventAltered, 85)]
    [InlineData("update mt_events set timestamp = timestamp + interval '1 day' where seq_id = 500; update mt_event_progression set last_seq_id = 300 where name = 'HighWaterMark'", Findings.EventAltered, 500)]
    [InlineData("delete from mt_events where seq_id = 257", Findings.EventMissing, 257)]
    [InlineData("delete from mt_events where seq_id > 590", Findings.EventMissing, 591)]
    [InlineData("update mt_events set seq_id = 10000 where seq_id = 5", Findings.EventMissing, 5)]
    public async Task An_event_that_was_altered_or_removed_is_found(string sql, string code, long position)
    {
        await using var vault = await Vault.SealedAsync();
        await vault.ExecuteAsync(sql);
        (await vault.VerifyAsync()).Found.ShouldContain(finding => finding.Code == code && finding.Position == position);
    }

    [Fact]
    public async Task An_event_that_was_put_in_is_found()
    {
        await using var vault = await Vault.SealedAsync();
        await vault.ExecuteAsync("""
            delete from proof.leaves; delete from proof.tile; delete from proof.checkpoint;
            delete from mt_events where seq_id = 400;
            """);
        System.IO.Directory.GetFiles(vault.Folder.Path).ToList().ForEach(File.Delete);
        await vault.SealAsync();
        (await vault.VerifyAsync()).Count.ShouldBe(0, "the log has a gap at 400, as a lost race leaves one");

        await vault.ExecuteAsync("""
            insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, is_archived)
            select 400, gen_random_uuid(), stream_id, 9999, data, type, timestamp, tenant_id, mt_dotnet_type, is_archived from mt_events where seq_id = 401
            """);
        var found = (await vault.VerifyAsync()).Found.ShouldHaveSingleItem();
        (found.Code, found.Position).ShouldBe((Findings.EventAdded, 400));
    }

    /// <summary>Nobody reads them on the way from the first position to the last that is final.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(Vault.Events + 1000)]
    [InlineData(long.MaxValue)]
    public async Task An_event_at_a_position_that_was_never_given_out_is_found(long position)
    {
        await using var vault = await Vault.SealedAsync();
        await vault.ExecuteAsync($"""
            insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, is_archived)
            select {position}, gen_random_uuid(), stream_id, 9999, data, type, timestamp, tenant_id, mt_dotnet_type, is_archived from mt_events where seq_id = 401
            """);
        var found = (await vault.VerifyAsync()).Found.ShouldHaveSingleItem();
        (found.Code, found.Position).ShouldBe((Findings.EventAdded, position));
    }

    [Fact]
    public async Task An_event_that_is_not_final_yet_is_no_damage()
    {
        await using var vault = await Vault.SealedAsync();
        await vault.AppendAsync(10);
        await vault.ExecuteAsync("update mt_event_progression set last_seq_id = 600 where name = 'HighWaterMark'");
        (await vault.VerifyAsync()).Found.ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_events_that_changed_places_are_found()
    {
        await using var vault = await Vault.SealedAsync();
        await vault.ExecuteAsync("""
            update mt_events set seq_id = -1 where seq_id = 10; update mt_events set seq_id = 10 where seq_id = 20; update mt_events set seq_id = 20 where seq_id = -1;
            """);
        (await vault.VerifyAsync()).Found.Select(finding => (finding.Code, finding.Position)).ShouldBe([(Findings.EventAltered, 10), (Findings.EventAltered, 20)]);
    }

    [Fact]
    public async Task Two_streams_that_changed_names_are_found()
    {
        await using var vault = await Vault.SealedAsync();
        await using var owner = Npgsql.NpgsqlDataSource.Create(vault.Address);
        var swapped = await owner.QueryAsync("""
            with two as (select (array_agg(distinct stream_id))[1] a, (array_agg(distinct stream_id))[2] b from mt_events),
                 moved as (update mt_events e set stream_id = case when e.stream_id = two.a then two.b else two.a end, version = version + 100000
                    from two where e.stream_id in (two.a, two.b) returning e.seq_id)
            select seq_id from moved order by 1
            """, reader => reader.GetInt64(0));
        var check = await vault.VerifyAsync();
        check.Found.Select(finding => finding.Position).ShouldBe(swapped.Take(100));
        check.Count.ShouldBe(swapped.Length);
    }

    [Fact]
    public async Task An_event_that_was_altered_together_with_its_hash_is_found_between_two_checkpoints()
    {
        await using var vault = await Vault.SealedAsync();
        await vault.ExecuteAsync("""
            update mt_events set user_name = 'somebody else' where seq_id = 200;
            update proof.tile set hashes = overlay(hashes placing $$\x0000$$::bytea from 199 * 32 + 1) where level = 0 and number = 0
            """);
        var found = (await vault.VerifyAsync()).Found;
        found.ShouldContain(finding => finding.Code == Findings.CheckpointDiffers && finding.Position == 100 && finding.Detail.Contains("101 and 350", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_history_that_was_rewritten_and_sealed_anew_is_found_by_what_was_published()
    {
        await using var vault = await Vault.SealedAsync();
        using var other = LogKey.From(Vault.Key.Name, LogKey.NewSecret());
        await vault.ExecuteAsync("update mt_events set user_name = 'somebody else' where seq_id = 200; delete from proof.leaves; delete from proof.tile; delete from proof.checkpoint;");
        var elsewhere = new CheckpointFolder(System.IO.Directory.CreateTempSubdirectory("eventsourcedorgs-forged-").FullName);
        await new Sealer(vault.Source, vault.Rows, elsewhere, vault.Clock).Seal(other, TimeSpan.Zero, CancellationToken.None);
        var found = (await vault.VerifyAsync()).Found;
        found.ShouldContain(finding => finding.Code == Findings.CheckpointForged, "another key signed it");
        found.ShouldContain(finding => finding.Code == Findings.CheckpointDiffers && finding.Detail.Contains("101 and 350", StringComparison.Ordinal));
        System.IO.Directory.Delete(elsewhere.Path, recursive: true);
    }

    [Fact]
    public async Task A_history_that_was_rewritten_is_not_signed_with_the_key_that_the_service_has()
    {
        await using var vault = await Vault.SealedAsync();
        var file = System.IO.Directory.GetFiles(vault.Folder.Path, "*.checkpoints").Single();
        var published = await File.ReadAllTextAsync(file);
        await vault.ExecuteAsync("update mt_events set user_name = 'somebody else' where seq_id >= 200; delete from proof.leaves; delete from proof.tile; delete from proof.checkpoint;");
        (await Should.ThrowAsync<InvalidDataException>(vault.SealAsync)).Message.ShouldContain("600 events of the log are not what was signed");
        (await File.ReadAllTextAsync(file)).ShouldBe(published);
        (await vault.VerifyAsync()).Found.ShouldContain(finding => finding.Code == Findings.CheckpointDiffers && finding.Detail.Contains("101 and 350", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_log_that_was_removed_is_found_and_made_again_from_events_that_are_what_was_published()
    {
        await using var vault = await Vault.SealedAsync();
        await vault.ExecuteAsync("drop schema proof cascade");
        (await vault.VerifyAsync()).Found.ShouldHaveSingleItem().Code.ShouldBe(Findings.LogDamaged);

        await using (var owner = Npgsql.NpgsqlDataSource.Create(vault.Address))
            await LogTiles.MigrateAsync(owner);
        await TestPostgres.RuntimeOf(vault.Address, "public");
        await vault.SealAsync();
        var check = await vault.VerifyAsync();
        check.Size.ShouldBe(Vault.Events);
        check.Found.ShouldAllBe(finding => finding.Code == Findings.CheckpointMissing);
    }

    [Fact]
    public async Task A_mark_that_was_set_back_hides_nothing_and_raises_no_alarm()
    {
        await using var vault = await Vault.SealedAsync();
        await vault.ExecuteAsync("update mt_event_progression set last_seq_id = 300 where name = 'HighWaterMark'");
        (await vault.VerifyAsync()).Found.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_log_that_became_shorter_is_found_even_if_everything_in_the_database_agrees()
    {
        await using var vault = await Vault.SealedAsync();
        await vault.ExecuteAsync("""
            delete from mt_events where seq_id > 350; update mt_event_progression set last_seq_id = 350;
            delete from proof.checkpoint where size > 350; delete from proof.tile; delete from proof.leaves;
            """);
        await Should.ThrowAsync<InvalidDataException>(vault.SealAsync, "it is not signed either");
        (await vault.VerifyAsync()).Found.ShouldContain(finding => finding.Code == Findings.LogShortened);
    }

    [Theory]
    [InlineData("delete from proof.checkpoint where size = 600", Findings.CheckpointMissing)]
    [InlineData("update proof.checkpoint set note = replace(note, 'position 600', 'position 599') where size = 600", Findings.CheckpointForged)]
    [InlineData("update proof.checkpoint c set note = d.note from proof.checkpoint d where c.size = 600 and d.size = 350", Findings.CheckpointMissing)]
    [InlineData("update proof.checkpoint set note = regexp_replace(note, '— .*', '— some.example/log AAAA') where size = 350", Findings.CheckpointForged)]
    [InlineData("update proof.tile set hashes = overlay(hashes placing '\\x0000'::bytea from 1) where level = 1", Findings.LogDamaged)]
    [InlineData("delete from proof.tile where level = 1", Findings.LogDamaged)]
    [InlineData("update proof.tile set hashes = substring(hashes from 1 for 32) where level = 0 and number = 1", Findings.EventAltered)]
    [InlineData("update proof.tile set hashes = hashes || decode(repeat('00', 32), 'hex') where level = 0 and number = 2", Findings.LogDamaged)]
    [InlineData("update proof.tile set hashes = hashes || '\\x00' where level = 0 and number = 2", Findings.LogDamaged)]
    [InlineData("update proof.tile set hashes = hashes || decode(repeat('00', 32), 'hex') where level = 1", Findings.LogDamaged)]
    [InlineData("insert into proof.tile values (0, 3, decode(repeat('00', 8192), 'hex'))", Findings.LogDamaged)]
    [InlineData("insert into proof.tile values (1, 1, '')", Findings.LogDamaged)]
    [InlineData("insert into proof.tile values (2, 0, decode(repeat('00', 32), 'hex'))", Findings.LogDamaged)]
    [InlineData("insert into proof.tile values (8, 0, decode(repeat('00', 8192), 'hex'))", Findings.LogDamaged)]
    [InlineData("insert into proof.tile values (1, -1, decode(repeat('00', 8192), 'hex'))", Findings.LogDamaged)]
    [InlineData("insert into proof.leaves values (3, 601, '')", Findings.LogDamaged)]
    [InlineData("insert into proof.leaves values (-1, 0, '\\x0000000000000000'); insert into proof.tile values (0, -1, decode(repeat('00', 32), 'hex'))", Findings.LogDamaged)]
    [InlineData("update proof.leaves set number = 5 where number = 2; update proof.tile set number = 5 where level = 0 and number = 2", Findings.LogDamaged)]
    [InlineData("update proof.leaves set first_position = 258 where number = 1", Findings.LogDamaged)]
    [InlineData("update proof.checkpoint set position = 599 where size = 600", Findings.CheckpointForged)]
    public async Task A_log_or_checkpoint_that_was_altered_is_found(string sql, string code)
    {
        await using var vault = await Vault.SealedAsync();
        await vault.ExecuteAsync(sql);
        (await vault.VerifyAsync()).Found.ShouldContain(finding => finding.Code == code);
    }

    [Fact]
    public async Task A_checkpoint_that_is_made_during_the_verification_raises_no_alarm()
    {
        await using var vault = await Vault.SealedAsync();
        await vault.AppendAsync(300);
        var check = await new LogVerifier(vault.Source, vault.Rows).Verify(new KeysOfARunningHost(vault), vault.Folder);
        (await new SealedLog(vault.Source).Latest(CancellationToken.None))!.Size.ShouldBe(Vault.Events + 300);
        check.Found.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_checkpoint_that_was_taken_out_of_the_folder_is_found()
    {
        await using var vault = await Vault.SealedAsync();
        var file = System.IO.Directory.GetFiles(vault.Folder.Path, "*.checkpoints").Single();
        var text = await File.ReadAllTextAsync(file);
        var (second, third) = (text.IndexOf("some.example/log\n350\n", StringComparison.Ordinal), text.IndexOf("some.example/log\n600\n", StringComparison.Ordinal));
        await File.WriteAllTextAsync(file, text.Remove(second, third - second));
        (await vault.VerifyAsync()).Found.ShouldHaveSingleItem().Code.ShouldBe(Findings.CheckpointMissing);
    }

    [Theory]
    [InlineData("\"position\":300,", "\"position\":301,", Findings.EventAltered)]
    [InlineData("\n{\"index\":299,", "\n{\"index\":298,", Findings.LogDamaged)]
    [InlineData("position 350", "position 349", Findings.LineUnreadable)]
    public async Task An_altered_export_is_found(string from, string to, string code)
    {
        await using var vault = await Vault.SealedAsync();
        var export = await vault.ExportAsync(_ => true);
        export.ShouldContain(from);
        (await CheckAsync(export.Replace(from, to, StringComparison.Ordinal))).Found.ShouldContain(finding => finding.Code == code);
    }

    [Fact]
    public async Task Lines_that_are_missing_or_changed_places_in_an_export_are_found()
    {
        await using var vault = await Vault.SealedAsync();
        var lines = (await vault.ExportAsync(_ => true)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        (await CheckAsync(lines.Where((_, i) => i != 50))).Found[0].Code.ShouldBe(Findings.EventMissing);
        (await CheckAsync(lines.Where((_, i) => i < 90 || i > 95))).Found[0].Position.ShouldBe(97);
        (await CheckAsync([.. lines[..5], lines[6], lines[5], .. lines[7..]])).Found[0].Code.ShouldBe(Findings.EventMissing);
        (await CheckAsync(lines[..^1])).Found.ShouldHaveSingleItem().Code.ShouldBe(Findings.CheckpointMissing);
        (await CheckAsync(lines[..50])).IsProved.ShouldBeFalse();
    }

    [Fact]
    public async Task A_chosen_event_that_was_altered_is_found_in_an_export_even_with_its_hash()
    {
        await using var vault = await Vault.SealedAsync();
        var lines = (await vault.ExportAsync(position => position % 100 == 0)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[1] = lines[1].Replace("\"version\":", "\"version\":1", StringComparison.Ordinal);
        (await CheckAsync(lines)).Found[0].ShouldSatisfyAllConditions(f => f.Code.ShouldBe(Findings.EventAltered), f => f.Position.ShouldBe(200));
        lines[1] = System.Text.RegularExpressions.Regex.Replace(lines[1], "\"leaf\":\"[^\"]*\"", $"\"leaf\":\"{LeafOf(lines[1])}\"");
        (await CheckAsync(lines)).Found[0].ShouldSatisfyAllConditions(f => f.Code.ShouldBe(Findings.CheckpointDiffers), f => f.Position.ShouldBe(200));
    }

    private static Digest LeafOf(string line)
    {
        var writer = new CanonicalWriter();
        writer.Json(System.Text.Encoding.UTF8.GetBytes(System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("event").GetRawText()));
        return Digest.OfLeaf(writer.Written);
    }

    private static Task<ExportCheck> CheckAsync(IEnumerable<string> lines) => CheckAsync(string.Join('\n', lines));

    private static Task<ExportCheck> CheckAsync(string export) =>
        new ExportVerifier(Vault.Key.Public).Verify(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(export)));

    /// <summary>The keys of the log; while the first checkpoint is looked at, a Host makes another.</summary>
    private sealed class KeysOfARunningHost(Vault vault) : IReadOnlyCollection<LogPublicKey>
    {
        private bool hasSealed;

        public int Count => 1;

        public IEnumerator<LogPublicKey> GetEnumerator()
        {
            if (!hasSealed)
            {
                hasSealed = true;
                vault.SealAsync().GetAwaiter().GetResult();
            }

            yield return Vault.Key.Public;
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
