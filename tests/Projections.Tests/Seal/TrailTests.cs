using EventSourcedOrgs.Proof;

namespace EventSourcedOrgs.Projections.Tests.Seal;

/// <summary>The checkpoints of the database and of the folder are compared some at a time, in whatever files they are.</summary>
public class TrailTests
{
    private const string Origin = "some.example/log\n";

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(1000)]
    public async Task The_database_is_asked_for_a_page_at_a_time(int atOnce)
    {
        await using var vault = await Vault.SealedAsync();
        var log = new SealedLog(vault.Source);
        (await Sizes(log.UpTo(long.MaxValue, atOnce))).ShouldBe([100, 350, 600]);
        (await Sizes(log.UpTo(350, atOnce))).ShouldBe([100, 350]);
        (await Sizes(log.UpTo(99, atOnce))).ShouldBeEmpty();

        static ValueTask<List<long>> Sizes(IAsyncEnumerable<KeptCheckpoint> checkpoints) => checkpoints.Select(kept => kept.Size).ToListAsync();
    }

    [Fact]
    public async Task A_day_of_the_folder_is_read_when_its_checkpoints_come_next_and_as_it_was()
    {
        await using var vault = await Vault.SealedAsync();
        var (notes, later) = await InTwoFilesAsync(vault);
        await using (var trail = await OpenAsync(vault, new()))
        {
            await File.AppendAllTextAsync(later, notes[0]);
            (trail.Size, await Taken(trail)).ShouldBe((100, 2));
            (trail.Size, await Taken(trail)).ShouldBe((350, 2));
            (trail.Size, await Taken(trail)).ShouldBe((600, 2), "what has come since is not looked at");
            trail.Size.ShouldBeNull();
        }

        await File.WriteAllTextAsync(later, notes[2]);
        await using var other = await OpenAsync(vault, new());
        File.Delete(later);
        (other.Size, await Taken(other)).ShouldBe((100, 2));
        await Should.ThrowAsync<FileNotFoundException>(() => other.Take(CancellationToken.None), "600 events are next after 350");
    }

    [Fact]
    public async Task Files_that_overlap_and_checkpoints_that_are_there_twice_are_right()
    {
        await using var vault = await Vault.SealedAsync();
        var (notes, later) = await InTwoFilesAsync(vault);
        await File.WriteAllTextAsync(later, notes[2] + notes[0]);
        await File.WriteAllTextAsync(Path.Combine(vault.Folder.Path, "1999-01-01.checkpoints"), notes[1] + notes[2] + notes[1]);
        var check = await vault.VerifyAsync();
        (check.Count, check.Checkpoints).ShouldBe((0, 10));
    }

    [Fact]
    public async Task What_is_missing_on_one_side_or_forged_is_found_in_whatever_file()
    {
        await using var vault = await Vault.SealedAsync();
        var (notes, later) = await InTwoFilesAsync(vault);
        await File.WriteAllTextAsync(later, notes[2] + notes[1].Replace("position 350", "position 349", StringComparison.Ordinal));
        await File.WriteAllTextAsync(System.IO.Directory.GetFiles(vault.Folder.Path, "2026-*.checkpoints").Single(), notes[0]);
        await vault.ExecuteAsync("delete from proof.checkpoint where size = 100");
        (await vault.VerifyAsync()).Found.Select(finding => finding.Code).Order().ShouldBe([Findings.CheckpointForged, Findings.CheckpointMissing, Findings.CheckpointMissing]);
    }

    /// <summary>The last checkpoint in a file of a later day; answers the texts of the three, and that file.</summary>
    private static async Task<(string[] Notes, string Later)> InTwoFilesAsync(Vault vault)
    {
        var file = System.IO.Directory.GetFiles(vault.Folder.Path, "*.checkpoints").Single();
        string[] notes = [.. (await File.ReadAllTextAsync(file)).Split(Origin, StringSplitOptions.RemoveEmptyEntries).Select(rest => Origin + rest)];
        var later = Path.Combine(vault.Folder.Path, "2099-01-01.checkpoints");
        await File.WriteAllTextAsync(file, notes[0] + notes[1]);
        await File.WriteAllTextAsync(later, notes[2]);
        return (notes, later);
    }

    private static async Task<CheckpointTrail> OpenAsync(Vault vault, Audit audit)
    {
        var trail = new CheckpointTrail(new(vault.Source), vault.Folder, [Vault.Key.Public], audit);
        await trail.Open(CancellationToken.None);
        return trail;
    }

    private static async Task<int> Taken(CheckpointTrail trail) => (await trail.Take(CancellationToken.None)).Count;
}
