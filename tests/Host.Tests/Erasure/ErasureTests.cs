using System.Diagnostics;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Host.Tests.History;
using EventSourcedOrgs.Projections;
using EventSourcedOrgs.Proof;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EventSourcedOrgs.Host.Tests.Erasure;

/// <summary>What is left of somebody who was erased: nothing, in no table and no answer, of this Host and of another.</summary>
public sealed class ErasureTests
{
    [Fact]
    public async Task Of_who_is_erased_no_word_is_left_in_any_table_or_answer()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("eventsourcedorgs-proof-");
        await using var host = await TestHost.StartAsync(services => services.AddSingleton(new SealingOptions(folder.FullName) { BetweenCheckpoints = TimeSpan.FromMilliseconds(100) }));
        var marked = await Marked.In(host);
        var before = await host.Position();
        await Settled(host);

        var dump = await Dump.Of(host);
        foreach (var word in marked.Plain)
            dump.Where(word).ShouldNotBeEmpty(word);
        dump.Where(marked.Email).ShouldBe([host.Services.GetRequiredService<Projections.Directory>().Users.Rows.Name]);
        foreach (var word in marked.Told)
            dump.Where(word).ShouldBeEmpty(word);
        var answers = await Answers(marked, before);
        foreach (var word in marked.Plain.Append(marked.Agent))
            answers.ShouldContain(word, Case.Sensitive);
        answers.ShouldContain(marked.Told.Single(word => word.StartsWith("Machine", StringComparison.Ordinal)), Case.Sensitive);

        await TestHost.AlongsideAsync(host, TimeProvider.System, async other =>
        {
            var vendor = await other.Vendor();
            string[] paths = [$"/v3/users/{marked.Ada}/history", $"/v3/users/{marked.Bob}/history", $"/v3/activations/{marked.Laptop}/history"];
            foreach (var path in paths)
                marked.Plain.ShouldContain(word => vendor.GetStringAsync(path).Result.Contains(word));

            await marked.Acme.Vendor.Post($"/v3/users/{marked.Ada}/erase").Expect(204);
            await marked.Acme.Vendor.Delete($"/v3/users/{marked.Bob}").Expect(204);
            await marked.Acme.Vendor.Post($"/v3/users/{marked.Bob}/erase").Expect(204);
            foreach (var path in paths)
            {
                for (var watch = Stopwatch.StartNew(); (await vendor.GetStringAsync(path)) is var text && marked.Plain.Any(text.Contains);)
                {
                    watch.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(1), text);
                    await Task.Delay(100);
                }
            }
        });
        await marked.SyncAfterwards();
        await Settled(host);
        await NothingIsLeft(host, marked, before);

        var models = host.Services.GetServices<ReadModel>().ToList();
        var drift = await host.Services.GetRequiredService<Rebuilder>().RunAsync(models, replace: true, null, CancellationToken.None);
        drift.SelectMany(found => found.First).ShouldBeEmpty();
        drift.Count.ShouldBe(models.Count);
        await NothingIsLeft(host, marked, before);

        await using var database = NpgsqlDataSource.Create(host.Connection);
        var key = LogPublicKey.Parse(await host.Anonymous.GetStringAsync("/v3/history/key"));
        (await new LogVerifier(database, new(database)).Verify([key], new(folder.FullName))).Found.ShouldBeEmpty();
        folder.Delete(recursive: true);
    }

    private static async Task NothingIsLeft(TestHost host, Marked marked, long before)
    {
        var dump = await Dump.Of(host);
        var answers = await Answers(marked, before);
        foreach (var word in marked.Plain.Concat(marked.Told))
        {
            dump.Where(word).ShouldBeEmpty(word);
            answers.ShouldNotContain(word);
        }
    }

    /// <summary>What the service tells, now and of the moment when all was known.</summary>
    private static async Task<string> Answers(Marked marked, long before)
    {
        var (vendor, answers) = (marked.Acme.Vendor, new List<string>());
        foreach (var path in (string[])["/v3/users", "/v3/activations", "/v3/activation-logs", "/v3/event-logs", "/v3/history", "/v3/history/refused-commands", $"{marked.Acme.Path}/history"])
            answers.Add(await vendor.GetStringAsync($"{path}?limit=100"));
        foreach (var path in (string[])["/v3/users", "/v3/activations", $"{marked.Acme.Path}/users"])
            answers.Add(await vendor.GetStringAsync($"{path}?limit=100&asOf={before}"));
        foreach (var path in (string[])["/v3/users/export", "/v3/activations/export", "/v3/history/export", $"/v3/users/{marked.Ada}/history", $"/v3/activations/{marked.Server}/history"])
            answers.Add(await vendor.GetStringAsync(path));
        return string.Join('\n', answers);
    }

    /// <summary>Every read model has everything, and everything is sealed.</summary>
    private static async Task Settled(TestHost host)
    {
        var (vendor, last) = (await host.Vendor(), await host.Position());
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(1));
            var models = (await vendor.Get("/v3/operations/projections").Expect(200)).AsArray();
            using var proof = await vendor.Get($"/v3/history/proofs/inclusion?position={last}");
            if (models.All(model => (long)model!["position"]! >= last) && proof.IsSuccessStatusCode)
                return;
        }
    }
}
