using System.Text.Json;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Trials;
using Npgsql;

namespace EventSourcedOrgs.Application.Trials;

/// <summary>
/// Finds the trial that a machine has, in the states as committed. Fingerprints that match have a part in common, so an index on the parts answers in the
/// time of a few rows however many machines try a product. Who holds the lock of the product sees every trial there is.
/// </summary>
public sealed class TrialMachines(NpgsqlDataSource database)
{
    /// <summary>The trial of this machine, if it has one; of a machine user where trials are locked to users. The same fingerprint goes before similar ones, then the older.</summary>
    public async Task<TrialActivationId?> Find(ProductId product, TrialTerms terms, MachineReport report, CancellationToken cancellation)
    {
        var parts = Fingerprint.PartsOf(report.Fingerprint);
        var holds = string.Join(" or ", parts.Select((_, n) => $"a.data -> 'parts' @> ${n + 2}::jsonb"));
        await using var command = database.Command(
            $"""
            select a.id, a.data #>> array['report', 'fingerprint'], a.data #>> array['report', 'userHash'] from events.mt_doc_trialactivation a
            where (a.data ->> 'product')::uuid = $1 and (a.data ->> 'deleted')::boolean = false and ({holds}) order by a.id
            """, [product.Value, .. parts.Select(part => JsonSerializer.Serialize(new[] { part }))]);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        TrialActivationId? similar = null;
        while (await reader.ReadAsync(cancellation))
        {
            var (id, fingerprint) = (TrialActivationId.From(reader.GetGuid(0)), reader.GetString(1));
            if (!terms.IsSameMachine(fingerprint, reader.GetString(2), report))
                continue;
            if (fingerprint == report.Fingerprint)
                return id;
            similar ??= id;
        }

        return similar;
    }
}
