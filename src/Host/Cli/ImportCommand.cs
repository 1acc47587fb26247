using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using EventSourcedOrgs.Application.Imports;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;

namespace EventSourcedOrgs.Host.Cli;

/// <summary><c>import FILE</c>: sends a file to a server, or works on a database itself, and shows how far it is.</summary>
internal static class ImportCommand
{
    private const string TokenVariable = "EVENTSOURCEDORGS_TOKEN";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);

    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "CSV with a header, or NDJSON (.ndjson, .jsonl); docs/imports.md describes the columns." }.AcceptExistingOnly();
        var server = new Option<Uri?>("--server") { Description = "Address of a server, such as http://localhost:8080.", CustomParser = AddressOf };
        var token = new Option<string?>("--token") { Description = $"Access token for the server. Default: the environment variable {TokenVariable}." };
        var (connection, data) = (Given.Connection(), Given.Data());
        var mode = new Option<string>("--mode") { Description = "perItem: each row for itself. atomic: all rows or none, 5,000 at most.", DefaultValueFactory = _ => "perItem" }.AcceptOnlyFromAmong("perItem", "atomic");
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would happen and change nothing." };
        var json = new Option<bool>("--json") { Description = "Write the result as JSON." };
        var command = new Command("import", "Import organizations, users, groups, memberships, licences and assignments.") { file, server, token, connection, data, mode, dryRun, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            Task<int> Run(IImportTarget target) => RunAsync(
                target, ImportFile.Of(parsed.GetValue(file)!), WireImport.ModeOf(parsed.GetValue(mode)), parsed.GetValue(dryRun), parsed.GetValue(json), cancellation);

            if (parsed.GetValue(server) is { } address)
            {
                using var client = ServerTarget.Client(address, parsed.Secret(token, TokenVariable));
                return await Run(new ServerTarget(client));
            }

            await using var installation = await Installation.OpenAsync(parsed.Connection(connection), parsed.GetValue(data)!, cancellation, mayCreate: true);
            await using var app = await HostApplication.OpenAsync(installation.Settings with { Starts = true, Urls = "http://127.0.0.1:0", Alone = false }, cancellation);
            await app.StartAsync(cancellation);
            var code = await Run(new DatabaseTarget(app.Services));
            await app.StopAsync(CancellationToken.None);
            return code;
        });
        return command;
    }

    /// <summary>Starts an import and waits for its end; an interrupt stops it after the rows at hand.</summary>
    public static async Task<WireImport> FollowAsync(IImportTarget target, ImportFile file, ImportMode mode, bool dryRun, CancellationToken cancellation)
    {
        var progress = new ProgressLine();
        var import = await target.Start(file, mode, dryRun, cancellation);
        try
        {
            while (import.State is "receiving" or "running")
            {
                progress.Show(import);
                await Task.Delay(BetweenLooks, cancellation);
                import = await target.Status(import.Id, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            await target.Cancel(import.Id);
            import = await target.Status(import.Id, CancellationToken.None);
        }
        finally
        {
            progress.End();
        }

        return import;
    }

    private static async Task<int> RunAsync(IImportTarget target, ImportFile file, ImportMode mode, bool dryRun, bool json, CancellationToken cancellation)
    {
        try
        {
            var import = await FollowAsync(target, file, mode, dryRun, cancellation);
            Console.WriteLine(json ? JsonSerializer.Serialize(import, HttpJson.Options) : Summary(import));
            foreach (var row in json ? [] : import.Errors)
                await Console.Error.WriteLineAsync($"line {row.Line}, {row.Kind}: {row.Code}: {row.Message}");
            return import switch
            {
                { State: "cancelled" } => ExitCode.Interrupted,
                { State: "completed", Failed: 0 } => ExitCode.Success,
                _ => ExitCode.Failure,
            };
        }
        catch (ImportRefusedException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCode.Failure;
        }
    }

    private static Uri? AddressOf(ArgumentResult result)
    {
        if (Uri.TryCreate($"{result.Tokens[0].Value.TrimEnd('/')}/", UriKind.Absolute, out var address) && address.Scheme is ("http" or "https"))
            return address;

        result.AddError($"'{result.Tokens[0].Value}' is no address such as http://localhost:8080.");
        return null;
    }

    private static string Summary(WireImport import) => string.Create(CultureInfo.InvariantCulture,
        $"{(import.DryRun ? "Dry run " : "Import ")}{import.Id} {import.State}: {import.Done:N0} of {import.Rows:N0} rows, {import.Created:N0} created, {import.Unchanged:N0} unchanged, {import.Failed:N0} failed, {import.Skipped:N0} skipped, {import.RowsPerSecond:N0} rows/s.");
}
