using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using Npgsql;

namespace EventSourcedOrgs.Application.Licenses;

/// <summary>
/// Reads the states that questions about access need, as committed now: one statement, so one moment. What they hold of persons stays sealed, because no decision asks for it.
/// </summary>
public sealed class CurrentAccess(NpgsqlDataSource database)
{
    private const int OfPosition = 0, OfUser = 1, OfLicense = 2, OfOrganization = 3, OfGroup = 4;

    /// <summary>Groups matter only where a user and a licence of the questions have them in common.</summary>
    private const string States = """
        with u as materialized (select data from events.mt_doc_user where id = any($1)),
            l as materialized (select data from events.mt_doc_license where id = any($2))
        select 0, to_jsonb((select coalesce(max(seq_id), 0) from events.mt_events))
        union all select 1, data from u
        union all select 2, data from l
        union all select 3, data from events.mt_doc_organization where id = any(array(select (data ->> 'organization')::uuid from u))
        union all select 4, data from events.mt_doc_usergroup where id = any(array(
            select jsonb_array_elements_text(data -> 'groups')::uuid from u intersect select jsonb_array_elements_text(data -> 'groups')::uuid from l))
        """;

    private static readonly JsonSerializerOptions Sealed = StoredJson.Options(_ => null);

    internal async Task<StatesOfAccess> Read(IReadOnlyCollection<AccessQuestion> questions, CancellationToken cancellation)
    {
        var found = new StatesOfAccess(questions.Count);
        await using var command = database.CreateCommand(States);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. questions.Select(question => question.User.Value).Distinct()] });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. questions.Select(question => question.License!.Value.Value).Distinct()] });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var json = await reader.GetFieldValueAsync<byte[]>(1, cancellation);
            switch (reader.GetInt32(0))
            {
                case OfPosition:
                    found.Position = JsonSerializer.Deserialize<long>(json);
                    break;
                case OfUser:
                    var user = Of<User>(json);
                    found.Users[user.Id] = user;
                    break;
                case OfLicense:
                    var license = Of<License>(json);
                    found.Licenses[license.Id] = license;
                    break;
                case OfOrganization:
                    var organization = Of<Organization>(json);
                    found.Organizations[organization.Id] = organization;
                    break;
                case OfGroup:
                    var group = Of<UserGroup>(json);
                    found.Groups[group.Id] = group;
                    break;
            }
        }

        return found;
    }

    private static T Of<T>(byte[] json) => JsonSerializer.Deserialize<T>(json, Sealed)!;
}

/// <summary>States as of one position.</summary>
internal sealed class StatesOfAccess(int questions)
{
    public long Position { get; set; }

    public Dictionary<UserId, User> Users { get; } = new(questions);

    public Dictionary<LicenseId, License> Licenses { get; } = new(questions);

    public Dictionary<OrganizationId, Organization> Organizations { get; } = [];

    public Dictionary<UserGroupId, UserGroup> Groups { get; } = [];
}
