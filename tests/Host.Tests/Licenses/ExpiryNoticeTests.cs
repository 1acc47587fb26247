using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Application.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EventSourcedOrgs.Host.Tests.Licenses;

/// <summary>Time alone makes a licence expire; that is told once, however many Hosts look and however often they start.</summary>
public sealed class ExpiryNoticeTests
{
    private static readonly string[] Told = ["license_created_v1", "license_expiring_soon_v1", "license_expired_v1"];

    [Fact]
    public async Task It_is_told_once_by_several_hosts_and_after_restarts()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2032, 5, 6, 7, 8, 9, TimeSpan.Zero));
        await using var first = await TestHost.StartAsync(services => services.AddSingleton<TimeProvider>(clock));
        var designer = await Designer.For(await first.Vendor());
        var ids = new List<string>();
        for (var n = 0; n < 12; n++)
            ids.Add((await designer.License(("expiresAt", clock.GetUtcNow().AddDays(40)), ("expiringSoonEventOffset", 86_400))).Id());
        var perpetual = (await designer.License()).Id();

        await TestHost.AlongsideAsync(first, clock, async second =>
        {
            foreach (var days in new[] { 38, 1, 1, 5 })
            {
                clock.Advance(TimeSpan.FromDays(days));
                await Task.WhenAll(Enumerable.Range(0, 6).Select(n => Tell(n % 2 == 0 ? first : second)));
            }
        });
        await TestHost.AlongsideAsync(first, clock, Tell);

        foreach (var id in ids)
            (await first.EventsOf(id)).ShouldBe(Told);
        (await first.EventsOf(perpetual)).ShouldBe(["license_created_v1"]);

        var vendor = await first.Vendor();
        await vendor.Patch($"/v3/licenses/{ids[0]}/expires-at", new { expiresAt = clock.GetUtcNow().AddDays(2) }).Expect(200);
        await Tell(first);
        (await first.EventsOf(ids[0])).ShouldBe([.. Told, "license_expiry_changed_v1"]);
        clock.Advance(TimeSpan.FromDays(1));
        await Tell(first);
        (await first.EventsOf(ids[0]))[^1].ShouldBe("license_expiring_soon_v1");

        var lines = (await (await first.Vendor()).Get($"/v3/licenses/{ids[1]}/activation-history?kind=expired&minPosition={await first.Position()}").Expect(200)).AsArray();
        lines.ShouldHaveSingleItem()!["at"]!.GetValue<DateTimeOffset>().ShouldBe(new DateTimeOffset(2032, 6, 15, 7, 8, 9, TimeSpan.Zero));
    }

    private static async Task Tell(TestHost host)
    {
        while ((await host.Services.GetRequiredService<Commands>().Run(new TellExpiries(), Envelope.System, null, CancellationToken.None)).Result.Value > 0)
            await Task.Yield();
    }
}
