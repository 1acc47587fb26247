using System.Text;
using EventSourcedOrgs.Proof;
using EventSourcedOrgs.Tests;

namespace EventSourcedOrgs.Projections.Tests.Seal;

/// <summary>Every final event is in the log once, and can be proved to be.</summary>
public class SealingTests
{
    /// <summary>They are read in two ways; what is sealed in one is verified in the other.</summary>
    [Fact]
    public async Task Events_are_the_same_whether_they_are_read_or_copied()
    {
        await using var vault = await Vault.SealedAsync();
        await vault.ExecuteAsync("""
            update mt_events set data = jsonb_build_object('text', repeat('long \u00e9', 100000)) where seq_id = 10;
            update mt_events set headers = '{"b": [1, 2.50, "é"], "a": null}', user_name = '', correlation_id = null, causation_id = 'ü', is_archived = null where seq_id = 20;
            update mt_events set timestamp = 'infinity' where seq_id = 30;
            update mt_events set timestamp = '-infinity' where seq_id = 40;
            update mt_events set timestamp = '1999-12-31 23:59:59.999999Z', user_name = null where seq_id = 50;
            """);
        var read = await vault.Rows.Read(0, 590).Select(e => e.ToString()).ToListAsync();
        var copied = new List<string>();
        foreach (var page in vault.Rows.Copy(0, 590, CancellationToken.None))
        {
            using (page)
                copied.AddRange(page.Events.Select(e => e.ToString()));
        }

        copied.ShouldBe(read);
        copied.Count.ShouldBe(590);
    }

    [Fact]
    public async Task The_log_is_the_tree_over_all_events_in_their_order_however_they_were_sealed()
    {
        await using var vault = await Vault.SealedAsync();
        var (tree, writer) = (new MerkleRoot(), new CanonicalWriter());
        await foreach (var e in vault.Rows.Read(0, long.MaxValue))
            tree.Add(e.Seal(writer));

        var latest = (await new SealedLog(vault.Source).Latest(CancellationToken.None))!;
        Checkpoint.Open(latest.Note, Vault.Key.Public).Root.ShouldBe(tree.Hash);
        latest.Size.ShouldBe(Vault.Events);
        var check = await vault.VerifyAsync();
        check.Found.ShouldBeEmpty();
        (check.Events, check.Size, check.Unsealed, check.Checkpoints, check.Root).ShouldBe((Vault.Events, Vault.Events, 0, 6, tree.Hash.ToString()));
    }

    [Fact]
    public async Task Every_event_is_proved_to_be_in_the_log_and_every_log_to_go_on_from_the_one_before()
    {
        await using var vault = await Vault.SealedAsync();
        var (log, writer) = (new SealedLog(vault.Source), new CanonicalWriter());
        await foreach (var e in vault.Rows.Read(0, long.MaxValue))
        {
            var proof = (await log.Inclusion(e.Position, null, CancellationToken.None))!;
            MerkleProof.Includes(e.Seal(writer), proof.Index, proof.Checkpoint.Size, proof.Hashes, Checkpoint.Open(proof.Checkpoint.Note, Vault.Key.Public).Root).ShouldBeTrue();
        }

        var consistent = (await log.Consistency(100, 350, CancellationToken.None))!;
        MerkleProof.IsConsistent(
            100, Checkpoint.Open(consistent.First.Note, Vault.Key.Public).Root, 350, Checkpoint.Open(consistent.Second.Note, Vault.Key.Public).Root, consistent.Hashes).ShouldBeTrue();
        (await log.Inclusion(Vault.Events + 1, null, CancellationToken.None)).ShouldBeNull();
        (await log.Inclusion(101, 100, CancellationToken.None)).ShouldBeNull("the log of 100 events does not hold it");
    }

    [Fact]
    public async Task What_is_not_final_is_not_sealed()
    {
        await using var vault = await Vault.NewAsync();
        await vault.AppendAsync(10);
        await vault.ExecuteAsync("update mt_event_progression set last_seq_id = 6 where name = 'HighWaterMark'");
        (await vault.SealAsync()).Size.ShouldBe(6);
        var check = await vault.VerifyAsync();
        (check.Count, check.Size).ShouldBe((0, 6));
    }

