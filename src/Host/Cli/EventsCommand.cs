using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Host.Transfer;
using EventSourcedOrgs.Projections;
using EventSourcedOrgs.Proof;
using JasperFx.Events;
using Marten;
using Marten.Events;
using Npgsql;

namespace EventSourcedOrgs.Host.Cli;

/// <summary><c>events export</c> and <c>events import</c>: a whole installation as one file, and an empty one that becomes it.</summary>
internal static class EventsCommand
{
    public static Command Create() => new("events", "A whole installation as one file: write it, or let an empty installation become it.") { Export(), Import() };

    private static Command Export()
    {
        var (connection, data) = (Given.Connection(), Given.Data());
        var file = new Option<FileInfo>("--out") { Description = "The file to write (NDJSON). Alone it opens nothing: what is personal or secret in it is sealed with the master key, which is not in it.", Required = true };
        var export = new Command("export", "Write every event and what stands beside them, all of one moment. The service may run meanwhile.") { file, connection, data };
        export.SetAction(async (parsed, cancellation) =>
        {
            await using var installation = await Installation.OpenAsync(parsed.Connection(connection), parsed.GetValue(data)!, cancellation);
            await using var app = HostApplication.Build(installation.Settings with { Owner = null, Alone = false });
            var head = await ExportAsync(app.Services, parsed.GetValue(file)!.FullName, new ProgressLine(), cancellation);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{head.Events} events, up to position {head.Position}. Whoever takes the file in needs the master key of this installation, too."));
            return ExitCode.Success;
        });
        return export;
    }

    /// <summary>Writes everything into a file.</summary>
    internal static async Task<ExportHead> ExportAsync(IServiceProvider services, string target, ProgressLine? progress, CancellationToken cancellation)
    {
        var head = await WholeFile.WriteAsync(target, async stream =>
        {
            using var key = await KeyAsync(services, cancellation);
            return await new EventExport(services.GetRequiredService<NpgsqlDataSource>(), services.GetRequiredService<Secrets>()).Write(stream, key?.Public, progress, cancellation);
        }, cancellation);
        progress?.End();
        return head;
    }

    private static Command Import()
    {
        var (connection, owner, data) = (Given.Connection(), Given.Owner(), Given.Data());
        var file = new Argument<FileInfo>("FILE") { Description = "What 'events export' wrote." };
        var import = new Command("import", "Let an empty installation become the one that wrote the file: the same streams, ids, versions, times and positions. All of it or nothing.") { file, connection, owner, data };
        import.SetAction(async (parsed, cancellation) =>
        {
            await using var installation = await Installation.OpenAsync(parsed.Connection(connection), parsed.GetValue(data)!, cancellation, parsed.Owner(owner), mayCreate: true);
            await using var app = await HostApplication.OpenAsync(installation.Settings with { Alone = false }, cancellation);
            try
            {
                var watch = Stopwatch.StartNew();
                var head = await ImportAsync(app.Services, installation.Strongest, parsed.GetValue(file)!.FullName, new ProgressLine(), cancellation);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{head.Events} events are here, up to position {head.Position}, after {watch.Elapsed.TotalSeconds:0.0} s. 'serve' makes the read models of them."));
                return ExitCode.Success;
            }
            catch (TransferException e)
            {
                await Console.Error.WriteLineAsync($"{e.Code}: {e.Message}");
                return ExitCode.Failure;
            }
        });
        return import;
    }

    /// <summary>Takes a file in and seals what was sealed; the log has the root that it had.</summary>
    internal static async Task<ExportHead> ImportAsync(IServiceProvider services, string owner, string file, ProgressLine? progress, CancellationToken cancellation)
    {
        ExportHead head;
        await using (var source = NpgsqlDataSource.Create(owner))
        await using (var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan))
            head = await new EventImport(source, services.GetRequiredService<Secrets>(), TypesOf(services)).Read(stream, progress, cancellation);

        progress?.End();
        if (await KeyAsync(services, cancellation) is not { } key)
            return head;

        using (key)
        {
            var database = services.GetRequiredService<NpgsqlDataSource>();
            var sealer = new Sealer(database, new(database), folder: null, services.GetRequiredService<TimeProvider>());
            while ((await sealer.Seal(key, TimeSpan.MaxValue, cancellation)).Sealed > 0)
                await Task.Yield();
        }

        return head;
    }

    /// <summary>The stored names of all events, with how the store calls what it makes of them.</summary>
    internal static Dictionary<string, string> TypesOf(IServiceProvider services)
    {
        var events = (EventGraph)services.GetRequiredService<IDocumentStore>().Options.Events;
        return EventNames.All.Keys.Append(typeof(Tombstone)).Select(events.EventMappingFor).ToDictionary(mapping => mapping.EventTypeName, mapping => mapping.DotNetTypeName);
    }

    private static async Task<LogKey?> KeyAsync(IServiceProvider services, CancellationToken cancellation) =>
        await services.GetRequiredService<LogSecrets>().Find(LogKey.NewSecret, cancellation) is var (name, secret) ? LogKey.From(name, secret) : null;
}
