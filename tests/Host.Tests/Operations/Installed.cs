using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EventSourcedOrgs.Host.Tests.Operations;

/// <summary>What two installations are compared by.</summary>
internal static class Installed
{
    /// <summary>A Host whose checkpoints go to a folder.</summary>
    public static Task<TestHost> Publishing(string folder, string? owner = null) => TestHost.StartAsync(
        services => services.AddSingleton(new SealingOptions(folder) { BetweenCheckpoints = TimeSpan.FromMilliseconds(50) }), owner);

    /// <summary>Of each table of the read models how many rows there are and a digest of what they say. Sealed values differ each time they are sealed, so of them whose they are.</summary>
    public static async Task<IReadOnlyList<string>> Digests(TestHost host)
    {
        var digests = new List<string>();
        foreach (var table in host.Services.GetServices<ReadModel>().SelectMany(model => model.Tables).Distinct().Select(table => table.Name).Order(StringComparer.Ordinal))
        {
            digests.Add(await host.Scalar<string>(
                $$"""
                 select '{{table}} ' || count(*) || ' ' || coalesce(sum(hashtextextended(regexp_replace(to_jsonb(t)::text, '"data": "[A-Za-z0-9+/=]*", "person": "', '"person": "', 'g'), 0)::numeric), 0) from {{table}} t
                 """));
        }

        return digests;
    }

    /// <summary>Everything that is recorded of every event.</summary>
    public static Task<string> Events(TestHost host) =>
        host.Scalar<string>("select count(*) || ' ' || md5(string_agg(to_jsonb(e)::text, '' order by seq_id)) from events.mt_events e");

    /// <summary>Waits until everything is in the read models and sealed under a checkpoint, which is published after it is committed.</summary>
    public static async Task Settled(TestHost host)
    {
        var position = await host.Position();
        var progress = host.Services.GetRequiredService<Progress>();
        foreach (var model in host.Services.GetServices<ReadModel>())
            (await progress.WaitForAsync(model.Name, position, TimeSpan.FromSeconds(60), CancellationToken.None)).ShouldBeTrue(model.Name);
        for (var tries = 0; await Sealed(host) < position; tries++)
        {
            tries.ShouldBeLessThan(1200, "everything is sealed some time");
            await Task.Delay(50);
        }
    }

    /// <summary>The last position under a checkpoint that who reads the folder sees; without a folder, that is in the database.</summary>
    private static async Task<long> Sealed(TestHost host)
    {
        if (host.Services.GetRequiredService<SealingOptions>().Folder is not { } path)
            return await host.Scalar<long>("select coalesce(max(position), 0) from proof.checkpoint");
        var folder = new CheckpointFolder(path);
        return await folder.Key(CancellationToken.None) is { } key ? (await folder.Latest(Proof.LogPublicKey.Parse(key), CancellationToken.None))?.Position ?? 0 : 0;
    }

    /// <summary>Makes every read model anew; answers how many rows differed.</summary>
    public static async Task<long> Rebuilt(TestHost host) =>
        (await host.Services.GetRequiredService<Rebuilder>().RunAsync([.. host.Services.GetServices<ReadModel>()], replace: true, null, CancellationToken.None)).Sum(drift => drift.Rows);

    /// <summary>The check of the live database against a folder of checkpoints.</summary>
    public static async Task<LogCheck> Verified(TestHost host, string folder)
    {
        await using var database = NpgsqlDataSource.Create(host.Owner);
        var key = Proof.LogPublicKey.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "log.pub")));
        return await new LogVerifier(database, new(database)).Verify([key], new(folder));
    }
}
