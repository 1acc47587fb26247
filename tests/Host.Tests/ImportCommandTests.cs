using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Cli;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Tests;
using Npgsql;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>The command line as scripts use it: what is on the outputs, and the exit codes.</summary>
public sealed class ImportCommandTests
{
    [Fact]
    public async Task A_good_file_ends_with_0_and_a_file_with_wrong_rows_with_1()
    {
        var name = $"cli-{Guid.NewGuid():N}"[..16];
        var good = await Import(Rows(name, 3), "--json");
        good.Code.ShouldBe(0, good.Error);
        JsonNode.Parse(good.Output)!["created"]!.GetValue<int>().ShouldBe(4);

        var again = await Import(Rows(name, 3));
        again.Code.ShouldBe(0, again.Error);
        again.Output.ShouldContain("4 unchanged");

        var dry = await Import(Rows(name, 5), "--dry-run", "--mode", "atomic");
        dry.Code.ShouldBe(0, dry.Error);
        dry.Output.ShouldContain("2 created, 4 unchanged");

        var wrong = await Import($"{Rows(name, 3)}user,Nowhere,,x@y.example,X,\n");
        wrong.Code.ShouldBe(1);
        wrong.Error.ShouldContain("line 6, user: REFERENCE_NOT_FOUND");

        var refused = await Import("kind,colour\nuser,red\n");
        refused.Code.ShouldBe(1);
        refused.Error.ShouldContain("UNKNOWN_COLUMN: 'colour'");
    }

    [Fact]
    public async Task A_wrong_command_line_ends_with_2_and_a_server_out_of_reach_with_3()
    {
        (await Run("import", "nowhere.csv", "--server", "http://127.0.0.1:1")).Code.ShouldBe(2);
        (await Run("import")).Code.ShouldBe(2);
        (await Run("fly")).Code.ShouldBe(2);
        (await Run("migrate", "--connection", "Host=127.0.0.1;Port=1;Username=nobody;Database=nothing")).Code.ShouldBe(3);

        var file = await Temporary(Rows("Acme", 1));
        (await Run("import", file, "--server", "http://127.0.0.1:1")).Code.ShouldBe(3);
        File.Delete(file);
    }

    [Theory]
    [InlineData("history verify --key nonsense --connection Host=127.0.0.1")]
    [InlineData("migrate --connection nonsense")]
    [InlineData("migrate --connection Host=127.0.0.1 --owner Colour=red")]
    [InlineData("migrate --owner Host=127.0.0.1;Username=owner")]
    [InlineData("serve --owner Host=127.0.0.1;Username=owner")]
    public async Task What_a_command_line_asks_for_and_cannot_be_is_told_in_one_line(string arguments)
    {
        var told = await Run(arguments.Split(' '));
        told.Code.ShouldBe(2, told.Error);
        told.Error.Trim().Split('\n').ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_database_that_is_not_migrated_is_told_in_one_line()
    {
        var file = await Temporary("");
        var told = await Run("history", "export", file, "--connection", await TestPostgres.CreateDatabaseAsync());
        told.Code.ShouldBe(3, told.Error);
        told.Error.Trim().ShouldBe("The database is not at the schema of this version. Run 'migrate' first.");
        File.Delete(file);
    }

    [Theory]
    [InlineData("keys list")]
    [InlineData("projections list")]
    [InlineData("users erase 01900000-0000-7000-8000-000000000001")]
    public async Task A_folder_without_an_installation_is_told_and_gets_none(string arguments)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"eventsourcedorgs-nothing-{Guid.NewGuid():N}");
        var told = await Run([.. arguments.Split(' '), "--data", folder]);
        told.Code.ShouldBe(3, told.Error);
        told.Error.ShouldContain($"There is no installation in {folder}.");
        File.Exists(Path.Combine(folder, "postgres", "data", "PG_VERSION")).ShouldBeFalse();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Whatever_goes_wrong_ends_with_an_exit_code()
    {
        (await Ends(new AuthenticationTagMismatchException())).ShouldBe(3, "another master key");
        (await Ends(OfPostgres(PostgresErrorCodes.CannotConnectNow))).ShouldBe(3);
        (await Ends(OfPostgres(PostgresErrorCodes.TooManyConnections))).ShouldBe(3);
        (await Ends(OfPostgres(PostgresErrorCodes.InvalidSchemaName))).ShouldBe(3);
        (await Ends(new InvalidOperationException("wrapped", OfPostgres(PostgresErrorCodes.UndefinedTable)))).ShouldBe(3);
        (await Ends(OfPostgres(PostgresErrorCodes.SyntaxError))).ShouldBe(1);
        (await Ends(new Projections.ReadModelShapeException("of a later version"))).ShouldBe(3);
        (await Ends(new InvalidOperationException("unforeseen"))).ShouldBe(1);
    }

