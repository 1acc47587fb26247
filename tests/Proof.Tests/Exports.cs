using System.Text;

namespace EventSourcedOrgs.Proof.Tests;

/// <summary>An export is proved when a signed checkpoint vouches for every event in it, for those with a proof of their own and for those without.</summary>
public class Exports
{
    private const int Events = 4;

    private static readonly LogKey Key = LogKey.From("vendor.example/log", new byte[32]);

    private readonly Dictionary<(int Level, long Number), Digest> nodes = [];
    private readonly Digest[] roots = new Digest[Events + 1];

    public Exports()
    {
        var root = new MerkleRoot { Completed = (level, number, hash) => nodes[(level, number)] = hash };
        for (var i = 0; i < Events; i++)
        {
            root.Add(nodes[(0, i)] = LeafOf(Some(i)));
            roots[i + 1] = root.Hash;
        }
    }

    [Fact]
    public async Task Whole_and_chosen_events_in_one_file_are_proved()
    {
        var check = await CheckAsync(Line(0), Line(1), CheckpointOf(2), await ProvedAsync(3), CheckpointOf(4));
        check.Found.ShouldBeEmpty();
        (check.Events, check.IsProved, check.Last!.Size).ShouldBe((3, true, 4));
    }

    [Fact]
    public async Task An_event_without_a_proof_is_not_proved_by_that_of_another()
    {
        var check = await CheckAsync(Line(0, Forged(0)), await ProvedAsync(3), CheckpointOf(4));
        check.IsProved.ShouldBeFalse();
        check.Found.Select(finding => finding.Code).ShouldBe([Findings.LogShortened, Findings.CheckpointMissing]);
    }

    [Fact]
    public async Task As_many_forged_events_as_were_signed_are_not_proved_by_the_proof_of_one()
    {
        var check = await CheckAsync([.. Enumerable.Range(0, Events).Select(i => Line(i, Forged(i))), await ProvedAsync(3), CheckpointOf(4)]);
        check.IsProved.ShouldBeFalse();
        check.Found[0].Code.ShouldBe(Findings.CheckpointDiffers);
        check.Last.ShouldBeNull("no checkpoint was right");
    }

    [Fact]
    public async Task A_forged_event_behind_what_was_signed_is_not_proved_by_the_proof_of_another()
    {
        var check = await CheckAsync([.. Enumerable.Range(0, Events).Select(i => Line(i)), CheckpointOf(4), Line(Events, Forged(Events)), await ProvedAsync(3), CheckpointOf(4)]);
        check.IsProved.ShouldBeFalse();
        check.Found[0].Code.ShouldBe(Findings.LogShortened);
    }

    [Theory]
    [InlineData("\"checkpoint\":\"\",")]
    [InlineData("\"row\":{},")]
    [InlineData("\"export\":{},")]
    public async Task An_event_in_a_line_that_is_something_else_as_well_is_not_passed_over(string other)
    {
        var line = Line(0, Forged(0)).Insert(1, other.Replace("\"\"", $"\"{JsonOf(CheckpointOf(4))}\"", StringComparison.Ordinal));
        var check = await CheckAsync([.. Enumerable.Range(0, Events).Select(i => Line(i)), line, CheckpointOf(4)]);
        check.IsProved.ShouldBeFalse();
        check.Found[0].Code.ShouldBe(Findings.LineUnreadable);

        static string JsonOf(string checkpoint) => System.Text.Json.JsonDocument.Parse(checkpoint).RootElement.GetProperty("checkpoint").GetRawText().Trim('"');
    }

    [Theory]
    [InlineData("{\"checkpoint\":null}")]
    [InlineData("{\"index\":0,\"leaf\":null,\"event\":{\"position\":1}}")]
    [InlineData("{\"index\":0,\"leaf\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"proof\":[null],\"event\":{\"position\":1}}")]
    public async Task Null_in_place_of_a_text_is_found(string line)
    {
        var check = await CheckAsync($"{line}\n", Line(0), CheckpointOf(1));
        check.IsProved.ShouldBeFalse();
        check.Found.ShouldContain(finding => finding.Code == Findings.LineUnreadable);
    }

    [Fact]
    public async Task A_line_with_two_events_is_not_read_as_one()
    {
        var line = Line(0).Replace("\"event\":", $"\"event\":{Forged(0)},\"event\":", StringComparison.Ordinal);
        (await CheckAsync(line, CheckpointOf(1))).Found[0].Code.ShouldBe(Findings.LineUnreadable);
        (await CheckAsync(Line(0), CheckpointOf(1))).IsProved.ShouldBeTrue();
    }

    private static SealedEvent Some(int index) => new(
        index + 1, new($"00000000-0000-0000-0000-00000000000{index}"), Guid.Empty, index + 1, "license_created_v1", DateTimeOffset.UnixEpoch, "{}"u8.ToArray(), null, "user:1", null, null, "*DEFAULT*", IsArchived: false);

    private static SealedEvent Forged(int index) => Some(index) with { Actor = "user:2" };

    private static Digest LeafOf(SealedEvent e) => e.Seal(new CanonicalWriter());

    private static string Line(int index, SealedEvent? e = null) =>
        Encoding.UTF8.GetString(new ExportLines().Event(e ?? Some(index), index, LeafOf(e ?? Some(index)), null));

    private async Task<string> ProvedAsync(int index) => Encoding.UTF8.GetString(new ExportLines().Event(
        Some(index), index, LeafOf(Some(index)), await new MerkleTree(Events, (level, number, _) => new(nodes[(level, number)])).Inclusion(index)));

    private string CheckpointOf(int size) =>
        Encoding.UTF8.GetString(new ExportLines().Checkpoint(new Checkpoint(Key.Name, size, roots[size], size, DateTimeOffset.UnixEpoch).Sign(Key)));

    private static Task<ExportCheck> CheckAsync(params string[] lines) => new ExportVerifier(Key.Public).Verify(new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(lines))));
}
