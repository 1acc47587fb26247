using System.Security.Cryptography;
using System.Text.Json;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Users;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedOrgs.Tests;

/// <summary>Writes events and the keys of persons by COPY, as what commands would have written; one event a second from a start on, which needs the superuser of the database.</summary>
internal static class HistoryCopy
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private const string Actor = "user:0198c5a2-0000-7000-8000-000000000000";

    /// <summary>The key of a person here.</summary>
    public static byte[] KeyOf(Guid person) => SHA256.HashData(person.ToByteArray());

    /// <summary>Writes the events after a position, and the keys of whom they tell; answers the last position.</summary>
    /// <param name="source">For the superuser.</param>
    /// <param name="secrets">What keys are sealed with.</param>
    /// <param name="after">The last position that is taken already.</param>
    /// <param name="events">The events in their order, each with its stream.</param>
    /// <param name="versionOf">The version of an event in its stream; asked once for each, in order.</param>
    public static async Task<long> WriteAsync(NpgsqlDataSource source, Secrets secrets, long after, IEnumerable<(Guid Stream, object Data)> events, Func<Guid, object, DateTimeOffset, long> versionOf)
    {
        var json = StoredJson.Options(KeyOf);
        var persons = new List<Guid>();
        var position = after;
        await using (var connection = await source.OpenConnectionAsync())
        {
            await using (var streamsLater = new NpgsqlCommand("set session_replication_role = replica", connection))
                await streamsLater.ExecuteNonQueryAsync();
            await using (var copy = await connection.BeginBinaryImportAsync(
                "copy events.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, user_name, correlation_id, causation_id, is_archived) from stdin (format binary)"))
            {
                foreach (var (stream, data) in events)
                {
                    var at = Start.AddSeconds(++position);
                    if (data is UserCreated or ActivationCreated)
                        persons.Add(stream);
                    await copy.StartRowAsync();
                    await copy.WriteAsync(position, NpgsqlDbType.Bigint);
                    await copy.WriteAsync(Guid.CreateVersion7(), NpgsqlDbType.Uuid);
                    await copy.WriteAsync(stream, NpgsqlDbType.Uuid);
                    await copy.WriteAsync(versionOf(stream, data, at), NpgsqlDbType.Bigint);
                    await copy.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(data, data.GetType(), json), NpgsqlDbType.Jsonb);
                    await copy.WriteAsync(EventNames.All[data.GetType()], NpgsqlDbType.Varchar);
                    await copy.WriteAsync(at.UtcDateTime, NpgsqlDbType.TimestampTz);
                    await copy.WriteAsync("*DEFAULT*", NpgsqlDbType.Varchar);
                    await copy.WriteAsync($"{data.GetType().FullName}, EventSourcedOrgs.Domain", NpgsqlDbType.Varchar);
                    await copy.WriteAsync(Actor, NpgsqlDbType.Varchar);
                    await copy.WriteAsync($"{position:x32}", NpgsqlDbType.Varchar);
                    await copy.WriteAsync($"{position:x32}", NpgsqlDbType.Varchar);
                    await copy.WriteAsync(false, NpgsqlDbType.Boolean);
                }

                await copy.CompleteAsync();
            }

            await using var again = new NpgsqlCommand("set session_replication_role = origin", connection);
            await again.ExecuteNonQueryAsync();
        }

        await KeepKeysAsync(source, secrets, persons);
        return position;
    }

    private static async Task KeepKeysAsync(NpgsqlDataSource source, Secrets secrets, List<Guid> persons)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var copy = await connection.BeginBinaryImportAsync("copy events.mt_doc_personkey (id, data) from stdin (format binary)");
        foreach (var person in persons)
        {
            await copy.StartRowAsync();
            await copy.WriteAsync(person, NpgsqlDbType.Uuid);
            await copy.WriteAsync(JsonSerializer.Serialize(new { id = person, @sealed = secrets.Seal(KeyOf(person)) }), NpgsqlDbType.Jsonb);
        }

        await copy.CompleteAsync();
    }
}
