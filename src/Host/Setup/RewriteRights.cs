using EventSourcedOrgs.Application;
using EventSourcedOrgs.Projections;
using Npgsql;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>
/// By which rights the role of a connection could alter or remove what is recorded: its own, those of every role that it is a member of or can become, those that
/// functions lend it, and those that would let it take more.
/// </summary>
internal static class RewriteRights
{
    /// <summary>Each of them in words, such as "may delete from events.mt_events"; none for a role that can only add.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(NpgsqlDataSource source, CancellationToken cancellation, string schema = EventStore.Schema)
    {
        await using var command = source.CreateCommand(Question);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = schema });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rights = new List<string>();
        while (await reader.ReadAsync(cancellation))
            rights.Add(reader.GetString(0));
        return rights;
    }

    internal const string Question =
        $"""
         with me as (select oid, rolname, rolsuper, rolcreaterole from pg_roles where pg_has_role(current_user, oid, 'member')),
             kept as (
                 select c.oid, c.relowner, format('%I.%I', n.nspname, c.relname) as name, n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where c.relkind in ('r', 'p') and (n.nspname = $1 and c.relname in ('mt_events', 'mt_streams') or n.nspname = '{LogTiles.Schema}')),
             writers as (
                 select r.oid from pg_roles r where r.rolsuper or exists (
                     select from kept k where k.relowner = r.oid or k.relname = 'mt_events' and (has_any_column_privilege(r.oid, k.oid, 'update') or has_table_privilege(r.oid, k.oid, 'delete, truncate'))))
         select 'is a superuser' from pg_roles where rolname = current_user and rolsuper
         union all
         select said from (
             select format('can become the superuser %I', rolname) as said from me where rolsuper
             union
             select 'can give itself other roles (createrole)' from me where rolcreaterole
             union
             select format('has the rights of %I', rolname) from me where rolname in ('pg_write_server_files', 'pg_execute_server_program')
             union
             select 'owns the database' from pg_database d join me on me.oid = d.datdba where d.datname = current_database()
             union
             select format('owns the schema %I', n.nspname) from pg_namespace n join me on me.oid = n.nspowner where n.nspname in ($1, '{LogTiles.Schema}')
             union
             select format('may create in the schema %I', n.nspname) from pg_namespace n cross join me where n.nspname in ($1, '{LogTiles.Schema}') and has_schema_privilege(me.oid, n.oid, 'create')
             union
             select format('owns %s', k.name) from kept k join me on me.oid = k.relowner
             union
             select format('may %s %s', case p when 'delete' then 'delete from' when 'trigger' then 'put triggers on' else p end, k.name)
             from kept k cross join me cross join unnest(array['delete', 'truncate', 'trigger']) p where has_table_privilege(me.oid, k.oid, p)
             union
             select format('may update %s.%I', k.name, a.attname) from kept k join pg_attribute a on a.attrelid = k.oid and a.attnum > 0 and not a.attisdropped cross join me
             where has_column_privilege(me.oid, k.oid, a.attnum, 'update') and (k.relname in ('mt_events', 'checkpoint') or a.attname not in ('type', 'version', 'timestamp', 'compacted_version', 'is_archived', 'hashes', 'positions'))
             union
             select format('owns the function %s', p.oid::regprocedure) from pg_proc p join pg_namespace n on n.oid = p.pronamespace join me on me.oid = p.proowner where n.nspname in ($1, '{LogTiles.Schema}')
             union
             select format('may call %s, which works with the rights of %I', p.oid::regprocedure, pg_get_userbyid(p.proowner)) from pg_proc p join pg_namespace n on n.oid = p.pronamespace join writers w on w.oid = p.proowner
             where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema') and has_function_privilege(current_user, p.oid, 'execute')
             union
             select 'may switch triggers off (session_replication_role)' where has_parameter_privilege(current_user, 'session_replication_role', 'set')
             union
             select format('finds %s without the trigger that lets it only grow', k.name) from kept k
             where k.relname in ('tile', 'leaves') and not exists (select from pg_trigger t where t.tgrelid = k.oid and t.tgname = 'only_grow' and t.tgenabled in ('O', 'A'))
         ) can
         where not (select rolsuper from pg_roles where rolname = current_user)
         order by 1
         """;
}
