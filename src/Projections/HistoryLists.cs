using EventSourcedOrgs.Domain;
using MediatR;
using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>The life of a licence.</summary>
public sealed record ListLicenseHistory(LicenseId License, ListRequest Request) : IListQuery<HistoryRow>
{
    string IReadModelQuery.ReadModel => ActivationHistory.ModelName;

    public sealed class Handler(HistoryReader reader) : IRequestHandler<ListLicenseHistory, Result<ListPage<HistoryRow>>>
    {
        public Task<Result<ListPage<HistoryRow>>> Handle(ListLicenseHistory query, CancellationToken cancellationToken) =>
            reader.Page(new("h.license_id = $1", query.License.Value), Refusal.LicenseNotFound, query.Request, cancellationToken);
    }
}

/// <summary>The lives of the licences of an organization, or of one of them: the parts in which they belonged to it.</summary>
public sealed record ListOrganizationLicenseHistory(OrganizationId Organization, LicenseId? License, ListRequest Request) : IListQuery<HistoryRow>, IWithinOrganization
{
    string IReadModelQuery.ReadModel => ActivationHistory.ModelName;

    public sealed class Handler(HistoryReader reader) : IRequestHandler<ListOrganizationLicenseHistory, Result<ListPage<HistoryRow>>>
    {
        public Task<Result<ListPage<HistoryRow>>> Handle(ListOrganizationLicenseHistory query, CancellationToken cancellationToken) => query.License is { } license
            ? reader.Page(new("h.organization_id = $1 and h.license_id = $2", query.Organization.Value, license.Value), Refusal.LicenseNotFound, query.Request, cancellationToken)
            : reader.Page(new("h.organization_id = $1", query.Organization.Value), null, query.Request, cancellationToken);
    }
}

/// <summary>What one user did with licences, and what was done to licences for that user.</summary>
public sealed record ListUserHistory(UserId User, ListRequest Request) : IListQuery<HistoryRow>
{
    string IReadModelQuery.ReadModel => ActivationHistory.ModelName;

    IReadOnlyList<string> IReadModelQuery.ReadModels => [ActivationHistory.ModelName, Directory.ModelName];

    public sealed class Handler(HistoryReader reader) : IRequestHandler<ListUserHistory, Result<ListPage<HistoryRow>>>
    {
        public async Task<Result<ListPage<HistoryRow>>> Handle(ListUserHistory query, CancellationToken cancellationToken) =>
            await reader.WasUser(query.User, cancellationToken)
                ? await reader.Page(new("h.user_id = $1", query.User.Value), null, query.Request, cancellationToken)
                : Refusal.UserNotFound;
    }
}

/// <summary>What the user who asks did with licences, and what was done to licences for that user.</summary>
public sealed record ListMyHistory(UserId User, ListRequest Request) : IListQuery<HistoryRow>
{
    string IReadModelQuery.ReadModel => ActivationHistory.ModelName;

    public sealed class Handler(HistoryReader reader) : IRequestHandler<ListMyHistory, Result<ListPage<HistoryRow>>>
    {
        public Task<Result<ListPage<HistoryRow>>> Handle(ListMyHistory query, CancellationToken cancellationToken) =>
            reader.Page(new("h.user_id = $1", query.User.Value), null, query.Request, cancellationToken);
    }
}

/// <summary>Whose history is read: a condition and its values.</summary>
internal sealed record HistoryScope(string Where, params IReadOnlyList<object> Values);

/// <summary>Reads pages of history at the position it has reached.</summary>
public sealed class HistoryReader(NpgsqlDataSource database, Progress progress)
{
    /// <param name="scope">Whose history it is.</param>
    /// <param name="unknown">The answer when there never was anything.</param>
    /// <param name="request">The page.</param>
    /// <param name="cancellation">Stops the reading.</param>
    internal async Task<Result<ListPage<HistoryRow>>> Page(HistoryScope scope, Refusal? unknown, ListRequest request, CancellationToken cancellation)
    {
        var source = new ListSource("h.*", $"{ActivationHistory.Entries.Name} h", scope.Where, scope.Values);
        if (unknown is not null && !await AnyAsync(source, cancellation))
            return unknown;

        var page = await ActivationHistory.Listing.ReadAsync(
            database, source, request, progress.Of(ActivationHistory.ModelName).Position, ActivationHistory.Read, cancellation);
        return page.IsValid ? page.Value : page.Errors.AsRefusal();
    }

    /// <summary>Whether there is such a user or was one.</summary>
    internal Task<bool> WasUser(UserId user, CancellationToken cancellation) =>
        AnyAsync(new("u.id", $"{Directory.TableOf("app_user")} u", "u.id = $1", user.Value), cancellation);

    private async Task<bool> AnyAsync(ListSource source, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"select exists (select 1 from {source.From} where {source.Where})");
        foreach (var value in source.Parameters)
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync(cancellation) is true;
    }
}
