using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Application.Organizations;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.UserGroups;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Projections;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Oracle.Tests;

/// <summary>The moment of a question: how it is named, what the service understands by it, the time with which dates are compared.</summary>
internal sealed record AskedMoment(string Name, Moment? AsOf, DateTimeOffset Now, Disagreement? Wrong)
{
    public override string ToString() => AsOf is null ? Name : $"a {Name}, {AsOf}";
}

/// <content>Moments, what changed between two of them, and what a command would change.</content>
internal sealed partial class Examination
{
    private static readonly string[] Models = [EffectiveAccess.ModelName, Projections.Directory.ModelName];

    /// <summary>Now, an event of the story, or a full hour of it or half an hour later.</summary>
    private async Task<AskedMoment> MomentAsync(Batch batch, Played played, int n)
    {
        if (n % 3 == 0)
            return new("now", null, batch.Now, null);

        var half = played.Events.Length / 2;
        var e = played.Events[half + (n * 7 % (played.Events.Length - half))];
        var asOf = n % 3 == 1 ? new AsOf(e.Position, null) : new AsOf(null, e.At.AddMinutes(n % 2 == 0 || e.At == batch.Now ? 0 : 30));
        var expected = asOf.Time is { } time ? new Moment(batch.Before(time), time) : new Moment(e.Position, e.At);
        var found = (await stage.Host.Services.GetRequiredService<Moments>().Find(asOf, batch.Now, Models, CancellationToken.None)).Value!;
        return new(n % 3 == 1 ? "position" : "time", expected, expected.At, found == expected ? null : new(played, $"the moment of {asOf}", expected.ToString(), found.ToString()));
    }

    /// <summary>Who gained and lost what between two events of the story, by their positions or by their times.</summary>
    private async Task<Disagreement?> DifferenceAsync(Batch batch, Played played, int size)
    {
        var n = ChoiceOf(played);
        var (one, other) = (n * 5 % played.Events.Length, n % 4 == 0 ? played.Events.Length - 1 : n * 11 % played.Events.Length);
        var (from, to) = (played.Events[Math.Min(one, other)], played.Events[Math.Max(one, other)]);
        var byTime = n % 2 == 0;
        var until = byTime && n % 4 == 0 ? batch.Now : to.At;
        var (fromPosition, toPosition) = byTime
            ? (batch.Before(from.At), batch.Before(until))
            : (from.Position, to.Position);
        var organization = played.Story.Organizations[n / 4 % 2];
        var expected = new DifferenceOracle(played.Oracle(fault), played.Story, organization, (fromPosition, from.At), (toPosition, until)).Rows();
        var query = new ListAccessDifference(
            new(organization), byTime ? new(null, from.At) : new(from.Position, null), byTime ? new(null, until) : new(to.Position, null), new AccessRequest(batch.Now));

        var whole = await WalkAsync(query, All);
        tally.Asked(byTime ? "diff by time" : "diff by position");
        tally.Asked("changes told by diff", whole?.Length ?? 0);
        if (Differ(expected, whole) is { } wrong)
            return new(played, $"{query}", wrong.Expected, wrong.Actual);

        var pages = await WalkAsync(query, size);
        tally.Asked($"pages of {size}");
        return Differ(whole, pages) is { } torn ? new(played, $"{query} in pages of {size}", torn.Expected, torn.Actual) : null;
    }

    private async Task<string[]?> WalkAsync(ListAccessDifference query, int limit)
    {
        var rows = new List<string>();
        for (var next = query.Request with { Limit = limit }; ;)
        {
            var answer = await SendAsync<Result<AccessDifferencePage>>(query with { Request = next });
            if (answer.Refusal is { } refusal)
                return refusal.Kind == RefusalKind.NotFound && rows.Count == 0 ? null : throw new InvalidOperationException($"{query}: {refusal}");

            foreach (var row in answer.Value!.Rows)
            {
                (row.Change == AccessTurn.Gained).ShouldBe(row.After.Allowed);
                rows.Add(Told.Difference(
                    row.User.Id.Value, row.License.Id.Value, (row.Before.Code, row.Before.Paths.Select(Open)), (row.After.Code, row.After.Paths.Select(Open)), row.ByTime, row.TurnedAt,
                    row.Events.Select(e => Told.Event(e.Type, e.Id, e.Position, e.At, e.Actor))));
            }

            if (answer.Value.Next is not { } cursor)
                return [.. rows];

            answer.Value.Rows.Count.ShouldBe(limit);
            next = next with { Cursor = cursor };
        }
    }

