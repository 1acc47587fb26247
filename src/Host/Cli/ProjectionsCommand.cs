using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Cli;

/// <summary><c>projections</c>: the read models of a database, whichever Hosts work on it, or none.</summary>
internal static class ProjectionsCommand
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);

    public static Command Create() => new("projections", "The projections: see how they fare, pause, rebuild and verify them.")
    {
        List(), Wish("pause", "Let a projection stand still until it is resumed.", (control, name, cancellation) => control.PauseAsync(name, paused: true, cancellation)),
        Wish("resume", "Let a paused projection go on.", (control, name, cancellation) => control.PauseAsync(name, paused: false, cancellation)),
        Wish("retry", "Let a projection that an event stopped try again from where it stands.", (control, name, cancellation) => control.RetryAsync(name, cancellation)),
        Rebuild(), Verify(), Repair(),
    };

    private static Command List()
    {
        var (connection, data, json) = (Given.Connection(), Given.Data(), Json());
        var list = new Command("list", "Show position, lag, rate and state of each projection, and the event that stops one.") { connection, data, json };
        list.SetAction((parsed, cancellation) => With(parsed.Connection(connection), parsed.GetValue(data)!, async services =>
        {
            var states = services.GetRequiredService<ReadModelStates>();
            await states.AllAsync(cancellation);
            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
            var all = await states.AllAsync(cancellation);
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(all, HttpJson.Options) : string.Join('\n', all.Select(Line)));
            return all.All(status => status.Error is null) ? ExitCode.Success : ExitCode.Failure;
        }, cancellation));
        return list;
    }

    private static Command Wish(string name, string description, Func<ReadModelControl, string, CancellationToken, Task> wish)
    {
        var (projection, connection, data) = (new Argument<string>("NAME") { Description = "Name of the projection." }, Given.Connection(), Given.Data());
        var command = new Command(name, description) { projection, connection, data };
        command.SetAction((parsed, cancellation) => With(parsed.Connection(connection), parsed.GetValue(data)!, async services =>
        {
            if (await Chosen(services, parsed.GetValue(projection)) is not [var model])
                return ExitCode.Failure;

            await OperationRecord.AskFromHere(services, Id.New<OperationId>(), name, [model.Name], cancellation);
            await wish(services.GetRequiredService<ReadModelControl>(), model.Name, cancellation);
            return ExitCode.Success;
        }, cancellation));
        return command;
    }

    private static Command Rebuild()
    {
        var (name, connection, data, json, fast) = (Name(), Given.Connection(), Given.Data(), Json(), Fast());
        var all = new Option<bool>("--all") { Description = "Rebuild every projection, in one pass over the events." };
        var rebuild = new Command("rebuild", "Make projections anew beside the live ones, which serve until the new ones take their place.") { name, all, connection, data, json, fast };
        rebuild.Validators.Add(result =>
        {
            if (result.GetValue(name) is null != result.GetValue(all))
                result.AddError("Name a projection, or --all.");
        });
        rebuild.SetAction((parsed, cancellation) => With(
            parsed.Connection(connection), parsed.GetValue(data)!, services => RunAsync(services, RebuildJob.Rebuild, parsed.GetValue(name), parsed.GetValue(json), parsed.GetValue(fast), cancellation), cancellation));
        return rebuild;
    }

    private static Command Verify()
    {
        var (connection, data, json, fast) = (Given.Connection(), Given.Data(), Json(), Fast());
        var name = new Argument<string?>("NAME") { Description = "Name of a projection; 'states', or 'states/KIND' such as states/license, for the states that commands decide on.", Arity = ArgumentArity.ZeroOrOne };
        var verify = new Command("verify", "Compare projections and states (all, if nothing is named) with what the events say, and change nothing. Exit code 1 when something differs.") { name, connection, data, json, fast };
        verify.SetAction((parsed, cancellation) => With(parsed.Connection(connection), parsed.GetValue(data)!, async services => parsed.GetValue(name) switch
        {
            null => Math.Max(
                await RunAsync(services, RebuildJob.Verify, null, parsed.GetValue(json), parsed.GetValue(fast), cancellation),
                await RunStatesAsync(services, RebuildJob.Verify, StateVerifier.All, parsed.GetValue(json), parsed.GetValue(fast), cancellation)),
            { } given when IsOfStates(given) => await RunStatesAsync(services, RebuildJob.Verify, given, parsed.GetValue(json), parsed.GetValue(fast), cancellation),
            { } given => await RunAsync(services, RebuildJob.Verify, given, parsed.GetValue(json), parsed.GetValue(fast), cancellation),
        }, cancellation));
        return verify;
    }

    private static Command Repair()
    {
        var (connection, data, json, fast) = (Given.Connection(), Given.Data(), Json(), Fast());
        var name = new Argument<string>("NAME") { Description = "'states', or 'states/KIND' such as states/license." };
        var repair = new Command("repair", "Rewrite the states that differ from what their events say.") { name, connection, data, json, fast };
        repair.SetAction((parsed, cancellation) => With(
            parsed.Connection(connection), parsed.GetValue(data)!, services => RunStatesAsync(services, RebuildJob.Repair, parsed.GetValue(name)!, parsed.GetValue(json), parsed.GetValue(fast), cancellation), cancellation));
        return repair;
    }

    private static bool IsOfStates(string name) => name == StateVerifier.All || name.StartsWith($"{StateVerifier.All}/", StringComparison.Ordinal);

    private static async Task<int> RunStatesAsync(IServiceProvider services, string kind, string name, bool json, bool fast, CancellationToken cancellation)
    {
        var aggregate = name == StateVerifier.All ? null : name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];
        if (IsOfStates(name) && StateVerifier.Find(aggregate) is { } resources)
            return await FollowAsync(services, kind, [.. resources.Select(StateVerifier.NameOf)], (runner, id, pace) => runner.StartAsync(id, kind, resources, pace, cancellation), json, fast, cancellation);

        await Console.Error.WriteLineAsync($"There are no states '{name}', but {string.Join(", ", [StateVerifier.All, .. Resource.All.Select(StateVerifier.NameOf)])}.");
        return ExitCode.Failure;
    }

    private static async Task<int> RunAsync(IServiceProvider services, string kind, string? name, bool json, bool fast, CancellationToken cancellation) => await Chosen(services, name) is { Count: > 0 } models
        ? await FollowAsync(services, kind, [.. models.Select(model => model.Name)], (runner, id, pace) => runner.StartAsync(id, kind, models, pace, cancellation), json, fast, cancellation)
        : ExitCode.Failure;

    private static async Task<int> FollowAsync(
        IServiceProvider services, string kind, IReadOnlyList<string> names, Func<RebuildRunner, Guid, RebuildPace, Task<RebuildJob?>> start, bool json, bool fast, CancellationToken cancellation)
    {
        var (runner, jobs, progress, id) = (services.GetRequiredService<RebuildRunner>(), services.GetRequiredService<RebuildJobs>(), new ProgressLine(), Id.New<OperationId>());
        await OperationRecord.AskFromHere(services, id, kind, names, cancellation);
        if (await start(runner, id.Value, await PaceAsync(services, fast, cancellation)) is not { } job)
        {
            await Console.Error.WriteLineAsync("REBUILD_RUNNING: one of them is being rebuilt, verified or repaired already.");
            return ExitCode.Failure;
        }

        try
        {
            while (!runner.WaitAsync(job.Id).IsCompleted)
            {
                progress.Show((await jobs.FindAsync(job.Id, cancellation))!.Progress);
                await Task.Delay(BetweenLooks, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            await runner.StopAsync();
        }

        progress.End();
        return Tell(json, (await jobs.FindAsync(job.Id, CancellationToken.None))!);
    }

    /// <summary>All of the machine where nobody serves from this database, or where that is wanted; otherwise gently, and after everybody else.</summary>
    private static async Task<RebuildPace> PaceAsync(IServiceProvider services, bool fast, CancellationToken cancellation)
    {
        if (fast || !await services.GetRequiredService<ReadModelControl>().IsServedAsync(cancellation))
            return RebuildPace.Full;

        using var self = Process.GetCurrentProcess();
        self.PriorityClass = ProcessPriorityClass.BelowNormal;
        return RebuildPace.Gentle;
    }

    private static int Tell(bool json, RebuildJob job)
    {
        var drifted = job.Drift.Sum(drift => drift.Rows);
        var what = job.Models.All(IsOfStates) ? StateVerifier.All : "events";
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(WireRebuild.Of(job), HttpJson.Options));
        }
        else
        {
            foreach (var value in job.Drift.SelectMany(drift => drift.First).Take(Drift.MostListed))
                Console.WriteLine($"{value.Table} ({value.Key}) {value.Column}: live {value.Live ?? "-"}, recomputed {value.Recomputed ?? "-"}");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{job.Kind} of {string.Join(", ", job.Models)} {job.State}{(job.Failure is null ? "" : $": {job.Failure}")} {job.Progress.Done:N0} {what}, {job.Progress.EventsPerSecond:N0} {what}/s, {drifted:N0} rows differed."));
        }

        return job.State switch
        {
            RebuildJob.Cancelled => ExitCode.Interrupted,
            RebuildJob.Completed when drifted == 0 || job.Kind != RebuildJob.Verify => ExitCode.Success,
            _ => ExitCode.Failure,
        };
    }

    private static async Task<IReadOnlyList<ReadModel>> Chosen(IServiceProvider services, string? name)
    {
        if (name is null)
            return [.. services.GetServices<ReadModel>()];
        if (services.GetRequiredService<ReadModelStates>().Find(name) is { } model)
            return [model];

        await Console.Error.WriteLineAsync($"There is no projection '{name}', but {string.Join(", ", services.GetServices<ReadModel>().Select(one => one.Name))}.");
        return [];
    }

    private static string Line(ReadModelStatus status) => string.Create(CultureInfo.InvariantCulture,
        $"{status.Name,-20} v{status.Version}  {status.State,-10} at {status.Position:N0} of {status.HighWater:N0}, {status.EventsBehind:N0} events ({status.SecondsBehind:0.0} s) behind, {status.EventsPerSecond:N0} events/s{(status.SecondsToCatchUp is > 0 and var left ? $", {left:0} s left" : "")}{(status.Error is { } error ? $": {error}" : "")}");

    private static Argument<string?> Name() => new("NAME") { Description = "Name of the projection.", Arity = ArgumentArity.ZeroOrOne };

    private static Option<bool> Fast() => new("--fast") { Description = "Take all of the machine, also while a Host serves from this database; else work gently then." };

    private static Option<bool> Json() => new("--json") { Description = "Write the result as JSON." };

    private static async Task<int> With(string? connection, string data, Func<IServiceProvider, Task<int>> act, CancellationToken cancellation)
    {
        await using var installation = await Installation.OpenAsync(connection, data, cancellation);
        await using var app = await HostApplication.OpenAsync(installation.Settings with { Alone = false }, cancellation);
        return await act(app.Services);
    }
}
