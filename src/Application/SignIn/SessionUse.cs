using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;

namespace EventSourcedOrgs.Application.SignIn;

/// <summary>
/// Notes when sign-ins are used, at most once a minute each. It changes what is there and never brings back a sign-in that has ended.
/// </summary>
public sealed class SessionUse(NpgsqlDataSource database, TimeProvider clock)
{
    private const int MostRemembered = 100_000;
    private static readonly TimeSpan BetweenNotes = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> noted = new();

    public async Task Note(Guid session, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (noted.TryGetValue(session, out var at) && at > now - BetweenNotes)
            return;
        if (noted.Count >= MostRemembered)
            noted.Clear();
        noted[session] = now;

        await using var command = database.CreateCommand(
            "update events.mt_doc_signinsession set data = jsonb_set(data, '{lastUsedAt}', to_jsonb($2)) where id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = session });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = now.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
