using EventSourcedOrgs.Host.Diagnosis;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Proof;
using EventSourcedOrgs.Tests;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EventSourcedOrgs.Host.Tests.Operations;

/// <summary>The procedure of docs/operations.md, and what it gives: everything that was there, in an empty cluster; and what came after the backup is known to be gone.</summary>
public sealed class BackupTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("eventsourcedorgs-backup-").FullName;

    private string Proof => Path.Combine(folder, "proof");

    public Task InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }

    [BackupFact]
    public async Task A_dump_that_is_restored_into_an_empty_cluster_is_the_same_installation()
    {
        await using var cluster = await PostgresTools.ClusterAsync(Path.Combine(folder, "from"));
        await using var source = await Installed.Publishing(Proof, cluster.ConnectionString);
        var (email, acme) = await Filled(source);
        var before = (Events: await Installed.Events(source), Digests: await Installed.Digests(source), (await Installed.Verified(source, Proof)).Root);

        var dump = Path.Combine(folder, "backup.dump");
        await PostgresTools.RunAsync("pg_dump", source.Owner, "--format=custom", "--no-owner", "--no-privileges", "--file", dump, new NpgsqlConnectionStringBuilder(source.Owner).Database!);
        var checkpoints = Copied(Proof);

        await using var empty = await PostgresTools.ClusterAsync(Path.Combine(folder, "to"));
        await PostgresTools.RunAsync("pg_restore", empty.ConnectionString, "--exit-on-error", "--no-owner", "--no-privileges", "--dbname", "eventsourcedorgs", dump);
        await using (var restored = await Installed.Publishing(checkpoints, empty.ConnectionString))
            await IsTheSame(restored, checkpoints, before, email, acme);

        await acme.Group("After the backup");
        await Installed.Settled(source);
        await using (var administrator = NpgsqlDataSource.Create(empty.ConnectionString))
        await using (var second = administrator.CreateCommand("create database older"))
            await second.ExecuteNonQueryAsync();
        await PostgresTools.RunAsync("pg_restore", empty.ConnectionString, "--exit-on-error", "--no-owner", "--no-privileges", "--dbname", "older", dump);
        await IsKnownToBeOlder(new NpgsqlConnectionStringBuilder(empty.ConnectionString) { Database = "older" }.ConnectionString, Proof);
    }

    [BackupFact(Long = true)]
    public async Task A_base_backup_starts_as_the_same_installation()
    {
        await using var cluster = await PostgresTools.ClusterAsync(Path.Combine(folder, "from"));
        await using var source = await Installed.Publishing(Proof, cluster.ConnectionString);
        var (email, acme) = await Filled(source);
        var before = (Events: await Installed.Events(source), Digests: await Installed.Digests(source), (await Installed.Verified(source, Proof)).Root);

        var copy = Directory.CreateDirectory(Path.Combine(folder, "copy", "postgres")).FullName;
        await PostgresTools.RunAsync("pg_basebackup", source.Owner, "--checkpoint=fast", "--wal-method=stream", "--pgdata", Path.Combine(copy, "data"));
        File.Copy(Path.Combine(cluster.DataDirectory, "..", "password"), Path.Combine(copy, "password"));

        await using var restored = await PostgresTools.ClusterAsync(Path.Combine(folder, "copy"));
        await using var host = await Installed.Publishing(Copied(Proof), restored.ConnectionString);
        await IsTheSame(host, Path.Combine(folder, "copied"), before, email, acme);
    }

    private static async Task<(string Email, Acme Acme)> Filled(TestHost host)
    {
        var (email, acme) = (Acme.NewEmail(), await Acme.With(seats: -1, host));
        await acme.Vendor.Post($"{acme.Path}/users", Acme.Person(email, "organization-admin")).Expect(201);
        for (var n = 0; n < 20; n++)
            await acme.User(await acme.Group($"Group {n}"));
        await Installed.Settled(host);
        return (email, acme);
    }

    private static async Task IsTheSame(TestHost restored, string checkpoints, (string Events, IReadOnlyList<string> Digests, string Root) before, string email, Acme acme)
    {
        (await Installed.Events(restored)).ShouldBe(before.Events);
        (await Installed.Digests(restored)).ShouldBe(before.Digests, "live");
        (await Installed.Rebuilt(restored)).ShouldBe(0);
        (await Installed.Digests(restored)).ShouldBe(before.Digests, "made anew");
        (await Installed.Verified(restored, checkpoints)).ShouldSatisfyAllConditions(check => check.Count.ShouldBe(0), check => check.Root.ShouldBe(before.Root));

        using var admin = await restored.SignIn(email, Acme.Password);
        await admin.Post($"{acme.Path}/user-groups", new { name = "After the restore" }).Expect(201);
        await Installed.Settled(restored);
        (await Installed.Verified(restored, checkpoints)).Count.ShouldBe(0);
    }

    /// <summary>What was acknowledged after the backup is gone: nothing more is signed, and everybody who looks says so.</summary>
    private async Task IsKnownToBeOlder(string owner, string newer)
    {
        await using var app = await HostApplication.OpenAsync(new() { Connection = TestPostgres.RuntimeNameOf(owner), Owner = owner, MasterKey = new byte[32], Data = folder, ProofFolder = newer });
        var found = await new Doctor(app.Services, new(folder, newer, IsPublic: false, null, RateLimit.Usual)).ExamineAsync(CancellationToken.None);
        var checkpoints = found.Single(one => one.Code == "CHECKPOINTS");
        (checkpoints.Level, checkpoints.Says.Contains("older than its proof", StringComparison.Ordinal)).ShouldBe((Level.Error, true), checkpoints.Says);

        await using var database = NpgsqlDataSource.Create(owner);
        var key = LogPublicKey.Parse(await File.ReadAllTextAsync(Path.Combine(newer, "log.pub")));
        (await new Projections.LogVerifier(database, new(database)).Verify([key], new(newer))).Found.ShouldContain(finding => finding.Code == Findings.LogShortened);
        var sealing = app.Services.GetRequiredService<Sealing>();
        await sealing.Work(CancellationToken.None);
        sealing.Wrong.ShouldNotBeNull().ShouldContain("older than its proof");
    }

    private string Copied(string checkpoints)
    {
        var copy = Directory.CreateDirectory(Path.Combine(folder, "copied")).FullName;
        foreach (var file in Directory.GetFiles(checkpoints))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)), overwrite: true);
        return copy;
    }
}
