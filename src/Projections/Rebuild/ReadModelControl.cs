using Npgsql;

namespace EventSourcedOrgs.Projections;

/// <summary>What operators want of a read model, and what the Host that runs it last said of it. The retries grow with every wish to try again.</summary>
public sealed record ReadModelWish(string Name, bool Paused, long Retries, string? Failure, PoisonEvent? Poison, DateTimeOffset? SeenAt);

/// <summary>The wishes, in the database, so that any Host takes them and the one that runs the read model follows them, also after a restart.</summary>
public sealed class ReadModelControl(NpgsqlDataSource source)
{
    internal const string Table = $"{Projections.Table.Schema}.control";

    internal const string Definition =
        $"""
         create table if not exists {Table} (name text primary key, paused boolean not null default false, retries bigint not null default 0,
             failure text, poison_position bigint, poison_name text, seen_at timestamptz)
         """;

    public async Task<IReadOnlyDictionary<string, ReadModelWish>> AllAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"select name, paused, retries, failure, poison_position, poison_name, seen_at from {Table}");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var wishes = new Dictionary<string, ReadModelWish>();
        while (await reader.ReadAsync(cancellation))
        {
            var poison = reader.Get<long?>("poison_position") is { } position ? new PoisonEvent(position, reader.Get<string?>("poison_name")) : null;
            wishes.Add(reader.GetString(0), new(
                reader.GetString(0), reader.GetBoolean(1), reader.GetInt64(2), reader.Get<string?>("failure"), poison, reader.Get<DateTimeOffset?>("seen_at")));
        }

        return wishes;
    }

    /// <summary>Whether a Host said lately that it works on this database.</summary>
    public async Task<bool> IsServedAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"select exists (select from {Table} where seen_at > now() - interval '20 seconds')");
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <summary>Lets a read model stand still, or go on. It stands within a page, in whichever Host runs it.</summary>
    public Task PauseAsync(string name, bool paused, CancellationToken cancellation) => SetAsync(name, "paused", "$2", paused, cancellation);

    /// <summary>Lets a read model that an event stopped try again from where it stands.</summary>
    public Task RetryAsync(string name, CancellationToken cancellation) => SetAsync(name, "retries", "c.retries + $2", 1L, cancellation);

    /// <summary>What the Host that runs a read model has to say: that it does, and what stopped it.</summary>
    public async Task TellAsync(ReadModelProgress progress, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            $"""
             insert into {Table} as c (name, failure, poison_position, poison_name, seen_at) values ($1, $2, $3, $4, now())
             on conflict (name) do update set failure = $2, poison_position = $3, poison_name = $4, seen_at = now()
             """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = progress.Name });
        command.Parameters.Add(Text(progress.Failure));
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint, Value = progress.Poison?.Position ?? (object)DBNull.Value });
        command.Parameters.Add(Text(progress.Poison?.Name));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task SetAsync<T>(string name, string column, string value, T wish, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            $"insert into {Table} as c (name, {column}) values ($1, $2) on conflict (name) do update set {column} = {value}");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = wish });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlParameter Text(string? value) => new() { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text, Value = value ?? (object)DBNull.Value };
}