    /// <summary>Who would gain and lose what by a command: the oracle with the events that it would append, taken from the oracle without them.</summary>
    private async Task<Disagreement?> ForesightAsync(Batch batch, Played played)
    {
        var (story, n) = (played.Story, ChoiceOf(played));
        var (organization, user, group, license) = (new OrganizationId(story.Organizations[n / 14 % 2]), new UserId(story.Users[n / 14 % 3]), new UserGroupId(story.Groups[n / 28 % 3]), new LicenseId(story.Licenses[n / 14 % 4]));
        var groupHome = new OrganizationId(story.Organizations[n / 28 % 3 / 2]);
        var preview = (n % 14) switch
        {
            0 => await ForeseeAsync(new SuspendOrganization(organization)),
            1 => await ForeseeAsync(new ReinstateOrganization(organization)),
            2 => await ForeseeAsync(new SuspendUser(user)),
            3 => await ForeseeAsync(new ReinstateUser(user)),
            4 => await ForeseeAsync(new DeleteUser(user)),
            5 => await ForeseeAsync(new DeleteUserGroup(groupHome, group)),
            6 => await ForeseeAsync(new DeleteLicense(license)),
            7 => await ForeseeAsync(new AssignGroupToLicense(groupHome, license, group, n % 3 == 0 ? new(batch.Now, batch.Now.AddHours(1)) : n % 3 == 1 ? new(null, batch.Now) : default)),
            8 => await ForeseeAsync(new UnassignGroupFromLicense(groupHome, license, group)),
            9 => await ForeseeAsync(new AddUsersToGroup(groupHome, group, [user])),
            10 => await ForeseeAsync(new RemoveUserFromGroup(groupHome, group, user)),
            11 => await ForeseeAsync(new DeleteOrganization(organization, Cascade: true)),
            12 => await ForeseeAsync(new ChangeLicense(license, LicenseChanges.None with { Revoked = n % 28 < 14 }, n % 5 == 0 ? organization : default(Optional<OrganizationId?>), user, default)),
            _ => await ForeseeAsync(new ChangeUser(user, new(default, default, default, default, default, default, default), default, (OrganizationId?)organization)),
        };
        tally.Asked(preview is null ? "dryRun refused" : "dryRun");
        if (preview is null)
            return null;

        var position = played.Events[^1].Position;
        RawEvent[] after =
        [
            .. played.Events,
            .. preview.Events.Select(e => new RawEvent(++position, Guid.Empty, e.StreamId, e.Type, batch.Now, null).With(e.Data)),
        ];
        var (before, then) = (played.Oracle(fault), new AccessOracle(after, fault));
        var changes = story.Pairs.Select(pair => (pair.User, pair.License, Before: Open(before, pair), After: Open(then, pair))).Where(pair => pair.Before != pair.After)
            .OrderBy(pair => pair.User).ThenBy(pair => pair.License).ToList();
        tally.Asked("changes foreseen by dryRun", changes.Count);
        var expected = $"gained {Pairs(changes.Where(pair => pair.After).Select(pair => (pair.User, pair.License)))}, lost {Pairs(changes.Where(pair => pair.Before).Select(pair => (pair.User, pair.License)))}";
        var actual = $"gained {Pairs(preview.Access.Gained.Select(pair => (pair.UserId.Value, pair.LicenseId.Value)))}, lost {Pairs(preview.Access.Lost.Select(pair => (pair.UserId.Value, pair.LicenseId.Value)))}";
        return expected == actual ? null : new(played, $"dryRun of {string.Join(", ", preview.Events.Select(e => $"{e.Type} {e.Data}"))}", expected, actual);

        bool Open(AccessOracle oracle, (Guid User, Guid License) pair) => oracle.Of(pair.User, pair.License, batch.Now).Code is null;
        static string Pairs(IEnumerable<(Guid User, Guid License)> pairs) => string.Join(" ", pairs.Select(pair => $"{pair.User}/{pair.License}"));
    }

    private async Task<Preview?> ForeseeAsync<T>(ICommand<T> command)
    {
        Preview? preview = null;
        var neighbours = stage.Host.Services.GetRequiredService<AccessNeighbours>();
        var outcome = await stage.Host.Services.GetRequiredService<Commands>().Run(command, Envelope.System with { DryRun = true }, async (_, store, cancellation) =>
        {
            preview = await Preview.Of(store, neighbours, cancellation);
            return new Reply(200);
        }, CancellationToken.None);
        return outcome.Result.Refusal is null ? preview : null;
    }
}
