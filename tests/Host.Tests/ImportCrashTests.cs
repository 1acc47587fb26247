using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Tests;
using Npgsql;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>The program is killed in the middle of an import, again and again; whoever starts next goes on, and every row is done once.</summary>
public sealed class ImportCrashTests
{
    private const int Users = 6_000;
    private const int Rows = 2 + (2 * Users);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_killed_import_goes_on_where_it_was_and_does_no_row_twice()
    {
        var owner = await TestPostgres.CreateDatabaseAsync();
        await (await TestHost.StartAsync(owner: owner)).DisposeAsync();
        var connection = TestPostgres.RuntimeNameOf(owner);
        await using var database = NpgsqlDataSource.Create(connection);
        var file = Path.Combine(Path.GetTempPath(), $"import-{Guid.NewGuid():N}.csv");
        await File.WriteAllTextAsync(file, Content());
        try
        {
            var done = await KillAfter(0, Program("import", file, "--connection", connection), database);
            done = await KillAfter(done, Program("serve", "--connection", connection, "--urls", "http://127.0.0.1:0"), database);
            done = await KillAfter(done, Program("serve", "--connection", connection, "--urls", "http://127.0.0.1:0"), database);
            done.ShouldBeLessThan(Rows, "the import was killed before its end");

            using var last = Program("serve", "--connection", connection, "--urls", "http://127.0.0.1:0");
            Drain(last);
            for (var waiting = Stopwatch.StartNew(); waiting.Elapsed < Patience && (await Import(database))!.Text("state") == "running";)
                await Task.Delay(50);
            last.Kill();
            await last.WaitForExitAsync();
        }
        finally
        {
            File.Delete(file);
        }

        var import = (await Import(database))!;
        import.Text("state").ShouldBe("completed");
        import["done"]!.GetValue<int>().ShouldBe(Rows);
        import["counts"]!["created"]!.GetValue<int>().ShouldBe(Rows);
        (await Count(database, "imports.row where status = 'created' and id is not null and raw is null")).ShouldBe(Rows);
        (await Count(database, "events.mt_events where type = 'user_created_v1'")).ShouldBe(Users + 1, "and the super-admin");
        (await Count(database, "events.mt_events where type = 'user_added_to_group_v1'")).ShouldBe(Users);
        (await Count(database, "events.mt_events where type = 'organization_user_joined_v1'")).ShouldBe(Users);
        (await Count(database, $"events.mt_doc_organization where (data ->> 'seatsUsed')::int = {Users}")).ShouldBe(1);
    }

    private static string Content()
    {
        var file = new StringBuilder("kind,organization,name,email,allowedUsers,firstName,group\norganization,,Acme,info@acme.example,-1,,\nuserGroup,Acme,Engineers,,,,\n");
        for (var user = 0; user < Users; user++)
            file.Append(CultureInfo.InvariantCulture, $"user,Acme,,user{user}@acme.example,,User,\nmembership,Acme,,user{user}@acme.example,,,Engineers\n");
        return file.ToString();
    }

    private static Process Program(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "EventSourcedOrgs.Host.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["EVENTSOURCEDORGS_MASTER_KEY"] = Convert.ToBase64String(new byte[32]);
        start.Environment["EVENTSOURCEDORGS_RATE_LIMIT"] = "off";
        return Process.Start(start)!;
    }

    /// <summary>Kills the program as soon as it has done some more rows. Answers how many are done then.</summary>
    private static async Task<int> KillAfter(int before, Process program, NpgsqlDataSource database)
    {
        using (program)
        {
            Drain(program);
            for (var waiting = Stopwatch.StartNew(); waiting.Elapsed < Patience && await Done(database) <= before;)
            {
                program.HasExited.ShouldBeFalse("the program ended by itself");
                await Task.Delay(10);
            }

            program.Kill();
            await program.WaitForExitAsync();
            return await Done(database);
        }
    }

    /// <summary>Reads what the program says, so that it never waits for a reader.</summary>
    private static void Drain(Process program)
    {
        program.OutputDataReceived += (_, _) => { };
        program.ErrorDataReceived += (_, _) => { };
        program.BeginOutputReadLine();
        program.BeginErrorReadLine();
    }

    private static async Task<int> Done(NpgsqlDataSource database) => (await Import(database))?["done"]!.GetValue<int>() ?? 0;

    private static async Task<JsonNode?> Import(NpgsqlDataSource database)
    {
        try
        {
            await using var command = database.CreateCommand("select data::text from events.mt_doc_import");
            return await command.ExecuteScalarAsync() is string text ? JsonNode.Parse(text) : null;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return null;
        }
    }

    private static async Task<long> Count(NpgsqlDataSource database, string what)
    {
        await using var command = database.CreateCommand($"select count(*) from {what}");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
