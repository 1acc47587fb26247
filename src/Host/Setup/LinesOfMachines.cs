using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Projections;
using Npgsql;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>The activations whose lines in the history name a user.</summary>
internal sealed class LinesOfMachines(NpgsqlDataSource database)
{
    public async Task<IReadOnlyList<Guid>> Of(UserId user, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"select distinct activation_id from {ActivationHistory.Entries.Name} where user_id = $1 and activation_id is not null");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = user.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var machines = new List<Guid>();
        while (await reader.ReadAsync(cancellation))
            machines.Add(reader.GetGuid(0));
        return machines;
    }
}
