using System.Security.Cryptography;
using System.Text;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Imports;
using EventSourcedOrgs.Projections;
using Npgsql;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>The role that the service works as can do what it must not; the message says what.</summary>
internal sealed class RuntimeRoleException(string message) : Exception(message);

/// <summary>
/// The role that the service works as. It adds to the history and to the sealed log and reads them; it owns the read models, which it makes anew as it likes; and
/// nothing that it may do alters or removes what is recorded. The owner of the database gives it these rights and no others.
/// </summary>
internal static class RuntimeRole
{
    public const string UsualName = "eventsourcedorgs_runtime";

    private const int Iterations = 4096;

    /// <summary>Makes the role of a connection string unless it is there, and gives it what the service needs of what is in the database by now.</summary>
    /// <param name="owner">For the owner of the database.</param>
    /// <param name="runtime">For the role, on the same database.</param>
    /// <param name="schema">Where the events are.</param>
    /// <param name="cancellation">Stops it; then nothing has been given.</param>
    public static async Task ProvideAsync(string owner, string runtime, string schema = EventStore.Schema, CancellationToken cancellation = default)
    {
        var role = new NpgsqlConnectionStringBuilder(runtime);
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(owner) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await CreateAsync(connection, role, cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var grant = new NpgsqlCommand(Rights(role.Username!, schema), connection, transaction);
        await grant.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static async Task CreateAsync(NpgsqlConnection connection, NpgsqlConnectionStringBuilder role, CancellationToken cancellation)
    {
        if (role.Username is not { Length: > 0 } name)
            throw new RuntimeRoleException("The connection string of the runtime role names no user.");

        await using var find = new NpgsqlCommand("select 1 from pg_roles where rolname = $1", connection) { Parameters = { new() { Value = name } } };
        if (await find.ExecuteScalarAsync(cancellation) is not null)
            return;

        var password = role.Password is { Length: > 0 } text ? $" password '{Scram(text)}'" : "";
        await using var create = new NpgsqlCommand($"create role {Quoted(name)} login nosuperuser nocreatedb nocreaterole noreplication{password}", connection);
        try
        {
            await create.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.UniqueViolation)
        {
            // Another program on the same server was quicker.
        }
    }

    /// <summary>
    /// All rights on what is there, table by table; what was given before and is not named here is taken back. A stream can be neither removed nor renamed, because its
    /// events would go or move with it. Tables of read models that the owner made while there was no runtime role are handed over. The owner becomes a member of the role, so that a backup made by
    /// the owner has its tables, too.
    /// </summary>
    private static string Rights(string role, string schema) =>
        $"""
         select pg_advisory_xact_lock(hashtext('runtime-role'));
         create schema if not exists {ReadModels.Schema};
         create schema if not exists {ReadModels.RebuildSchema};
         grant usage, create on schema {ReadModels.Schema}, {ReadModels.RebuildSchema} to {Quoted(role)};
         do $rights$
         declare
             t record;
         begin
             if not pg_has_role(current_user, '{role.Replace("'", "''", StringComparison.Ordinal)}', 'usage') then
                 execute format('grant {Quoted(role)} to %I', current_user);
             end if;
             for t in select nspname as name from pg_namespace where nspname in ('{schema}', '{LogTiles.Schema}', '{StagedRows.Schema}', '{Messaging.Schema}') loop
                 execute format('revoke create on schema %I from {Quoted(role)}; grant usage on schema %I to {Quoted(role)}', t.name, t.name);
             end loop;
             for t in
                 select format('%I.%I', nspname, relname) as name, case relkind when 'S' then 'sequence' else 'table' end as kind, case
                     when relkind = 'S' then 'usage, select'
                     when nspname = '{schema}' and relname = 'mt_events' then 'select, insert'
                     when nspname = '{schema}' and relname = 'mt_streams' then 'select, insert, update (type, version, timestamp, compacted_version, is_archived)'
                     when nspname = '{LogTiles.Schema}' and relname = 'tile' then 'select, insert, update (hashes)'
                     when nspname = '{LogTiles.Schema}' and relname = 'leaves' then 'select, insert, update (positions)'
                     when nspname = '{LogTiles.Schema}' then 'select, insert'
                     else 'select, insert, update, delete' end as rights
                 from pg_class join pg_namespace n on n.oid = relnamespace
                 where nspname in ('{schema}', '{LogTiles.Schema}', '{StagedRows.Schema}', '{Messaging.Schema}') and relkind in ('r', 'p', 'S')
             loop
                 execute format('revoke all on %s %s from {Quoted(role)}; grant %s on %s %s to {Quoted(role)}', t.kind, t.name, t.rights, t.kind, t.name);
             end loop;
             for t in
                 select format('%I.%I', nspname, relname) as name from pg_class join pg_namespace n on n.oid = relnamespace
                 where nspname in ('{ReadModels.Schema}', '{ReadModels.RebuildSchema}') and relkind in ('r', 'p') and pg_get_userbyid(relowner) <> '{role.Replace("'", "''", StringComparison.Ordinal)}'
             loop
                 execute format('alter table %s owner to {Quoted(role)}', t.name);
             end loop;
         end
         $rights$;
         """;

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>What PostgreSQL keeps of a password, so that the password itself is in no statement and no log of statements.</summary>
    private static string Scram(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        var salted = Rfc2898DeriveBytes.Pbkdf2(password.Normalize(NormalizationForm.FormKC), salt, Iterations, HashAlgorithmName.SHA256, 32);
        var (client, server) = (HMACSHA256.HashData(salted, "Client Key"u8), HMACSHA256.HashData(salted, "Server Key"u8));
        return $"SCRAM-SHA-256${Iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(SHA256.HashData(client))}:{Convert.ToBase64String(server)}";
    }
}
