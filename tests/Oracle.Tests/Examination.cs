using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Oracle.Tests;

/// <summary>A disagreement: what was asked, what was expected, what was answered.</summary>
internal sealed record Disagreement(Played Played, string Question, string Expected, string Actual)
{
    public override string ToString() => $"{Question}\n  expected: {Expected}\n  but was:  {Actual}";
}

/// <summary>Asks the service everything about stories and compares its answers with those of an oracle.</summary>
/// <param name="stage">Where the stories happened.</param>
/// <param name="tally">Counts what is asked.</param>
/// <param name="fault">What the oracle gets wrong.</param>
/// <param name="choice">Chooses what is asked about every story; the number of each story if it is not given.</param>
internal sealed partial class Examination(Stage stage, Tally tally, Fault fault = Fault.None, int? choice = null)
{
    private static readonly int[] PageSizes = [1, 2, 7, 100];
    private const int All = 1000;

    /// <summary>The first disagreement about each story of which there is one.</summary>
    public async Task<IReadOnlyList<Disagreement>> OfAsync(Batch batch)
    {
        var found = new System.Collections.Concurrent.ConcurrentDictionary<Played, Disagreement>();
        foreach (var disagreement in await ChecksAsync(batch))
            found.TryAdd(disagreement.Played, disagreement);
        await Parallel.ForEachAsync(batch.Played.Where(played => !found.ContainsKey(played)), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (played, _) =>
        {
            if (await OfAsync(batch, played) is { } disagreement)
                found.TryAdd(played, disagreement);
        });
        return [.. found.Values.OrderBy(disagreement => disagreement.Played.Story.Steps.Count)];
    }

    /// <summary>Every pair of every story, a thousand pairs at a time: now, as of positions and as of times.</summary>
    private async Task<IReadOnlyList<Disagreement>> ChecksAsync(Batch batch)
    {
        var found = new List<Disagreement>();
        long?[] positions = batch.Events.Length == 0 ? [null] : [null, batch.Events[batch.Events.Length / 2].Position, batch.Events[batch.Events.Length * 5 / 6].Position];
        foreach (var part in batch.Played.Chunk(CheckAccess.Most / (Step.Users.Length * Step.Licenses.Length)))
        {
            foreach (var position in positions)
            {
                var past = position is { } then ? new PastMoment(then, batch.Events.Last(e => e.Position <= then).At) : null;
                var pairs = part.SelectMany(played => played.Story.Pairs.Select(pair => (played, pair.User, pair.License))).ToList();
                var answers = await CheckAsync(pairs.Select(pair => new AccessQuestion(new(pair.User), new LicenseId(pair.License))), past);
                tally.Asked(past is null ? "bulk check" : "bulk check as of a position", pairs.Count);
                foreach (var ((played, user, license), answer) in pairs.Zip(answers))
                {
                    var oracle = position is null ? played.Oracle(fault) : played.Oracle(fault).UpTo(position.Value);
                    tally.Answered(oracle.Of(user, license, past?.At ?? batch.Now));
                    var expected = new Expected(oracle, played.Story, past?.At ?? batch.Now).Check(user, license);
                    if (expected != answer)
                        found.Add(new(played, $"check of {user} and {license} {(past is null ? "now" : $"as of {past}")}", expected, answer));
                }
            }
        }

        return found;
    }

    /// <summary>One story by all other questions, each at a moment that the number of the story chooses, each in pages of another size.</summary>
    private async Task<Disagreement?> OfAsync(Batch batch, Played played)
    {
        if (played.Events.Length == 0)
            return null;

        var (story, n) = (played.Story, ChoiceOf(played));
        var moment = await MomentAsync(batch, played, n);
        var oracle = moment.AsOf is { } past ? played.Oracle(fault).UpTo(past.Position) : played.Oracle(fault);
        var expected = new Expected(oracle, story, moment.Now);
        var request = new AccessRequest(batch.Now) { AsOf = moment.AsOf };

        foreach (var (user, license) in story.Pairs)
            tally.Answered(oracle.Of(user, license, moment.Now));
        return moment.Wrong
            ?? await SingleAsync(played, expected, moment, n)
            ?? await ListAsync(story.Users[n % 3], "by-user", id => new ListUserAccess(new(id), AccessView.Everything, request), expected.OfUser, PageSizes[n % 4])
            ?? await ListAsync(story.Users[(n + 1) % 3], "by-user", id => new ListUserAccess(new(id), AccessView.Everything, request), expected.OfUser, null)
            ?? await ListAsync(story.Licenses[n / 3 % 4], "by-licence", id => new ListLicenseAccess(new(id), AccessView.Everything, request), expected.OfLicense, PageSizes[(n + 1) % 4])
            ?? await ListAsync(story.Organizations[0], "matrix", id => new ListOrganizationAccess(new(id), request), expected.Matrix, PageSizes[(n + 2) % 4])
            ?? await ListAsync(story.Organizations[1], "matrix", id => new ListOrganizationAccess(new(id), request), expected.Matrix, null)
            ?? await DifferenceAsync(batch, played, PageSizes[(n + 3) % 4])
            ?? await ForesightAsync(batch, played);

        async Task<Disagreement?> ListAsync(Guid subject, string name, Func<Guid, IAccessQuery> query, Func<Guid, string[]?> expectation, int? size)
        {
            var (wanted, whole) = (expectation(subject), await WalkAsync(query(subject), All));
            tally.Asked(moment.Name == "now" ? name : $"{name} as of a {moment.Name}");
            if (Differ(wanted, whole) is { } wrong)
                return new(played, $"{name} of {subject} at {moment}", wrong.Expected, wrong.Actual);
            if (size is null)
                return null;

            var pages = await WalkAsync(query(subject), size.Value);
            tally.Asked($"pages of {size}");
            return Differ(whole, pages) is { } torn ? new(played, $"{name} of {subject} at {moment} in pages of {size}", torn.Expected, torn.Actual) : null;
        }
    }

