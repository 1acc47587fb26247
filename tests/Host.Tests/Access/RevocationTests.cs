namespace EventSourcedOrgs.Host.Tests.Access;

/// <summary>What was taken away is gone for every check that starts after the acknowledgement.</summary>
public class RevocationTests
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("RELIABILITY") == "long";
    private static readonly int Rounds = Long ? 1000 : 100;
    private static readonly int Askers = Long ? 16 : 8;

    [Fact]
    public async Task No_check_allows_after_a_removal_was_acknowledged()
    {
        var acme = await Acme.With(seats: -1);
        var (group, user) = (await acme.Group(), await acme.User());
        var license = (await (await Designer.For(acme.Vendor)).License(("organizationId", acme.Id))).Id();
        await acme.Vendor.Put($"{acme.Path}/licenses/{license}/user-groups/{group}").Expect(204);
        var (revoked, asked, stop) = (0L, 0L, false);

        var asking = Enumerable.Range(0, Askers).Select(async _ =>
        {
            while (!Volatile.Read(ref stop))
            {
                var before = Interlocked.Read(ref revoked);
                var answer = await acme.Vendor.Post("/v3/access/check?explain=false", new { userId = user, licenseId = license }).Expect(200);
                Interlocked.Increment(ref asked);
                // An odd count: the removal was acknowledged before we asked, and nobody has put the user back since.
                if (before % 2 == 1 && Interlocked.Read(ref revoked) == before)
                    answer["allowed"]!.GetValue<bool>().ShouldBeFalse();
            }
        }).ToArray();

        for (var round = 0; round < Rounds; round++)
        {
            await acme.Vendor.Post($"{acme.Path}/user-groups/{group}/users", new { userIds = new[] { user } }).Expect(204);
            await acme.Vendor.Delete($"{acme.Path}/user-groups/{group}/users/{user}").Expect(204);
            Interlocked.Increment(ref revoked);
            await acme.Vendor.Post("/v3/access/check?explain=false", new { userId = user, licenseId = license }).Expect(200);
            Interlocked.Increment(ref revoked);
        }

        Volatile.Write(ref stop, true);
        await Task.WhenAll(asking);
        Interlocked.Read(ref asked).ShouldBeGreaterThan(Rounds);
    }

    [Fact]
    public async Task A_deleted_group_takes_exactly_what_only_it_gave()
    {
        var acme = await Acme.With(seats: -1);
        var (engineers, writers) = (await acme.Group("Engineers"), await acme.Group("Writers"));
        var (one, both) = (await acme.User(engineers), await acme.User(engineers, writers));
        var designer = await Designer.For(acme.Vendor);
        var (pro, draft) = ((await designer.License(("organizationId", acme.Id))).Id(), (await designer.License(("organizationId", acme.Id))).Id());
        foreach (var (license, group) in ((string, string)[])[(pro, engineers), (pro, writers), (draft, engineers)])
            await acme.Vendor.Put($"{acme.Path}/licenses/{license}/user-groups/{group}").Expect(204);

        await acme.Vendor.Delete($"{acme.Path}/user-groups/{engineers}").Expect(204);

        var checks = new[] { (one, pro), (one, draft), (both, pro), (both, draft) }.Select(pair => new { userId = pair.Item1, licenseId = pair.Item2 });
        (await acme.Vendor.Post("/v3/access/check", new { checks }).Expect(200)).AsArray().Select(answer => answer!["allowed"]!.GetValue<bool>())
            .ShouldBe([false, false, true, false]);
    }
}
