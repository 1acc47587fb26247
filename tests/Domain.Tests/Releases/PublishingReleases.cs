using EventSourcedOrgs.Domain.Releases;

namespace EventSourcedOrgs.Domain.Tests.Releases;

public class PublishingReleases : Spec<Release, ReleaseEvent>
{
    private static readonly ReleaseId Spring = new(Number(951));
    private static readonly ReleaseFile Setup = new(new(Number(961)), "setup.exe", 3, "900150983cd24fb0d6963f7d28e17f72", "ba78", true, Number(971), null);

    private static readonly ReleaseCreated Created = new(Spring, Designer, "Spring", "2.1", "stable", ["windows"], false, "Faster", null);
    private static readonly ReleasePublished Published = new(Spring, Noon);
    private static readonly ReleaseFileAdded Added = new(Spring, Setup, Noon);

    private static readonly ReleaseChanges Unchanged = new("Spring", "2.1", "stable", new Optional<ValueList<string>>(true, ["windows"]), false, "Faster");

    [Fact]
    public void The_vendor_prepares_a_release() =>
        Release.New(Spring, Designer, "Spring", "2.1", "stable", ["windows"], false, "Faster", null).ShouldBe([Created]);

    [Fact]
    public void Until_it_is_published_everything_can_change() =>
        Given(Created).When(release => release.Change(new("Summer", "2.2", "beta", new Optional<ValueList<string>>(true, ["linux"]), true, new Optional<string?>(true, null)))).Then(
            new ReleaseRenamed(Spring, "Summer"), new ReleaseVersionChanged(Spring, "2.2"), new ReleaseChannelChanged(Spring, "beta"),
            new ReleasePlatformsChanged(Spring, ["linux"]), new ReleasePrivacyChanged(Spring, true), new ReleaseNotesChanged(Spring, null));

    [Fact]
    public void The_same_again_is_no_change() => Given(Created).When(release => release.Change(Unchanged)).ThenNothing();

    [Fact]
    public void It_is_published_once() => Given(Created).When(release => release.Publish(Noon)).Then(Published);

    [Fact]
    public void Published_it_stays_as_it_is()
    {
        Given(Created, Added, Published).When(release => release.Change(Unchanged)).ThenRefused(Refusal.ReleaseIsPublished);
        Given(Created, Added, Published).When(release => release.Add(Setup with { Name = "more.exe" }, Noon)).ThenRefused(Refusal.ReleaseIsPublished);
        Given(Created, Added, Published).When(release => release.Expect("more.exe")).ThenRefused(Refusal.ReleaseIsPublished);
        Given(Created, Added, Published).When(release => release.Remove(Setup.Id)).ThenRefused(Refusal.ReleaseIsPublished);
    }

    [Fact]
    public void A_published_release_is_archived() => Given(Created, Published).When(release => release.Archive()).Then(new ReleaseArchived(Spring));

    [Fact]
    public void What_nobody_got_is_not_archived() => Given(Created).When(release => release.Archive()).ThenRefused(Refusal.ReleaseIsNotPublished);

    [Fact]
    public void It_is_deleted_published_or_not()
    {
        Given(Created).When(release => release.Delete()).Then(new ReleaseDeleted(Spring));
        Given(Created, Published).When(release => release.Delete()).Then(new ReleaseDeleted(Spring));
    }

    [Fact]
    public void A_file_is_added() => Given(Created).When(release => release.Add(Setup, Noon)).Then(Added);

    [Fact]
    public void A_file_of_the_same_name_takes_the_place_and_the_id_of_the_one_before()
    {
        var newer = Setup with { Id = new(Number(962)), Sha256 = "cb00", Content = Number(972) };

        Given(Created, Added).When(release => release.Add(newer, Noon.AddHours(1))).Then(new ReleaseFileAdded(Spring, newer with { Id = Setup.Id }, Noon.AddHours(1)));
        Given(Created, Added, new ReleaseFileAdded(Spring, newer with { Id = Setup.Id }, Noon.AddHours(1))).State.Files
            .ShouldBe([new HeldFile(newer with { Id = Setup.Id }, Noon, Noon.AddHours(1))]);
    }

    [Fact]
    public void The_same_bytes_again_change_nothing() =>
        Given(Created, Added).When(release => release.Add(Setup with { Id = new(Number(962)), Content = Number(972) }, Noon.AddHours(1))).ThenNothing();

    [Fact]
    public void A_file_is_removed() =>
        Given(Created, Added).When(release => release.Remove(Setup.Id)).OnlyOnce(Refusal.ReleaseFileNotFound).Then(new ReleaseFileRemoved(Spring, Setup.Id));

    [Fact]
    public void There_are_a_hundred_files_at_most()
    {
        ReleaseEvent[] full = [Created, .. Enumerable.Range(0, Release.MostFiles).Select(n => new ReleaseFileAdded(Spring, Setup with { Id = new(Number(2000 + n)), Name = $"{n}" }, Noon))];

        Given(full).When(release => release.Add(Setup, Noon)).ThenRefused(Refusal.TooManyReleaseFiles);
        Given(full).When(release => release.Expect("7")).ThenNothing();
    }

    [Fact]
    public void What_is_not_there_is_not_found()
    {
        ReleaseEvent[] gone = [Created, Added, new ReleaseDeleted(Spring)];
        Given(gone).When(release => release.Change(Unchanged)).ThenRefused(Refusal.ReleaseNotFound);
        Given(gone).When(release => release.Publish(Noon)).ThenRefused(Refusal.ReleaseNotFound);
        Given(gone).When(release => release.Archive()).ThenRefused(Refusal.ReleaseNotFound);
        Given(gone).When(release => release.Add(Setup, Noon)).ThenRefused(Refusal.ReleaseNotFound);
        Given(gone).When(release => release.Remove(Setup.Id)).ThenRefused(Refusal.ReleaseFileNotFound);
        Given().When(release => release.Delete()).ThenRefused(Refusal.ReleaseNotFound);
    }

    [Fact]
    public void An_old_release_keeps_its_day_of_birth() =>
        Given(Created with { IssuedAt = Noon.AddYears(-3) }).State.CreatedAt.ShouldBe(Noon.AddYears(-3));
}
