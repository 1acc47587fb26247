using System.Text.Json.Serialization;
using EventSourcedOrgs.Domain;
using MediatR;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>Whether a user can use a licence that the user could not use before, or no longer.</summary>
public enum AccessTurn
{
    Gained,
    Lost,
}

/// <summary>
/// One user and one licence whose answers at two moments differ: both answers; the events in between that opened or closed a way from the one to the other, or
/// changed one of the two or their organization; and whether the clock did it: without the events it would be the same, without the clock it would not. Then
/// <see cref="TurnedAt"/> is the instant since which it is so (UTC).
/// </summary>
public sealed record AccessDifferenceRow(
    AccessUser User, AccessLicense License, [property: JsonConverter(typeof(WireEnum<AccessTurn>))] AccessTurn Change, AccessAnswer Before, AccessAnswer After,
    ValueList<AccessEvent> Events, bool ByTime, DateTimeOffset? TurnedAt);

/// <summary>The answer at one moment: open by these ways, or denied with this code. Who or what was not there then, or elsewhere, is not found.</summary>
public sealed record AccessAnswer(bool Allowed, string? Code, ValueList<OpenPath> Paths);

/// <summary>An event that had to do with a change of access: its name, its id, its position, when it was (UTC) and who did it.</summary>
public sealed record AccessEvent(string Type, Guid Id, long Position, DateTimeOffset At, string? Actor);

/// <summary>One page of changes, in the order of the users' ids and then the licences'; the cursor of the next page; the later moment.</summary>
public sealed record AccessDifferencePage(IReadOnlyList<AccessDifferenceRow> Rows, string? Next, Moment Moment);

/// <summary>Who gained and who lost which licence in an organization between two moments, the later of which is the present when nothing is said.</summary>
public sealed record ListAccessDifference(OrganizationId Organization, AsOf From, AsOf? To, AccessRequest Request)
    : IRequest<Result<AccessDifferencePage>>, IReadModelQuery, IWithinOrganization
{
    string IReadModelQuery.ReadModel => EffectiveAccess.ModelName;

    IReadOnlyList<string> IReadModelQuery.ReadModels => AccessReader.Models;

    public sealed class Handler(AccessDifferenceReader reader) : IRequestHandler<ListAccessDifference, Result<AccessDifferencePage>>
    {
        public Task<Result<AccessDifferencePage>> Handle(ListAccessDifference query, CancellationToken cancellationToken) =>
            reader.Page(new(query.Organization, query.From, query.To, query.Request.Filter), query.Request, cancellationToken);
    }
}

/// <summary>A list of changes as somebody asked for it.</summary>
internal sealed record AccessDifference(OrganizationId Organization, AsOf From, AsOf? To, AccessFilter Filter);

/// <summary>What a line that is read for a pair tells.</summary>
internal enum DifferencePart
{
    Before,
    After,
    Event,
}

/// <summary>Reads pages of changes between two positions, and goes on between the same two from page to page.</summary>
public sealed class AccessDifferenceReader(NpgsqlDataSource database, Moments moments, Directory directory)
{
    internal async Task<Result<AccessDifferencePage>> Page(AccessDifference list, AccessRequest request, CancellationToken cancellation)
    {
        var after = request.Cursor is null ? null : AccessCursor.Read(request.Cursor, list);
        if (request.Cursor is not null && (after?.From is null || after.Moment.At > request.Now))
            return ((ListError[])[ListError.Cursor()]).AsRefusal();

        var period = after is null ? await FindAsync(list, request.Now, cancellation) : new Period(after.From!, after.Moment);
        if (period.Refusal is { } refusal)
            return refusal;
        var (from, to) = period.Value!;
        if (await moments.ReachAsync(to.Position, AccessReader.Models, cancellation) is { } behind)
            return behind;

        var rows = await ReadAsync(list, period.Value!, after, request.Limit, cancellation);
        return rows is null ? Refusal.OrganizationNotFound
            : rows.Count <= request.Limit ? new AccessDifferencePage(rows, null, to)
            : new AccessDifferencePage(rows[..request.Limit], new AccessCursor(to, rows[request.Limit - 1].User.Id.Value, rows[request.Limit - 1].License.Id.Value, from).Write(list), to);
    }

    private async Task<Result<Period>> FindAsync(AccessDifference list, DateTimeOffset now, CancellationToken cancellation)
    {
        var from = await moments.Find(list.From, now, AccessReader.Models, cancellation);
        if (from.Refusal is { } early)
            return Named(early, "from");

        var to = await moments.Find(list.To, now > from.Value!.At ? now : from.Value.At, AccessReader.Models, cancellation);
        return to.Refusal is { } late ? Named(late, "to")
            : from.Value.Position > to.Value!.Position || from.Value.At > to.Value.At ? ((ListError[])[ListError.Parameter("from", "Lies after 'to'.")]).AsRefusal()
            : new Period(from.Value, to.Value);
    }

    private static Refusal Named(Refusal refusal, string parameter) =>
        refusal == Refusal.AsOfInFuture ? ((ListError[])[ListError.Parameter(parameter, "Lies in the future.")]).AsRefusal()
        : refusal == Refusal.AsOfBeforeHistory ? refusal with { Message = $"'{parameter}' lies before the first event." }
        : refusal;

    /// <summary>The rows of a page and one more; null where there was no such organization.</summary>
    private async Task<List<AccessDifferenceRow>?> ReadAsync(AccessDifference list, Period period, AccessCursor? after, int limit, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new AccessDifferenceStatement(list, period.From, period.To).Existence());
        batch.BatchCommands.Add(new AccessDifferenceStatement(list, period.From, period.To).Rows(after, limit + 1, directory, moments.Events));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
            return null;

        await reader.NextResultAsync(cancellation);
        var rows = new List<AccessDifferenceRow>(limit + 1);
        while (await reader.ReadAsync(cancellation))
        {
            var row = RowOf(reader);
            if (rows is not [.., var last] || last.User.Id != row.User.Id || last.License.Id != row.License.Id)
                rows.Add(row);
            rows[^1] = With(rows[^1], reader);
        }

        return rows;
    }

    private static AccessDifferenceRow RowOf(NpgsqlDataReader reader)
    {
        var (before, after) = (reader.Get<string?>("before_code"), reader.Get<string?>("after_code"));
        return new(
            new(new(reader.Get<Guid>("user_id")), reader.Get<string>("user_name"), reader.Get<string>("user_email")),
            new(new(reader.Get<Guid>("license_id")), reader.Get<string>("license_key"), new(reader.Get<Guid>("product_id"))),
            after is null ? AccessTurn.Gained : AccessTurn.Lost, new(before is null, before, []), new(after is null, after, []), [], reader.Get<bool>("by_time"), reader.Get<DateTimeOffset?>("turned_at"));
    }

    private static AccessDifferenceRow With(AccessDifferenceRow row, NpgsqlDataReader reader) => (DifferencePart)reader.Get<int>("part") switch
    {
        DifferencePart.Before => row with { Before = row.Before with { Paths = [.. row.Before.Paths, AccessReader.PathOf(reader)!] } },
        DifferencePart.After => row with { After = row.After with { Paths = [.. row.After.Paths, AccessReader.PathOf(reader)!] } },
        _ => row with { Events = [.. row.Events, new(reader.Get<string>("event"), reader.Get<Guid>("event_id"), reader.Get<long>("opened"), reader.Get<DateTimeOffset>("at"), reader.Get<string?>("actor"))] },
    };

    /// <summary>The two moments that are compared.</summary>
    private sealed record Period(Moment From, Moment To);
}
