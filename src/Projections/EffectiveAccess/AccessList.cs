using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
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
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(list.Existence(moment));
        batch.BatchCommands.Add(list.Rows(moment, after, limit + 1, directory, moments.Events));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
            return null;

        await reader.NextResultAsync(cancellation);
        var rows = new List<AccessRow>(limit + 1);
        while (await reader.ReadAsync(cancellation))
        {
            var (row, path) = (RowOf(reader), PathOf(reader));
            if (rows is [.., var last] && last.User.Id == row.User.Id && last.License?.Id == row.License?.Id)
                rows[^1] = last with { Paths = [.. last.Paths, path!] };
            else
                rows.Add(path is null ? row : row with { Paths = [path] });
        }

        return rows;
    }

    private static AccessRow RowOf(NpgsqlDataReader reader) => new(
        new(new(reader.Get<Guid>("user_id")), reader.Get<string>("user_name"), reader.Get<string>("user_email")),
        reader.Get<Guid?>("license_id") is { } license ? new(new(license), reader.Get<string>("license_key"), new(reader.Get<Guid>("product_id"))) : null,
        reader.Get<string?>("code") is null, reader.Get<string?>("code"), []);

    private static OpenPath? PathOf(NpgsqlDataReader reader) => reader.Get<int?>("kind") is { } kind
        ? new((AccessPathKind)kind, reader.Get<Guid?>("group_id") is { } group ? new UserGroupId(group) : null, reader.Get<string?>("group_name"),
            reader.Get<DateTimeOffset?>("valid_from"), reader.Get<DateTimeOffset?>("valid_until"), reader.Get<long>("opened"), reader.Get<string>("event"), reader.Get<DateTimeOffset>("at"), reader.Get<string?>("actor"))
        : null;
}

/// <summary>Where a walk goes on: after this pair, at this moment. Its token carries a checksum over itself and the list it belongs to.</summary>
internal sealed record AccessCursor(Moment Moment, Guid User, Guid? License)
{
    private const int Length = 8 + 8 + 16 + 16;
    private const int ChecksumLength = 8;

    public AccessCursor(Moment moment, AccessRow row) : this(moment, row.User.Id.Value, row.License?.Id.Value) { }

    public string Write(AccessList list)
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Moment.Position);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(8), Moment.At.UtcTicks);
        User.TryWriteBytes(bytes.AsSpan(16));
        (License ?? Guid.Empty).TryWriteBytes(bytes.AsSpan(32));
        return Base64Url.EncodeToString([.. bytes, .. Checksum(bytes, list)]);
    }

    public static AccessCursor? Read(string token, AccessList list)
    {
        if (token.Length > 2 * Length || !Base64Url.IsValid(token) || Base64Url.DecodeFromChars(token) is not { Length: Length + ChecksumLength } all)
            return null;

        var bytes = all.AsSpan(0, Length);
        if (!all.AsSpan(Length).SequenceEqual(Checksum(bytes, list)))
            return null;

        var license = new Guid(bytes[32..]);
        return new(
            new(BinaryPrimitives.ReadInt64BigEndian(bytes), new(BinaryPrimitives.ReadInt64BigEndian(bytes[8..]), TimeSpan.Zero)), new(bytes[16..32]),
            license == Guid.Empty ? null : license);
    }

    private static byte[] Checksum(ReadOnlySpan<byte> bytes, AccessList list) =>
        SHA256.HashData([.. bytes, .. Encoding.UTF8.GetBytes(list.ToString())])[..ChecksumLength];
}
