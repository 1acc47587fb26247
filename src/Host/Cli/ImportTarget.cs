using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using EventSourcedOrgs.Application.Imports;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Host.Api.Wire;
using Marten;

namespace EventSourcedOrgs.Host.Cli;

/// <summary>The import was refused as a whole; the message is for the one who typed the command.</summary>
internal sealed class ImportRefusedException(string message) : Exception(message);

/// <summary>A file to import; the end of its name tells what is in it.</summary>
internal sealed record ImportFile(string Name, Func<Stream> Open)
{
    public bool IsNdjson => Path.GetExtension(Name).ToLowerInvariant() is ".ndjson" or ".jsonl";

    public static ImportFile Of(FileInfo file) => new(file.Name, file.OpenRead);
}

/// <summary>Where a file is imported to.</summary>
internal interface IImportTarget
{
    Task<WireImport> Start(ImportFile file, ImportMode mode, bool dryRun, CancellationToken cancellation);

    Task<WireImport> Status(ImportId import, CancellationToken cancellation);

    Task Cancel(ImportId import);
}

/// <summary>A server, reached as everybody reaches it.</summary>
internal sealed class ServerTarget(HttpClient client) : IImportTarget
{
    public static HttpClient Client(Uri server, string? token)
    {
        var client = new HttpClient { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    public async Task<WireImport> Start(ImportFile file, ImportMode mode, bool dryRun, CancellationToken cancellation)
    {
        using var content = new StreamContent(file.Open());
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(file.IsNdjson ? ImportEndpoints.Ndjson : ImportEndpoints.Csv);
        return await Read(await client.PostAsync(Relative($"v3/imports?mode={WireImport.NameOf(mode)}&dryRun={(dryRun ? "true" : "false")}"), content, cancellation), cancellation);
    }

    public async Task<WireImport> Status(ImportId import, CancellationToken cancellation) =>
        await Read(await client.GetAsync(Relative($"v3/imports/{import}"), cancellation), cancellation);

    public async Task Cancel(ImportId import) => (await client.PostAsync(Relative($"v3/imports/{import}/cancel"), null)).Dispose();

    private static Uri Relative(string path) => new(path, UriKind.Relative);

    private static async Task<WireImport> Read(HttpResponseMessage response, CancellationToken cancellation)
    {
        using (response)
        {
            return response.IsSuccessStatusCode
                ? (await response.Content.ReadFromJsonAsync<WireImport>(JsonSerializerOptions.Web, cancellation))!
                : throw new ImportRefusedException(Reason(await response.Content.ReadAsStringAsync(cancellation)) ?? $"The server answered {(int)response.StatusCode}.");
        }
    }

    private static string? Reason(string body)
    {
        try
        {
            return JsonSerializer.Deserialize<Problem>(body, JsonSerializerOptions.Web) is { Code: { } code, Message: { } message } ? $"{code}: {message}" : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A database, worked on by this process itself, in the name of the installation.</summary>
internal sealed class DatabaseTarget(IServiceProvider services) : IImportTarget
{
    /// <summary>Another id than a new one makes an import that happens once.</summary>
    public ImportId Import { get; init; } = Id.New<ImportId>();

    public async Task<WireImport> Start(ImportFile file, ImportMode mode, bool dryRun, CancellationToken cancellation)
    {
        await using var stream = file.Open();
        var rows = file.IsNdjson ? NdjsonRows.Read(stream, cancellation) : CsvRows.Read(stream, cancellation);
        var taken = await services.GetRequiredService<ImportIntake>().Take(
            new ReceiveImport(Import, mode, dryRun), rows, Envelope.System,
            start => services.GetRequiredService<Commands>().Run(start, Envelope.System, null, cancellation), cancellation);
        return (taken.Refusal ?? taken.Value!.Result.Refusal) is { } refusal
            ? throw new ImportRefusedException($"{refusal.Code}: {refusal.Message}")
            : WireImport.Of(taken.Value!.Result.Value!, []);
    }

    public async Task<WireImport> Status(ImportId import, CancellationToken cancellation)
    {
        await using var session = services.GetRequiredService<IDocumentStore>().QuerySession();
        var found = await session.LoadAsync<Import>(import, cancellation) ?? throw new ImportRefusedException(Refusal.ImportNotFound.Message);
        return WireImport.Of(found, await services.GetRequiredService<StagedRows>().Failed(found, ImportEndpoints.MostErrors, WireImportRow.Of, WireImportRow.Columns, cancellation));
    }

    public Task Cancel(ImportId import) => services.GetRequiredService<Commands>().Run(new CancelImport(import), Envelope.System, null, CancellationToken.None);
}
