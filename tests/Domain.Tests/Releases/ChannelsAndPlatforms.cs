using EventSourcedOrgs.Domain.Releases;

namespace EventSourcedOrgs.Domain.Tests.Releases;

public class ReleaseChannels : Spec<ReleaseChannel, ReleaseChannelEvent>
{
    private static readonly ReleaseChannelId Beta = new(Number(981));
    private static readonly ReleaseChannelCreated Created = new(Beta, "beta", "Beta", "Early", false, [Designer]);

    [Fact]
    public void The_vendor_makes_a_channel() => ReleaseChannel.New(Beta, "beta", "Beta", "Early", false, [Designer]).ShouldBe([Created]);

    [Fact]
    public void All_but_its_name_changes() =>
        Given(Created).When(beta => beta.Change("Preview", new Optional<string?>(true, null), true, new Optional<ValueList<ProductId>>(true, []))).Then(
            new ReleaseChannelDisplayNameChanged(Beta, "Preview"), new ReleaseChannelDescriptionChanged(Beta, null), new ReleaseChannelPrivacyChanged(Beta, true),
            new ReleaseChannelProductsChanged(Beta, []));

    [Fact]
    public void The_same_again_is_no_change() =>
        Given(Created).When(beta => beta.Change("Beta", "Early", false, new Optional<ValueList<ProductId>>(true, [Designer]))).ThenNothing();

    [Fact]
    public void One_without_releases_is_deleted() => Given(Created).When(beta => beta.Delete(inUse: false)).Then(new ReleaseChannelDeleted(Beta));

    [Fact]
    public void One_with_releases_is_not() => Given(Created).When(beta => beta.Delete(inUse: true)).ThenRefused(Refusal.ReleaseChannelInUse);

    [Fact]
    public void What_is_not_there_is_not_found()
    {
        Given().When(beta => beta.Change("Preview", default, default, default)).ThenRefused(Refusal.ReleaseChannelNotFound);
        Given().When(beta => beta.Delete(inUse: false)).ThenRefused(Refusal.ReleaseChannelNotFound);
    }
}

public class ReleasePlatforms : Spec<ReleasePlatform, ReleasePlatformEvent>
{
    private static readonly ReleasePlatformId Windows = new(Number(991));
    private static readonly ReleasePlatformCreated Created = new(Windows, "windows", "Windows", null, []);

    [Fact]
    public void The_vendor_makes_a_platform() => ReleasePlatform.New(Windows, "windows", "Windows", null, []).ShouldBe([Created]);

    [Fact]
    public void All_but_its_name_changes() =>
        Given(Created).When(windows => windows.Change("Windows 11", "x64", new Optional<ValueList<ProductId>>(true, [Designer]))).Then(
            new ReleasePlatformDisplayNameChanged(Windows, "Windows 11"), new ReleasePlatformDescriptionChanged(Windows, "x64"),
            new ReleasePlatformProductsChanged(Windows, [Designer]));

    [Fact]
    public void One_that_releases_run_on_is_not_deleted()
    {
        Given(Created).When(windows => windows.Delete(inUse: true)).ThenRefused(Refusal.ReleasePlatformInUse);
        Given(Created).When(windows => windows.Delete(inUse: false)).Then(new ReleasePlatformDeleted(Windows));
    }

    [Fact]
    public void What_is_not_there_is_not_found()
    {
        Given().When(windows => windows.Change("Windows 11", default, default)).ThenRefused(Refusal.ReleasePlatformNotFound);
        Given().When(windows => windows.Delete(inUse: false)).ThenRefused(Refusal.ReleasePlatformNotFound);
    }
}
