using System.Net;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using EventSourcedOrgs.Proof;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EventSourcedOrgs.Host.Tests.History;

/// <summary>What an auditor holds in hand: a key, checkpoints, proofs, an export; and what is found when somebody rewrites history.</summary>
public class ProofTests
{
    [Fact]
    public async Task What_was_done_is_soon_proved_by_a_signed_checkpoint()
    {
        await using var host = await Sealed();
        var vendor = await host.Vendor();
        using var made = await vendor.Post("/v3/organizations", new { name = "Acme", email = "acme@example.com", allowedUsers = 3 });
        var position = long.Parse(made.Headers.GetValues("X-Position").Single(), null);

        var proof = await Proved(vendor, $"/v3/history/proofs/inclusion?position={position}");
        var checkpoint = Checkpoint.Open(proof["checkpoint"]!.Text("note"), await KeyOf(host));
        MerkleProof.Includes(Hash(proof["leaf"]!), (long)proof["index"]!, checkpoint.Size, Hashes(proof), checkpoint.Root).ShouldBeTrue();

        await vendor.Post("/v3/organizations", new { name = "Later", email = "later@example.com", allowedUsers = 3 }).Expect(201);
        await Proved(vendor, $"/v3/history/proofs/inclusion?position={await host.Position()}");
        var consistency = await Proved(vendor, "/v3/history/proofs/consistency");
        var (first, second) = (Checkpoint.Open(consistency["first"]!.Text("note"), await KeyOf(host)), Checkpoint.Open(consistency["second"]!.Text("note"), await KeyOf(host)));
        MerkleProof.IsConsistent(first.Size, first.Root, second.Size, second.Root, Hashes(consistency)).ShouldBeTrue();
        second.Size.ShouldBeGreaterThan(first.Size);
    }

    [Fact]
    public async Task An_export_is_checked_with_the_key_alone_and_holds_no_name_of_anybody()
    {
        await using var host = await Sealed();
        var vendor = await host.Vendor();
        await vendor.Post("/v3/users", new { firstName = "Wilhelmina", email = "mina@example.com", password = Acme.Password }).Expect(201);
        await Proved(vendor, $"/v3/history/proofs/inclusion?position={await host.Position()}");

        var export = await vendor.GetStringAsync("/v3/history/export");
        using var lines = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(export));
        var check = await new ExportVerifier(await KeyOf(host)).Verify(lines);
        check.IsProved.ShouldBeTrue();
        check.Events.ShouldBeGreaterThanOrEqualTo(await host.Position() - 1);
        export.ShouldNotContain("Wilhelmina");
    }

    [Fact]
    public async Task An_export_takes_a_place_among_what_its_caller_holds_open()
    {
        await using var host = await Sealed();
        var vendor = await host.Vendor();
        var open = new List<HttpResponseMessage>();
        for (var count = 0; count < OpenStreams.MostOfOne; count++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v3/changes") { Headers = { { "Accept", "text/event-stream" } } };
            open.Add(await vendor.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
        }

        open.ShouldAllBe(answer => answer.IsSuccessStatusCode);
        using var refused = await vendor.Get("/v3/history/export");
        refused.Headers.RetryAfter.ShouldNotBeNull();
        await Task.FromResult(refused).ExpectProblem(429, "TOO_MANY_REQUESTS");

        open.ForEach(answer => answer.Dispose());
        for (var count = 0; count <= OpenStreams.MostOfOne; count++)
            (await Exported()).ShouldBe(HttpStatusCode.OK, "one that has ended gives its place back");

        async Task<HttpStatusCode> Exported()
        {
            for (var tries = 0; ; tries++)
            {
                using var answer = await vendor.Get("/v3/history/export");
                if (answer.StatusCode != HttpStatusCode.TooManyRequests || tries == 300)
                    return answer.StatusCode;
                await Task.Delay(100);
            }
        }
    }

    [Fact]
    public async Task Who_rewrites_an_event_is_found_by_the_key_and_the_folder()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("eventsourcedorgs-proof-");
        await using var host = await Sealed(folder.FullName);
        var vendor = await host.Vendor();
        var acme = (await vendor.Post("/v3/organizations", new { name = "Acme", email = "acme@example.com", allowedUsers = 3 }).Expect(201)).Id();
        var position = await host.Scalar<long>("select seq_id from events.mt_events where stream_id = $1", Guid.Parse(acme));
        await Proved(vendor, $"/v3/history/proofs/inclusion?position={position}");
        (await Verify(host, folder.FullName)).Found.ShouldBeEmpty();

        await host.Scalar<object>("update events.mt_events set data = jsonb_set(data, '{allowedUsers}', '300') where seq_id = $1 returning ''", position);
        (await Verify(host, folder.FullName)).Found.ShouldContain(finding => finding.Code == Findings.EventAltered && finding.Position == position);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task What_is_not_sealed_is_told_so()
    {
        var host = await TestHost.Shared;
        var vendor = await host.Vendor();
        await vendor.Get("/v3/history/proofs/inclusion?position=999999999").ExpectProblem(404, "NOT_SEALED");
        await vendor.Get("/v3/history/proofs/inclusion?position=-1").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        await vendor.Get("/v3/history/proofs/consistency?first=999999999").ExpectProblem(404, "NOT_SEALED");
        await vendor.Get("/v3/history/checkpoints?limit=0").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
    }

    private static Task<TestHost> Sealed(string? folder = null) => TestHost.StartAsync(services =>
        services.AddSingleton(new SealingOptions(folder) { BetweenCheckpoints = TimeSpan.FromMilliseconds(100) }));

    private static async Task<LogCheck> Verify(TestHost host, string folder)
    {
        await using var database = NpgsqlDataSource.Create(host.Connection);
        return await new LogVerifier(database, new(database)).Verify([await KeyOf(host)], new(folder));
    }

    private static async Task<LogPublicKey> KeyOf(TestHost host) => LogPublicKey.Parse(await host.Anonymous.GetStringAsync("/v3/history/key"));

    /// <summary>The answer as soon as a checkpoint covers what is asked about.</summary>
    private static async Task<JsonNode> Proved(HttpClient client, string path)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            using var response = await client.Get(path);
            if (response.IsSuccessStatusCode)
                return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            await Task.Delay(100);
        }

        return await client.Get(path).Expect(200);
    }

    private static Digest Hash(JsonNode text) => Digest.TryParse((string)text!, out var hash) ? hash : throw new FormatException();

    private static IReadOnlyList<Digest> Hashes(JsonNode proof) => [.. proof["hashes"]!.AsArray().Select(text => Hash(text!))];
}
