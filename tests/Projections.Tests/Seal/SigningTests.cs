using EventSourcedOrgs.Proof;
using Microsoft.Extensions.Time.Testing;

namespace EventSourcedOrgs.Projections.Tests.Seal;

/// <summary>Whoever writes the database does not lead the service to sign or to publish what it did not seal.</summary>
public class SigningTests
{
    private const string SealAnew = "delete from proof.leaves; delete from proof.tile;";

    /// <summary>600 events are sealed, and the checkpoint of them waits to be published.</summary>
    [Theory]
    [InlineData("insert into proof.checkpoint values (700, 700, 'nobody signed this', '2099-01-01')", "not signed by this log")]
    [InlineData("insert into proof.checkpoint select 700, position, note, '2099-01-01' from proof.checkpoint where size = 100", "says otherwise")]
    [InlineData("update proof.checkpoint set position = 599 where size = 600", "says otherwise")]
    [InlineData("update mt_events set user_name = 'somebody else' where seq_id = 500;" + SealAnew, "600 events of the log are not what was signed")]
    [InlineData("delete from mt_events where seq_id > 400; update mt_event_progression set last_seq_id = 400;" + SealAnew, "the log holds 400")]
    public async Task A_checkpoint_in_the_database_that_is_not_of_this_log_is_not_published(string sql, string wrong)
    {
        await using var vault = await Vault.SealedAsync();
        var published = await WithoutLastAsync(vault);
        await vault.ExecuteAsync(sql);
        (await Should.ThrowAsync<InvalidDataException>(vault.SealAsync)).Message.ShouldContain(wrong);
        System.IO.Directory.GetFiles(vault.Folder.Path, "*.checkpoints").ShouldBe([published.File]);
        (await File.ReadAllTextAsync(published.File)).ShouldNotContain("nobody signed this");
    }

    /// <summary>Nothing of a row but what was signed says where it belongs.</summary>
    [Fact]
    public async Task A_checkpoint_is_published_on_the_day_that_was_signed()
    {
        await using var vault = await Vault.SealedAsync();
        var published = await WithoutLastAsync(vault);
        await vault.ExecuteAsync("update proof.checkpoint set made_at = '2099-01-01' where size = 600");
        await vault.SealAsync();
        System.IO.Directory.GetFiles(vault.Folder.Path, "*.checkpoints").ShouldBe([published.File]);
        (await File.ReadAllTextAsync(published.File)).ShouldBe(published.Text);
    }

    [Fact]
    public async Task What_was_missed_is_published_some_at_a_time_each_on_its_day()
    {
        await using var vault = await Vault.SealedAsync();
        for (var day = 0; day < 3; day++)
        {
            vault.Clock.Advance(TimeSpan.FromHours(20));
            await vault.AppendAsync(5 + day);
            await vault.SealAsync();
        }

        var published = await FilesAsync(vault);
        published.Count.ShouldBe(4);
        System.IO.Directory.GetFiles(vault.Folder.Path, "*.checkpoints").ToList().ForEach(File.Delete);
        var sealer = new Sealer(vault.Source, vault.Rows, vault.Folder, vault.Clock) { MostPublished = 4 };
        foreach (var size in (int[])[Vault.Events + 5, Vault.Events + 18, Vault.Events + 18])
        {
            (await sealer.Seal(Vault.Key, TimeSpan.Zero, CancellationToken.None)).Checkpoint.ShouldBeNull("nothing is new");
            (await vault.Folder.Latest(Vault.Key.Public, CancellationToken.None))!.Size.ShouldBe(size);
        }

        (await FilesAsync(vault)).ShouldBe(published);

        static async Task<List<string>> FilesAsync(Vault vault)
        {
            var files = new List<string>();
            foreach (var file in System.IO.Directory.GetFiles(vault.Folder.Path, "*.checkpoints").Order(StringComparer.Ordinal))
                files.Add($"{file}\n{await File.ReadAllTextAsync(file)}");
            return files;
        }
    }

    [Fact]
    public async Task A_checkpoint_that_is_wrong_keeps_back_what_comes_after_it_alone()
    {
        await using var vault = await Vault.SealedAsync();
        var file = System.IO.Directory.GetFiles(vault.Folder.Path, "*.checkpoints").Single();
        File.Delete(file);
        await vault.ExecuteAsync("update proof.checkpoint set position = 349 where size = 350");
        await Should.ThrowAsync<InvalidDataException>(vault.SealAsync);
        (await vault.Folder.Latest(Vault.Key.Public, CancellationToken.None))!.Size.ShouldBe(100);
    }

