using System.Text.Json.Serialization;
using EventSourcedOrgs.Domain;
using MediatR;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>One user and one licence, whether the one may use the other, and by which ways or why not. A user for whom there is no licence at all has none here.</summary>
public sealed record AccessRow(AccessUser User, AccessLicense? License, bool Allowed, string? Code, ValueList<OpenPath> Paths);

/// <summary>The user of a row.</summary>
public sealed record AccessUser(UserId Id, string Name, string Email);

/// <summary>The licence of a row.</summary>
public sealed record AccessLicense(LicenseId Id, string Key, ProductId ProductId);

/// <summary>
/// One way by which a licence is open: from and until when, if it is limited; the position of the event that completed it, its name, when it was (UTC) and who did it.
/// </summary>
public sealed record OpenPath(
    [property: JsonConverter(typeof(WireEnum<AccessPathKind>))] AccessPathKind Kind, UserGroupId? UserGroupId, string? UserGroupName,
    DateTimeOffset? From, DateTimeOffset? Until, long Since, string Event, DateTimeOffset At, string? Actor);

/// <summary>One page of rows, in the order of the users' ids and then the licences'; the cursor of the next page; the moment that the rows reflect.</summary>
public sealed record AccessPage(IReadOnlyList<AccessRow> Rows, string? Next, Moment Moment);

/// <summary>What of a list of access somebody wants to see.</summary>
public sealed record AccessFilter(UserId? User = null, LicenseId? License = null, UserGroupId? UserGroup = null, ProductId? Product = null, bool? Allowed = null);

/// <summary>
/// Whom the answer is for. The vendor sees everything. An organization sees its own users and licences, and the licences that belong to its users
/// personally. A person sees the licences that are open to that person, or would be if nothing denied it.
/// </summary>
public sealed record AccessView(OrganizationId? Organization, UserId? Person)
{
    public static AccessView Everything { get; } = new(null, null);

    public bool IsEverything => this == Everything;
}

/// <summary>How a list of access is asked for: filters, one page, a moment; <see cref="Now"/> is the moment when nothing else is said (UTC).</summary>
public sealed record AccessRequest(DateTimeOffset Now)
{
    public const int MostRows = 1000;

    public AccessFilter Filter { get; init; } = new();

    public int Limit { get; init; } = 20;

    public string? Cursor { get; init; }

    /// <summary>A past moment; null for the present.</summary>
    public Moment? AsOf { get; init; }
}

/// <summary>A question for one page of access.</summary>
public interface IAccessQuery : IRequest<Result<AccessPage>>, IReadModelQuery
{
    AccessRequest Request { get; }
}

/// <summary>What one user may use: every licence of the user's organization, and those that name the user.</summary>
public sealed record ListUserAccess(UserId User, AccessView View, AccessRequest Request) : IAccessQuery
{
    string IReadModelQuery.ReadModel => EffectiveAccess.ModelName;

    IReadOnlyList<string> IReadModelQuery.ReadModels => AccessReader.Models;

    public sealed class Handler(AccessReader reader) : IRequestHandler<ListUserAccess, Result<AccessPage>>
    {
        public Task<Result<AccessPage>> Handle(ListUserAccess query, CancellationToken cancellationToken) => reader.Page(
            new(AccessSubject.User, query.User.Value, query.View, query.Request.Filter with { User = query.User }), query.Request, Refusal.UserNotFound, cancellationToken);
    }
}

/// <summary>Who may use one licence: every user of its organization, and those it names.</summary>
public sealed record ListLicenseAccess(LicenseId License, AccessView View, AccessRequest Request) : IAccessQuery
{
    string IReadModelQuery.ReadModel => EffectiveAccess.ModelName;

    IReadOnlyList<string> IReadModelQuery.ReadModels => AccessReader.Models;

    public sealed class Handler(AccessReader reader) : IRequestHandler<ListLicenseAccess, Result<AccessPage>>
    {
        public Task<Result<AccessPage>> Handle(ListLicenseAccess query, CancellationToken cancellationToken) => reader.Page(
            new(AccessSubject.License, query.License.Value, query.View, query.Request.Filter with { License = query.License }), query.Request,
            Refusal.LicenseNotFound, cancellationToken);
    }
}

/// <summary>Who may use what in an organization: every user with every licence, and the users for whom there is none.</summary>
public sealed record ListOrganizationAccess(OrganizationId Organization, AccessRequest Request) : IAccessQuery, IWithinOrganization
{
    string IReadModelQuery.ReadModel => EffectiveAccess.ModelName;

    IReadOnlyList<string> IReadModelQuery.ReadModels => AccessReader.Models;