    private int ChoiceOf(Played played) => choice ?? played.Story.Number;

    /// <summary>One pair alone.</summary>
    private async Task<Disagreement?> SingleAsync(Played played, Expected expected, AskedMoment moment, int n)
    {
        var (user, license) = (played.Story.Users[n / 2 % 3], played.Story.Licenses[n / 5 % 4]);
        var past = moment.AsOf is { } at ? new PastMoment(at.Position, at.At) : null;
        var answer = (await CheckAsync([new(new(user), new LicenseId(license))], past)).Single();
        tally.Asked(moment.Name == "now" ? "check" : $"check as of a {moment.Name}");
        var wanted = expected.Check(user, license);
        return wanted == answer ? null : new(played, $"check of {user} and {license} at {moment}", wanted, answer);
    }

    private async Task<IReadOnlyList<string>> CheckAsync(IEnumerable<AccessQuestion> questions, PastMoment? past)
    {
        await using var scope = Scope(past);
        var answer = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new CheckAccess([.. questions]));
        answer.Refusal.ShouldBeNull();
        return [.. answer.Value!.Answers.Select(checkedOne => Told.Check(
            checkedOne.Question.User.Value, checkedOne.Question.License!.Value.Value, checkedOne.Denial?.Code,
            checkedOne.Reasons.Select(reason => (Kind(reason.Path.Kind), reason.Path.UserGroup?.Value, reason.Path.Window.From, reason.Path.Window.Until,
                reason.Grants.Select(grant => Told.Event(grant.Type, grant.Id, grant.Position, grant.At, grant.Actor))))))];
    }

    /// <summary>All pages of a list; null if its subject is not there.</summary>
    private async Task<string[]?> WalkAsync(IAccessQuery query, int limit)
    {
        var rows = new List<string>();
        for (var next = query.Request with { Limit = limit }; ;)
        {
            var answer = await SendAsync<Result<AccessPage>>(query switch
            {
                ListUserAccess q => q with { Request = next },
                ListLicenseAccess q => q with { Request = next },
                _ => (ListOrganizationAccess)query with { Request = next },
            }, next.AsOf);
            if (answer.Refusal is { } refusal)
                return refusal.Kind == RefusalKind.NotFound && rows.Count == 0 ? null : throw new InvalidOperationException($"{query}: {refusal}");

            rows.AddRange(answer.Value!.Rows.Select(row => Told.Row(
                row.User.Id.Value, row.License?.Id.Value, row.License?.Key, row.License?.ProductId.Value, row.Allowed ? null : row.Code, row.Paths.Select(Open))));
            if (answer.Value.Next is not { } cursor)
                return [.. rows];

            answer.Value.Rows.Count.ShouldBe(limit);
            next = next with { Cursor = cursor, AsOf = null };
        }
    }

    /// <summary>As a request over HTTP is sent, where also the context knows the past moment, but not that of a cursor.</summary>
    private async Task<TAnswer> SendAsync<TAnswer>(object query, Moment? asOf = null)
    {
        await using var scope = Scope(asOf is null ? null : new(asOf.Position, asOf.At));
        return (TAnswer)(await scope.ServiceProvider.GetRequiredService<IMediator>().Send((IRequest<TAnswer>)query))!;
    }

    private AsyncServiceScope Scope(PastMoment? past)
    {
        var scope = stage.Host.Services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<Context>();
        context.Set(Caller.System, Origin.None, scope.ServiceProvider.GetRequiredService<TimeProvider>().GetUtcNow());
        context.AsOf = past;
        return scope;
    }

    private static string Open(OpenPath path) =>
        Told.Open(Kind(path.Kind), path.UserGroupId?.Value, path.UserGroupName, path.Since, path.Event, path.At, path.Actor, path.From, path.Until);

    public static string Kind(AccessPathKind kind) => kind switch
    {
        AccessPathKind.PrimaryUser => "primary-user",
        AccessPathKind.AdditionalUser => "additional-user",
        _ => "user-group",
    };

    private static (string Expected, string Actual)? Differ(string[]? expected, string[]? actual) =>
        (expected, actual) switch
        {
            (null, null) => null,
            (null, _) => ("nothing there", $"{actual.Length} rows"),
            (_, null) => ($"{expected.Length} rows", "nothing there"),
            _ when expected.SequenceEqual(actual) => null,
            _ => (Lines(expected.Except(actual), expected.Length), Lines(actual.Except(expected), actual.Length)),
        };

    private static string Lines(IEnumerable<string> rows, int count) => $"{count} rows, of which only here:{string.Concat(rows.Select(row => $"\n    {row}"))}";
}