    [Fact]
    public async Task An_old_checkpoint_in_the_file_of_a_later_day_does_not_hide_the_last_one()
    {
        await using var vault = await Vault.SealedAsync();
        await File.WriteAllTextAsync(Path.Combine(vault.Folder.Path, "2099-01-01.checkpoints"), (await new SealedLog(vault.Source).Of(100, CancellationToken.None))!.Note + "\n");
        await vault.ExecuteAsync($"update mt_events set user_name = 'somebody else' where seq_id >= 200; delete from proof.checkpoint; {SealAnew}");
        (await Should.ThrowAsync<InvalidDataException>(vault.SealAsync)).Message.ShouldContain("600 events of the log are not what was signed");
    }

    [Fact]
    public async Task A_file_that_is_written_while_the_service_runs_is_read_again()
    {
        await using var vault = await Vault.SealedAsync();
        var published = await WithoutLastAsync(vault);
        (await vault.Folder.Latest(Vault.Key.Public, CancellationToken.None))!.Size.ShouldBe(350);
        await File.WriteAllTextAsync(published.File, published.Text);
        File.SetLastWriteTimeUtc(published.File, Vault.Noon.UtcDateTime);
        (await vault.Folder.Latest(Vault.Key.Public, CancellationToken.None))!.Size.ShouldBe(600);
        File.Delete(published.File);
        (await vault.Folder.Latest(Vault.Key.Public, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_clock_that_was_ahead_once_does_not_stop_the_signing()
    {
        await using var vault = await Vault.SealedAsync();
        vault.Clock.Advance(TimeSpan.FromDays(30));
        await vault.AppendAsync(5);
        (await vault.SealAsync()).Checkpoint!.Size.ShouldBe(Vault.Events + 5);

        await vault.AppendAsync(6);
        var right = new Sealer(vault.Source, vault.Rows, vault.Folder, new FakeTimeProvider(Vault.Noon.AddHours(1)));
        (await right.Seal(Vault.Key, TimeSpan.FromSeconds(10), CancellationToken.None)).Checkpoint!.Size.ShouldBe(Vault.Events + 11);
        await vault.AppendAsync(7);
        (await right.Seal(Vault.Key, TimeSpan.FromSeconds(10), CancellationToken.None)).Checkpoint.ShouldBeNull("the last one is young");
        (await vault.VerifyAsync()).Found.ShouldBeEmpty();
    }

    /// <summary>The last tile of leaves is the third and holds 88 of 256, that above it two nodes.</summary>
    [Theory]
    [InlineData("insert into proof.tile values (0, 3, decode(repeat('00', 32 * 256), 'hex'))")]
    [InlineData("insert into proof.tile values (0, 3, decode(repeat('00', 32), 'hex'))")]
    [InlineData("update proof.tile set hashes = hashes || decode(repeat('00', 32 * 168), 'hex') where level = 0 and number = 2")]
    [InlineData("update proof.tile set hashes = hashes || '\\x00' where level = 0 and number = 2")]
    [InlineData("update proof.tile set hashes = hashes || decode(repeat('00', 32), 'hex') where level = 1")]
    [InlineData("delete from proof.tile where level = 0 and number = 2")]
    public async Task A_tile_that_holds_more_or_less_than_was_sealed_is_not_sealed_into(string sql)
    {
        await using var vault = await Vault.SealedAsync();
        await vault.AppendAsync(300);
        await vault.ExecuteAsync(sql);
        (await Should.ThrowAsync<InvalidDataException>(vault.SealAsync)).Message.ShouldContain("history verify");
        (await new LogTiles(vault.Source).End(CancellationToken.None)).Size.ShouldBe(Vault.Events, "nothing was added");
        (await new SealedLog(vault.Source).Latest(CancellationToken.None))!.Size.ShouldBe(Vault.Events, "nothing was signed");
    }

    /// <summary>Takes the last checkpoint out of the folder; answers the file, and its text before.</summary>
    private static async Task<(string File, string Text)> WithoutLastAsync(Vault vault)
    {
        var file = System.IO.Directory.GetFiles(vault.Folder.Path, "*.checkpoints").Single();
        var text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, text[..text.IndexOf("some.example/log\n600\n", StringComparison.Ordinal)]);
        return (file, text);
    }
}