    [Fact]
    public async Task A_gap_in_the_positions_is_no_damage()
    {
        await using var vault = await Vault.NewAsync();
        await vault.AppendAsync(5);
        await vault.ExecuteAsync("select nextval('mt_events_sequence'), nextval('mt_events_sequence')");
        await vault.AppendAsync(6);
        await vault.SealAsync();
        (await vault.VerifyAsync()).Found.ShouldBeEmpty();
        (await new SealedLog(vault.Source).Inclusion(6, null, CancellationToken.None)).ShouldBeNull("nothing is at position 6");
        (await new SealedLog(vault.Source).Inclusion(8, null, CancellationToken.None))!.Index.ShouldBe(5);
    }

    [Fact]
    public async Task Two_sealers_at_once_seal_everything_once()
    {
        await using var vault = await Vault.NewAsync();
        await vault.AppendAsync(300);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => new Sealer(vault.Source, vault.Rows, vault.Folder, vault.Clock).Seal(Vault.Key, TimeSpan.Zero, CancellationToken.None)));
        await vault.SealAsync();
        var check = await vault.VerifyAsync();
        (check.Count, check.Size).ShouldBe((0, 300));
        var kept = await new SealedLog(vault.Source).Since(0, 100, CancellationToken.None);
        (await vault.Folder.All([Vault.Key.Public]).Select(published => published.Checkpoint?.Size).ToArrayAsync()).ShouldBe(kept.Select(checkpoint => (long?)checkpoint.Size), "each is published once");
    }

    [Fact]
    public async Task A_backlog_is_sealed_in_parts_and_each_event_read_once()
    {
        await using var vault = await Vault.NewAsync();
        await vault.AppendAsync(600);
        await vault.ExecuteAsync("analyze mt_events");
        var before = await ReadAsync();
        var sealer = new Sealer(vault.Source, vault.Rows, vault.Folder, vault.Clock) { MostAtOnce = 50 };
        var passes = 1;
        for (; (await sealer.Seal(Vault.Key, TimeSpan.Zero, CancellationToken.None)).IsFull; passes++)
            await Task.Yield();

        passes.ShouldBe(13, "the last one finds nothing more");
        (await ReadAsync() - before).ShouldBeInRange(600, 700, "each once, and the planner looks at an end of the index");
        (await vault.VerifyAsync()).Size.ShouldBe(600);

        // The database counts what a connection has read when it ends.
        async Task<long> ReadAsync()
        {
            vault.Source.Clear();
            await using var owner = Npgsql.NpgsqlDataSource.Create(vault.Address);
            while (await owner.ScalarAsync("select count(*) from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()") is not 0L)
                await Task.Delay(50);
            return (long)(await owner.ScalarAsync("select seq_tup_read + idx_tup_fetch from pg_stat_user_tables where relname = 'mt_events'"))!;
        }
    }

    [Fact]
    public async Task Checkpoints_come_no_more_often_than_wanted_and_not_without_news()
    {
        await using var vault = await Vault.NewAsync();
        await vault.AppendAsync(5);
        (await vault.SealAsync()).Checkpoint!.Size.ShouldBe(5);
        (await vault.SealAsync()).Checkpoint.ShouldBeNull("nothing is new");
        await vault.AppendAsync(6);
        (await vault.Sealer.Seal(Vault.Key, TimeSpan.FromHours(1), CancellationToken.None)).Checkpoint.ShouldBeNull("the last one is too young");
    }

    [Fact]
    public async Task A_checkpoint_that_could_not_be_published_is_published_next_time()
    {
        await using var vault = await Vault.SealedAsync();
        var file = System.IO.Directory.GetFiles(vault.Folder.Path, "*.checkpoints").Single();
        var text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, text[..(text.TrimEnd('\n').LastIndexOf("\n\n", StringComparison.Ordinal) - 20)]);
        await vault.SealAsync();
        (await File.ReadAllTextAsync(file)).ShouldBe(text, "the rest of the one that was cut off is replaced by the whole one");
    }

    [Fact]
    public async Task A_database_that_is_older_than_its_proof_is_not_signed()
    {
        await using var vault = await Vault.SealedAsync();
        await using var older = await Vault.NewAsync();
        await older.AppendAsync(50);
        foreach (var file in System.IO.Directory.GetFiles(vault.Folder.Path))
            File.Copy(file, Path.Combine(older.Folder.Path, Path.GetFileName(file)));
        (await Should.ThrowAsync<InvalidDataException>(older.SealAsync)).Message.ShouldContain("older than its proof");
    }

    [Fact]
    public async Task Another_key_is_not_accepted_in_the_folder()
    {
        await using var vault = await Vault.SealedAsync();
        using var other = LogKey.From(Vault.Key.Name, LogKey.NewSecret());
        await Should.ThrowAsync<InvalidDataException>(() => vault.Sealer.Seal(other, TimeSpan.Zero, CancellationToken.None));
    }

    [Fact]
    public async Task An_export_is_checked_with_the_public_key_alone()
    {
        await using var vault = await Vault.SealedAsync();
        var (whole, chosen) = (await vault.ExportAsync(_ => true), await vault.ExportAsync(position => position % 50 == 0));
        var (all, some) = (await CheckAsync(whole), await CheckAsync(chosen));
        (all.Events, all.Checkpoints, all.IsProved).ShouldBe((Vault.Events, 3, true));
        (some.Events, some.IsProved).ShouldBe((Vault.Events / 50, true));
        chosen.Split('\n')[0].ShouldContain("\"proof\":[");
    }

    /// <summary>There is one connection, which it takes when something is written.</summary>
    [Theory, InlineData(1), InlineData(7), InlineData(100), InlineData(600), InlineData(1000)]
    public async Task An_export_is_the_same_in_whatever_pages_and_holds_no_connection_while_it_is_written(int atOnce)
    {
        await using var vault = await Vault.SealedAsync();
        var (lines, expected, writer, index) = (new ExportLines(), new StringBuilder(), new CanonicalWriter(), 0L);
        var notes = (await new SealedLog(vault.Source).Since(0, 10, CancellationToken.None)).ToDictionary(kept => kept.Size, kept => kept.Note);
        await foreach (var e in vault.Rows.Read(0, long.MaxValue))
        {
            expected.Append(Encoding.UTF8.GetString(lines.Event(e, index++, e.Seal(writer), null)));
            if (notes.TryGetValue(index, out var note))
                expected.Append(Encoding.UTF8.GetString(lines.Checkpoint(note)));
        }

        await using var narrow = Npgsql.NpgsqlDataSource.Create(new Npgsql.NpgsqlConnectionStringBuilder(TestPostgres.RuntimeNameOf(vault.Address)) { MaxPoolSize = 1, Timeout = 5 }.ConnectionString);
        await using var taken = new TakingAConnection(narrow);
        (await new LogExport(narrow, new(narrow, "public")) { AtOnce = atOnce }.Whole(taken, CancellationToken.None)).ShouldBe(Vault.Events);
        Encoding.UTF8.GetString(taken.ToArray()).ShouldBe(expected.ToString());
    }

    [Theory]
    [InlineData("delete from mt_events where seq_id = 257", "position 257 was sealed and is gone")]
    [InlineData("update proof.leaves set positions = substring(positions for 80) where number = 2", "does not hold the event at position 523")]
    public async Task An_export_of_a_damaged_log_says_where_it_is(string sql, string wrong)
    {
        await using var vault = await Vault.SealedAsync();
        await vault.ExecuteAsync(sql);
        (await Should.ThrowAsync<InvalidDataException>(() => vault.ExportAsync(_ => true))).Message.ShouldContain(wrong);
    }

    private sealed class TakingAConnection(Npgsql.NpgsqlDataSource source) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await base.WriteAsync(buffer, cancellationToken);
        }
    }

    private static Task<ExportCheck> CheckAsync(string export) =>
        new ExportVerifier(LogPublicKey.Parse(Vault.Key.Public.ToString())).Verify(new MemoryStream(Encoding.UTF8.GetBytes(export)));
}