    public sealed class Handler(AccessReader reader) : IRequestHandler<ListOrganizationAccess, Result<AccessPage>>
    {
        public Task<Result<AccessPage>> Handle(ListOrganizationAccess query, CancellationToken cancellationToken) => reader.Page(
            new(AccessSubject.Organization, query.Organization.Value, new(query.Organization, null), query.Request.Filter), query.Request,
            Refusal.OrganizationNotFound, cancellationToken);
    }
}

/// <summary>Reads pages of access at a position, and goes on at the same position and the same time from page to page.</summary>
public sealed class AccessReader(NpgsqlDataSource database, Moments moments, Directory directory)
{
    /// <summary>So many users are looked at first, and so many at most at once; between them, as many as the rows found so far let expect to be enough.</summary>
    private const int FewUsers = 8;
    private const int ManyUsers = 4096;

    /// <summary>The names of users, groups and licences come from the directory.</summary>
    internal static readonly string[] Models = [EffectiveAccess.ModelName, Directory.ModelName];

    internal async Task<Result<AccessPage>> Page(AccessList list, AccessRequest request, Refusal absent, CancellationToken cancellation)
    {
        var after = request.Cursor is null ? null : AccessCursor.Read(request.Cursor, list);
        if (request.Cursor is not null && (after is null || request.AsOf is not null || after.Moment.At > request.Now))
            return ((ListError[])[ListError.Cursor()]).AsRefusal();

        var moment = after?.Moment ?? request.AsOf ?? moments.Present(request.Now, Models);
        if (await moments.ReachAsync(moment.Position, Models, cancellation) is { } behind)
            return behind;

        var rows = await ReadAsync(list, moment, after, request.Limit, cancellation);
        return rows is null ? absent
            : rows.Count <= request.Limit ? new AccessPage(rows, null, moment)
            : new AccessPage(rows[..request.Limit], new AccessCursor(moment, rows[request.Limit - 1]).Write(list), moment);
    }

    /// <summary>The rows of a page and one more; null where the subject of the list does not exist for whom it is for.</summary>
    private async Task<List<AccessRow>?> ReadAsync(AccessList list, Moment moment, AccessCursor? after, int limit, CancellationToken cancellation)
    {
        if ((await ReadAsync(list.Existence(moment), _ => true, cancellation)).Count == 0)
            return null;

        var (rows, seen, next) = (new List<AccessRow>(), 0, after);
        for (var most = list.HasOneLicense ? limit + 1 : FewUsers; ; most = Math.Clamp((limit + 1 - rows.Count) * (seen + 1) / (rows.Count + 1), FewUsers, ManyUsers))
        {
            var users = await ReadAsync(list.Candidates(moment, next, most), reader => reader.GetGuid(0), cancellation);
            await AddAsync(rows, list.Rows(moment, [.. users], next, limit + 1 - rows.Count, directory, moments.Events), cancellation);
            if (rows.Count > limit || users.Count < most)
                return rows;

            (seen, next) = (seen + users.Count, new(moment, users[^1], null));
        }
    }

    private async Task AddAsync(List<AccessRow> rows, NpgsqlBatchCommand command, CancellationToken cancellation)
    {
        foreach (var (row, path) in await ReadAsync(command, reader => (RowOf(reader), PathOf(reader)), cancellation))
        {
            if (rows is [.., var last] && last.User.Id == row.User.Id && last.License?.Id == row.License?.Id)
                rows[^1] = last with { Paths = [.. last.Paths, path!] };
            else
                rows.Add(path is null ? row : row with { Paths = [path] });
        }
    }

    private async Task<List<T>> ReadAsync<T>(NpgsqlBatchCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var items = new List<T>();
        while (await reader.ReadAsync(cancellation))
            items.Add(read(reader));
        return items;
    }

    private static AccessRow RowOf(NpgsqlDataReader reader) => new(
        new(new(reader.Get<Guid>("user_id")), reader.Get<string>("user_name"), reader.Get<string>("user_email")),
        reader.Get<Guid?>("license_id") is { } license ? new(new(license), reader.Get<string>("license_key"), new(reader.Get<Guid>("product_id"))) : null,
        reader.Get<string?>("code") is null, reader.Get<string?>("code"), []);

    internal static OpenPath? PathOf(NpgsqlDataReader reader) => reader.Get<int?>("kind") is { } kind
        ? new((AccessPathKind)kind, reader.Get<Guid?>("group_id") is { } group ? new UserGroupId(group) : null, reader.Get<string?>("group_name"),
            reader.Get<DateTimeOffset?>("valid_from"), reader.Get<DateTimeOffset?>("valid_until"), reader.Get<long>("opened"), reader.Get<string>("event"), reader.Get<DateTimeOffset>("at"), reader.Get<string?>("actor"))
        : null;
}
