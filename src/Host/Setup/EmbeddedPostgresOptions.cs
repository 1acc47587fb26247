namespace EventSourcedOrgs.Host.Setup;

/// <summary>How a private PostgreSQL server is to run.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>The folder for the data. Under root another one is used, and logged, when the account that runs PostgreSQL cannot reach it.</summary>
    public string DataRoot { get; init; } = ".data";

    /// <summary>The bin folder of the PostgreSQL to use; default the environment variable EVENTSOURCEDORGS_POSTGRES_BIN, then whatever is found.</summary>
    public string? BinDirectory { get; init; }

    /// <summary>False gives up the safety of what is written for speed: for tests only.</summary>
    public bool Durable { get; init; } = true;

    public int MaxConnections { get; init; } = 200;

    /// <summary>Told, in a sentence, what happens during the start.</summary>
    public Action<string> Log { get; init; } = _ => { };

    internal IEnumerable<string> Settings()
    {
        var safe = Durable ? "on" : "off";
        return
        [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            $"max_connections={MaxConnections}",
            "shared_buffers=256MB",
            "max_wal_size=2GB",
            "checkpoint_timeout=15min",
            "idle_in_transaction_session_timeout=60s",
            "timezone=UTC",
            "log_timezone=UTC",
            $"fsync={safe}",
            $"synchronous_commit={safe}",
            $"full_page_writes={safe}",
        ];
    }
}

/// <summary>Why there is no private PostgreSQL server, in words that help.</summary>
public sealed class EmbeddedPostgresException(string message, Exception? inner = null) : Exception(message, inner);
