using System.Text.Json;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Projections;
using Npgsql;

namespace EventSourcedOrgs.Host.Api;

/// <summary>One refused command as the audit shows it: <c>status</c> is that of the answer, <c>actor</c> is <c>user:ID</c>, <c>token:ID</c>, <c>provider:ID</c>, <c>system</c> or <c>anonymous</c>.</summary>
internal sealed record WireRefusedCommand(
    Guid Id, DateTimeOffset At, string Command, string Code, int Status, string Actor, OrganizationId? OrganizationId, Guid? ResourceId, string? RequestId,
    string? IpAddress, string? UserAgent);

/// <summary>What was refused, to anybody.</summary>
internal sealed record ListRefusedCommands(ListRequest Request) : IQuery<ListPage<WireRefusedCommand>>
{
    public sealed class Handler(RefusedCommandReader reader) : IQueryHandler<ListRefusedCommands, ListPage<WireRefusedCommand>>
    {
        public Task<Result<ListPage<WireRefusedCommand>>> Handle(ListRefusedCommands query, CancellationToken cancellationToken) =>
            reader.Page("true", [], query.Request, cancellationToken);
    }
}

/// <summary>What was refused to the people and tokens of an organization, and to the vendor within it.</summary>
internal sealed record ListOrganizationRefusedCommands(OrganizationId Organization, ListRequest Request) : IQuery<ListPage<WireRefusedCommand>>, IWithinOrganization
{
    public sealed class Handler(RefusedCommandReader reader, Store store) : IQueryHandler<ListOrganizationRefusedCommands, ListPage<WireRefusedCommand>>
    {
        public async Task<Result<ListPage<WireRefusedCommand>>> Handle(ListOrganizationRefusedCommands query, CancellationToken cancellationToken)
        {
            var page = await reader.Page("(r.data ->> 'organization')::uuid = $1", [query.Organization.Value], query.Request, cancellationToken);
            return page.Value is { } found ? found with { Rows = await Seen(found.Rows, cancellationToken) } : page;
        }

        /// <summary>To customers the vendor's people stay unnamed, as in the history.</summary>
        private async Task<IReadOnlyList<WireRefusedCommand>> Seen(IReadOnlyList<WireRefusedCommand> rows, CancellationToken cancellation)
        {
            var actors = await SeenActors.Of(rows.Select(row => row.Actor), store, cancellation);
            return [.. rows.Select(row => actors.IsOwn(row.Actor) ? row : row with { Actor = actors.NameOf(row.Actor)!, IpAddress = null, UserAgent = null })];
        }
    }
}

/// <summary>Reads pages of refused commands, the newest first.</summary>
internal sealed class RefusedCommandReader(NpgsqlDataSource database, PersonKeys keys, Refusals refusals)
{
    public static Listing Listing { get; } = new("refused-commands", ListField.Id("id", "r.id"),
    [
        ListField.Instant("at", "events.mt_immutable_timestamptz(r.data ->> 'at')") with { Required = true },
        ListField.Text("command", "r.data ->> 'command'") with { Required = true },
        ListField.Text("code", "r.data ->> 'code'") with { Required = true },
        ListField.Text("actor", "r.data ->> 'actor'") with { Required = true },
        ListField.Id("organizationId", "(r.data ->> 'organization')::uuid"),
        ListField.Id("resourceId", "(r.data ->> 'resource')::uuid"),
        ListField.Text("requestId", "r.data ->> 'requestId'"),
    ])
    { DefaultSort = [new("id", SortOrder.Descending)] };

    /// <summary>What customers may ask about them, who are not told which of the vendor's people it was.</summary>
    public static Listing OfCustomers { get; } = Listing.Without("actor");

    private readonly JsonSerializerOptions stored = new(StoredJson.Options(keys.Find)) { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public async Task<Result<ListPage<WireRefusedCommand>>> Page(string where, IReadOnlyList<object> values, ListRequest request, CancellationToken cancellation)
    {
        var source = new ListSource("r.data::text", "events.mt_doc_refusedcommand r", where, values);
        var page = await Listing.ReadAsync(database, source, request, null, Row, cancellation);
        return page.IsValid ? page.Value : page.Errors.AsRefusal();
    }

    private WireRefusedCommand Row(NpgsqlDataReader row)
    {
        var refused = JsonSerializer.Deserialize<RefusedCommand>(row.GetString(0), stored)!;
        var origin = refusals.OriginOf(refused);
        return new(
            refused.Id, refused.At, refused.Command, refused.Code, Problems.StatusOf(refused.Kind), refused.Actor, refused.Organization, refused.Resource, refused.RequestId,
            origin?.IpAddress, origin?.UserAgent);
    }
}
