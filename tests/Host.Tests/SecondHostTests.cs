namespace EventSourcedOrgs.Host.Tests;

/// <summary>Of several Hosts over one database one follows; what the others tell is not older for it.</summary>
public sealed class SecondHostTests
{
    [Fact]
    public async Task Who_does_not_follow_tells_what_was_followed_from_its_first_answer_on()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: -1, host);
        await acme.User();
        await acme.Settled();

        await TestHost.AlongsideAsync(host, TimeProvider.System, async second =>
        {
            using var reader = second.Client(acme.Vendor.DefaultRequestHeaders.Authorization!.Parameter);
            var known = await Told(reader);
            known.ShouldBe(await Told(acme.Vendor));

            // Nobody asks the second one for what is new, and it writes nothing itself.
            var user = await acme.User();
            await acme.Settled();
            for (var tries = 0; (await Told(reader)) == known; tries++)
            {
                tries.ShouldBeLessThan(100, "what another Host has followed is told soon");
                await Task.Delay(100);
            }

            (await Told(reader)).ShouldContain(user);
        });

        async Task<string> Told(HttpClient client) => string.Join(' ', (await client.Get($"{acme.Path}/history").Expect(200)).AsArray().Select(line => line!["resource"]!.Id()));
    }
}
