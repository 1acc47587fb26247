using System.Diagnostics;
using System.Globalization;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using Marten;
using Npgsql;

namespace EventSourcedOrgs.Host.Diagnosis;

/// <summary>The database: whether it answers, is what this version needs, keeps what it is given, and holds nothing that is stuck.</summary>
internal sealed class DatabaseChecks(IServiceProvider services)
{
    private const int OldestMajor = 15;
    private const double ClockWarning = 2;
    private const double ClockError = 30;

    private readonly NpgsqlDataSource database = services.GetRequiredService<NpgsqlDataSource>();
    private readonly List<ReadModel> models = [.. services.GetServices<ReadModel>()];

    /// <summary>No command takes so long.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    public IEnumerable<(string, Func<CancellationToken, Task<Condition>>)> All =>
    [
        ("SCHEMA", Schema), ("ROLE", Role), ("DURABILITY", Durability), ("OPEN_TRANSACTIONS", OpenTransactions), ("CLOCK", Clock),
        ("MASTER_KEY", MasterKey), ("DEAD_LETTERS", DeadLetters), ("OLD_TABLES", OldTables),
    ];

    public async Task<Condition> Reachable(CancellationToken cancellation)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            return connection.PostgreSqlVersion.Major >= OldestMajor
                ? Condition.Ok("DATABASE", $"PostgreSQL {connection.PostgreSqlVersion} answers.")
                : Condition.Error("DATABASE", $"PostgreSQL {connection.PostgreSqlVersion} is too old.", $"Bring the data to PostgreSQL {OldestMajor} or later.");
        }
        catch (NpgsqlException e)
        {
            return Condition.Error("DATABASE", $"The database does not answer: {e.Message}", "Start it, or correct --connection.");
        }
    }

    private async Task<Condition> Schema(CancellationToken cancellation) =>
        await Setup.Schema.HistoryIsMigratedAsync(services.GetRequiredService<IDocumentStore>(), cancellation) && await ReadModels.AreMigratedAsync(database, models, cancellation)
            && await Text("select to_regclass('proof.checkpoint')::text", cancellation) is not null
            ? Condition.Ok("SCHEMA", "The schema is of this version.")
            : Condition.Error("SCHEMA", "The schema is not of this version.", "Run 'migrate'; with --owner, where the service works as another role.");

    private async Task<Condition> Role(CancellationToken cancellation) => await RewriteRights.OfAsync(database, cancellation) is [_, ..] rights
        ? Condition.Warning("ROLE", $"The role that the service works as could alter the history: it {string.Join("; it ", rights)}.", "Run 'migrate' with the owner as --owner and a role of its own for the service as --connection.")
        : Condition.Ok("ROLE", "The role that the service works as cannot alter the history.");

    private async Task<Condition> Durability(CancellationToken cancellation)
    {
        var off = new List<string>();
        foreach (var setting in (string[])["fsync", "full_page_writes", "synchronous_commit"])
        {
            if (await Text($"select current_setting('{setting}')", cancellation) == "off")
                off.Add(setting);
        }

        return off.Count == 0
            ? Condition.Ok("DURABILITY", "What is committed is on the disk.")
            : Condition.Error("DURABILITY", $"Off: {string.Join(", ", off)}. What was acknowledged can be lost in a crash.", "Switch them on in postgresql.conf and reload.");
    }

    private async Task<Condition> OpenTransactions(CancellationToken cancellation)
    {
        var before = await WritersAsync(cancellation);
        if (before.Count > 0)
            await Task.Delay(BetweenLooks, cancellation);
        var open = before.Count == 0 ? [] : (await WritersAsync(cancellation)).Where(writer => before.Any(known => known.Transaction == writer.Transaction)).Select(writer => writer.Session).Distinct().ToList();
        return open.Count > 0
            ? Condition.Warning("OPEN_TRANSACTIONS", $"Read models wait behind a transaction that has written and does not end: {string.Join("; ", open)}.", "Find out who leaves it open; 'select pg_terminate_backend(PID)', as that role or a superuser, ends it.")
            : await Text("select current_setting('idle_in_transaction_session_timeout')", cancellation) == "0"
                ? Condition.Warning("OPEN_TRANSACTIONS", "Nothing ends a transaction that is left open, and read models wait behind one.", "Set idle_in_transaction_session_timeout in postgresql.conf, such as 60s.")
                : Condition.Ok("OPEN_TRANSACTIONS", "No transaction is left open.");
    }

    /// <summary>Who has written events or states in a transaction that is open now. Of other roles PostgreSQL tells no more than their locks, unless ours may read all statistics.</summary>
    private async Task<List<(string Transaction, string Session)>> WritersAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
             select distinct l.virtualtransaction, format('session %s of role %s%s%s', l.pid, coalesce(a.usename, '?'), ' (' || nullif(a.application_name, '') || ')', ', open for ' || extract(epoch from now() - a.xact_start)::int || ' s')
             from pg_locks l join pg_class c on c.oid = l.relation left join pg_stat_activity a on a.pid = l.pid
             where l.database = (select oid from pg_database where datname = current_database()) and c.relnamespace = to_regnamespace('{EventStore.Schema}') and c.relkind = 'r'
                 and l.mode = 'RowExclusiveLock' and l.granted and l.pid <> pg_backend_pid()
             """);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var writers = new List<(string, string)>();
        while (await reader.ReadAsync(cancellation))
            writers.Add((reader.GetString(0), reader.GetString(1)));
        return writers;
    }

    /// <summary>Half of the way there and back is not the clock's; of a few ways the shortest says most.</summary>
    private async Task<Condition> Clock(CancellationToken cancellation)
    {
        var ways = new List<(TimeSpan Length, double Apart)>();
        for (var n = 0; n < 3; n++)
            ways.Add(await Apart(cancellation));
        var apart = ways.MinBy(way => way.Length).Apart;
        var says = string.Create(CultureInfo.InvariantCulture, $"The clocks of the database and of this machine are {apart:0.0} s apart.");
        const string remedy = "Let both follow the same time servers (NTP): times of events come from one, ends of tokens and leases from the other.";
        return apart >= ClockError ? Condition.Error("CLOCK", says, remedy) : apart >= ClockWarning ? Condition.Warning("CLOCK", says, remedy) : Condition.Ok("CLOCK", says);
    }

    private async Task<(TimeSpan Length, double Apart)> Apart(CancellationToken cancellation)
    {
        var (before, watch) = (services.GetRequiredService<TimeProvider>().GetUtcNow(), Stopwatch.StartNew());
        await using var command = database.CreateCommand("select clock_timestamp()");
        var there = new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(cancellation))!);
        return (watch.Elapsed, Math.Abs((there - before - (watch.Elapsed / 2)).TotalSeconds));
    }

    /// <summary>The latest of each kind that the master key seals.</summary>
    private async Task<Condition> MasterKey(CancellationToken cancellation)
    {
        var secrets = services.GetRequiredService<Secrets>();
        var kinds = new List<string>();
        foreach (var (table, what) in ((string, string)[])[("mt_doc_personkey", "personal data"), ("mt_doc_signingkey", "keys of sign-in"), ("mt_doc_logsecret", "the key of the log"), ("mt_doc_productkey", "keys of products")])
        {
            if (await Text($"select data ->> 'sealed' from {EventStore.Schema}.{table} order by mt_last_modified desc limit 1", cancellation) is not { } stored)
                continue;

            try
            {
                secrets.Open(Convert.FromBase64String(stored));
                kinds.Add(what);
            }
            catch (System.Security.Cryptography.CryptographicException)
            {
                return Condition.Error("MASTER_KEY", $"The master key does not open {what}.", $"Give the key that the data were written with in {Setup.MasterKey.Variable}; no other can read them.");
            }
        }

        return Condition.Ok("MASTER_KEY", kinds.Count == 0 ? "Nothing is sealed yet." : $"The master key opens {string.Join(", ", kinds)}.");
    }

    private async Task<Condition> DeadLetters(CancellationToken cancellation)
    {
        var count = await Number($"select count(*)::float8 from {Messaging.Schema}.wolverine_dead_letters", cancellation);
        return count == 0
            ? Condition.Ok("DEAD_LETTERS", "No message was given up.")
            : Condition.Warning("DEAD_LETTERS", $"{count} messages were given up after all tries.", $"Read exception_message in {Messaging.Schema}.wolverine_dead_letters; set replayable = true there once the cause is gone.");
    }

    private async Task<Condition> OldTables(CancellationToken cancellation)
    {
        var old = await Text(
            $"""
             select string_agg(format('%I.%I', schemaname, tablename), ', ' order by 1) from pg_tables
             where schemaname = '{ReadModels.Schema}' and tablename ~ '_v[0-9]+$' and not format('%s.%s', schemaname, tablename) = any($1)
             """, cancellation, (object)models.SelectMany(model => model.Tables).Select(table => table.Name).ToArray());
        return old is null
            ? Condition.Ok("OLD_TABLES", "No tables of former versions are left.")
            : Condition.Warning("OLD_TABLES", $"Tables of other versions are left: {old}.", "Drop them once no Host of that version runs any more.");
    }

    private async Task<double> Number(string sql, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        return (double)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task<string?> Text(string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteScalarAsync(cancellation) as string;
    }
}
