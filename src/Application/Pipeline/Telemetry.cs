using System.Diagnostics;
using System.Diagnostics.Metrics;
using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Domain;
using MediatR;

namespace EventSourcedOrgs.Application.Pipeline;

/// <summary>
/// What commands and queries tell whoever watches: their names, how long they took, how they ended. Never what is in them, nor who asked: a trace leaves the installation.
/// </summary>
public static class Telemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "EventSourcedOrgs";

    private const string Done = "done";
    private const string Failed = "failed";

    private static readonly ActivitySource Source = new(Name);
    internal static readonly Meter Meter = new(Name);
    private static readonly Histogram<double> CommandTime = Meter.CreateHistogram<double>("eventsourcedorgs.command.duration", "s", "Time of a command with its commit, by name and outcome");
    private static readonly Histogram<double> QueryTime = Meter.CreateHistogram<double>("eventsourcedorgs.query.duration", "s", "Time of a query, by name and outcome");
    private static readonly Histogram<double> CheckTime = Meter.CreateHistogram<double>("eventsourcedorgs.access_check.duration", "s", "Time of an access check, however many questions it holds");
    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("eventsourcedorgs.refusals", "{refusal}", "Commands and queries that were refused, by code");

    /// <summary>Watches a command from its first attempt to its commit.</summary>
    internal static Task<Outcome<T>> Command<T>(ICommand<T> command, Func<Task<Outcome<T>>> run) =>
        Watch("command", command.GetType().Name, CommandTime, run, outcome => outcome.Result.Refusal);

    internal static async Task<TResponse> Query<TResponse>(object query, Func<Task<TResponse>> run) where TResponse : IResult<TResponse>
    {
        var start = Stopwatch.GetTimestamp();
        var answer = await Watch("query", query.GetType().Name, QueryTime, run, response => response.Refusal);
        if (query is CheckAccess)
            CheckTime.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
        return answer;
    }

    private static async Task<T> Watch<T>(string kind, string name, Histogram<double> time, Func<Task<T>> run, Func<T, Refusal?> refusalOf)
    {
        using var activity = Source.StartActivity($"{kind} {name}");
        var (start, outcome) = (Stopwatch.GetTimestamp(), Failed);
        activity?.SetTag($"eventsourcedorgs.{kind}", name);
        try
        {
            var answer = await run();
            outcome = refusalOf(answer) is { } refusal ? refusal.Code : Done;
            if (outcome != Done)
                Refusals.Add(1, new("code", outcome), new(kind, name));
            return answer;
        }
        finally
        {
            activity?.SetTag("eventsourcedorgs.outcome", outcome);
            if (outcome == Failed)
                activity?.SetStatus(ActivityStatusCode.Error);
            time.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, new(kind, name), new("outcome", outcome));
        }
    }
}

/// <summary>The step around every query that lets it be watched; commands are watched with their commit.</summary>
public sealed class Observe<TRequest, TResponse> : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
    where TResponse : IResult<TResponse>
{
    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next) =>
        request is ICommand ? next() : Telemetry.Query(request, () => next());
}
