using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Tests;

namespace EventSourcedOrgs.Host.Tests.Operations;

/// <summary>The key that the data are written with is the only one that a Host works with.</summary>
public sealed class MasterKeyTests
{
    [Fact]
    public async Task Over_data_that_another_key_was_used_for_nothing_starts_and_nothing_is_written()
    {
        var owner = await TestPostgres.CreateDatabaseAsync();
        long before;
        await using (var host = await TestHost.StartAsync(owner: owner))
        {
            await host.Vendor();
            before = await host.Position();
        }

        var settings = new HostSettings { Connection = TestPostgres.RuntimeNameOf(owner), Owner = owner, MasterKey = [.. Enumerable.Repeat((byte)7, 32)] };
        (await Should.ThrowAsync<MasterKeyException>(() => HostApplication.OpenAsync(settings))).Message.ShouldContain(MasterKey.Variable);

        await using var again = await TestHost.StartAsync(owner: owner);
        (await again.Position()).ShouldBe(before);
    }
}