    [Fact]
    public async Task The_password_of_the_super_admin_comes_from_the_environment()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        var start = HostProcess.Of(database, "account", "init", "--email", "root@vendor.example");
        start.Environment["EVENTSOURCEDORGS_PASSWORD"] = Acme.Password;
        using var program = Process.Start(start)!;
        var (output, error) = (program.StandardOutput.ReadToEndAsync(), program.StandardError.ReadToEndAsync());
        await program.WaitForExitAsync();
        program.ExitCode.ShouldBe(0, await error);
        (await output).ShouldNotContain("Password");

        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("select data ->> 'passwordHash' from events.mt_doc_credentials");
        new Passwords().Verify((string)(await command.ExecuteScalarAsync())!, Acme.Password).ShouldBeTrue();
    }

    private static Task<int> Ends(Exception how)
    {
        var command = new Command("fail");
        command.SetAction((_, _) => Task.FromException<int>(how));
        return new RootCommand { command }.RunAsync(["fail"]);
    }

    private static PostgresException OfPostgres(string code) => new("of the server", "ERROR", "ERROR", code);

    [Fact]
    public async Task An_interrupt_stops_the_import_after_the_rows_at_hand_and_ends_with_130()
    {
        var name = $"cli-{Guid.NewGuid():N}"[..16];
        var host = await TestHost.Shared;
        var vendor = await host.Vendor();
        var file = await Temporary(Rows(name, 30_000));
        using var program = Start("import", file, "--server", vendor.BaseAddress!.ToString(), "--token", Token(vendor));
        var output = program.StandardOutput.ReadToEndAsync();
        var error = program.StandardError.ReadToEndAsync();
        for (var waiting = Stopwatch.StartNew(); waiting.Elapsed < TimeSpan.FromMinutes(1);)
        {
            if (await host.Scalar<long>("select count(*) from events.mt_doc_organization where data ->> 'name' = $1", name) > 0)
                break;
            await Task.Delay(20);
        }

        using (var kill = Process.Start("kill", ["-INT", program.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await program.WaitForExitAsync();
        File.Delete(file);
        program.ExitCode.ShouldBe(130, await error);
        (await output).ShouldContain("cancelled");
    }

    private static string Rows(string organization, int users)
    {
        var file = new StringBuilder($"kind,organization,name,email,firstName,allowedUsers\norganization,,{organization},info@{organization}.example,,-1\n");
        for (var user = 0; user < users; user++)
            file.Append(CultureInfo.InvariantCulture, $"user,{organization},,user{user}@{organization}.example,User,\n");
        return file.ToString();
    }

    private static async Task<(int Code, string Output, string Error)> Import(string content, params string[] options)
    {
        var vendor = await (await TestHost.Shared).Vendor();
        var file = await Temporary(content);
        try
        {
            return await Run(["import", file, "--server", vendor.BaseAddress!.ToString(), "--token", Token(vendor), .. options]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        using var program = Start(arguments);
        var (output, error) = (program.StandardOutput.ReadToEndAsync(), program.StandardError.ReadToEndAsync());
        await program.WaitForExitAsync();
        return (program.ExitCode, await output, await error);
    }

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "EventSourcedOrgs.Host.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["EVENTSOURCEDORGS_MASTER_KEY"] = Convert.ToBase64String(new byte[32]);
        start.Environment["EVENTSOURCEDORGS_RATE_LIMIT"] = "off";
        return Process.Start(start)!;
    }

    private static string Token(HttpClient client) => client.DefaultRequestHeaders.Authorization!.Parameter!;

    private static async Task<string> Temporary(string content)
    {
        var file = Path.Combine(Path.GetTempPath(), $"import-{Guid.NewGuid():N}.csv");
        await File.WriteAllTextAsync(file, content);
        return file;
    }
}
