using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Host.Api.Wire;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Cli;

/// <summary><c>history replay</c>: a state, or a read model, made of nothing but its events again. It reads and changes nothing.</summary>
internal static class ReplayCommand
{
    private const string ReadModelWord = "read-model";

    private static readonly JsonSerializerOptions Indented = new(HttpJson.Options) { WriteIndented = true };

    public static Command Create()
    {
        var (connection, data) = (Given.Connection(), Given.Data());
        var resource = new Argument<string>("RESOURCE") { Description = $"{string.Join(", ", Resource.All)}; or {ReadModelWord}." };
        var id = new Argument<string>("ID") { Description = "The id of the resource; of a read model its name." };
        var asOf = new Option<string?>("--as-of") { Description = "A position, or a time (ISO 8601). Default: now." };
        var events = new Option<bool>("--events") { Description = "Also every event, with what it changed." };
        var json = new Option<bool>("--json") { Description = "One JSON object, for programs; of a read model one for each row." };
        var replay = new Command("replay", "Make a state of its events again, as it was at any moment. A read model is folded in memory.") { resource, id, asOf, events, json, connection, data };
        replay.SetAction(async (parsed, cancellation) =>
        {
            await using var installation = await Installation.OpenAsync(parsed.Connection(connection), parsed.GetValue(data)!, cancellation);
            await using var app = HostApplication.Build(new() { Connection = installation.Connection, MasterKey = installation.MasterKey, Alone = false });
            return await RunAsync(
                app.Services, parsed.GetValue(resource)!, parsed.GetValue(id)!, parsed.GetValue(asOf), parsed.GetValue(events), parsed.GetValue(json), Console.Out, cancellation);
        });
        return replay;
    }

    /// <summary>Does it with the services of a Host, which need not run.</summary>
    public static async Task<int> RunAsync(
        IServiceProvider services, string resource, string id, string? asOf, bool events, bool json, TextWriter output, CancellationToken cancellation)
    {
        var position = await PositionAsync(services, asOf, cancellation);
        if (position.Refusal is { } refusal)
            return await FailAsync($"{refusal.Code}: {refusal.Message}");

        var replay = services.GetRequiredService<Replay>();
        if (resource == ReadModelWord)
        {
            return services.GetServices<ReadModel>().FirstOrDefault(known => known.Name.Equals(id, StringComparison.OrdinalIgnoreCase)) is { } model
                ? await TellAsync(await replay.ReadModelAt(model, position.Value, cancellation), json, output)
                : await FailAsync($"There is no read model {id}. There are {string.Join(", ", services.GetServices<ReadModel>().Select(known => known.Name))}.");
        }

        if (Resource.Find(resource) is not { } kind || !Guid.TryParse(id, out var stream))
            return await FailAsync($"Expected one of {string.Join(", ", Resource.All)}, or {ReadModelWord}, and an id.");

        var told = new List<WireStep>();
        Step? last = null;
        await foreach (var step in replay.Steps(kind, stream, position.Value, cancellation))
        {
            last = step;
            if (events)
                told.Add(WireStep.Of(step));
        }

        return last is null ? await FailAsync($"There is no {kind} {id}{(asOf is null ? "" : $" as of {asOf}")}.") : await TellAsync(kind, stream, last, told, json, output);
    }

    private static async Task<int> TellAsync(Resource kind, Guid id, Step last, List<WireStep> told, bool json, TextWriter output)
    {
        var replayed = new WireReplay(new(kind.Name, id), last.Event.Sequence, last.Event.Timestamp, last.Event.Version, HistoryJson.Of(last.After));
        if (json)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(new { replayed.Resource, replayed.Position, replayed.At, replayed.Version, replayed.State, Events = told }, HttpJson.Options));
            return ExitCode.Success;
        }

        foreach (var step in told)
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{step.Position}  {HttpJson.Text(step.At)}  {step.Type}  {step.Actor}"));
            foreach (var change in step.Changes)
                await output.WriteLineAsync($"    {change.Field}: {change.Before?.ToJsonString(HttpJson.Options) ?? "null"} -> {change.After?.ToJsonString(HttpJson.Options) ?? "null"}");
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{kind} {id} after the event at {replayed.Position} ({HttpJson.Text(replayed.At)}), version {replayed.Version}"));
        await output.WriteLineAsync(replayed.State.ToJsonString(Indented));
        return ExitCode.Success;
    }

    /// <summary>Every row as JSON, or of each table how many there are and a digest of them: equal for equal rows, on every machine.</summary>
    private static async Task<int> TellAsync(Rows rows, bool json, TextWriter output)
    {
        foreach (var (table, contents) in rows.Contents)
        {
            var lines = contents.Select(HistoryJson.LineOf).Order(StringComparer.Ordinal).ToList();
            if (!json)
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{table}  {lines.Count} rows  sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))))}"));
            foreach (var line in json ? lines : [])
                await output.WriteLineAsync($$"""{"table":"{{table}}","row":{{line}}}""");
        }

        return ExitCode.Success;
    }

    private static async Task<Result<long>> PositionAsync(IServiceProvider services, string? asOf, CancellationToken cancellation)
    {
        if (asOf is null)
            return long.MaxValue;
        if (AsOf.Parse(asOf) is not { } moment)
            return Refusal.Validation("--as-of", "is a position or an ISO 8601 time.");

        var found = await services.GetRequiredService<Moments>().Find(moment, services.GetRequiredService<TimeProvider>().GetUtcNow(), [], cancellation);
        return found.Refusal is { } refusal ? refusal : found.Value!.Position;
    }

    private static async Task<int> FailAsync(string message)
    {
        await Console.Error.WriteLineAsync(message);
        return ExitCode.Failure;
    }

    private sealed record WireStep(long Position, Guid Id, string Type, DateTimeOffset At, string? Actor, System.Text.Json.Nodes.JsonObject Data, IReadOnlyList<WireFieldChange> Changes)
    {
        public static WireStep Of(Step step) => new(
            step.Event.Sequence, step.Event.Id, step.Event.EventTypeName, step.Event.Timestamp, step.Event.UserName, HistoryJson.Of(step.Event.Data),
            HistoryJson.Changes(step.Before, step.After, step.Event.Version == 1));
    }
}
