using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Imports;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Projections;
using Marten;
using Npgsql;

namespace EventSourcedOrgs.Host.Setup;

/// <summary>
/// What a migration leaves in the database when it is done: which program it was, and a digest of everything it found right: tables, columns, indexes, constraints, functions, triggers, owners and rights.
/// Where both are the same there is nothing to do, and one query tells. Whatever is changed afterwards, by whom ever, changes the digest.
/// </summary>
internal static class SchemaStamp
{
    private const string Catalogue =
        $"""
         with s as (select oid, nspname, nspowner, nspacl from pg_namespace where nspname in ('{EventStore.Schema}', '{LogTiles.Schema}', '{StagedRows.Schema}', '{Messaging.Schema}')),
             c as (select c.oid, s.nspname || '.' || c.relname as name, c.relkind, c.relowner, c.relacl, c.relrowsecurity from pg_class c join s on s.oid = c.relnamespace),
             thing as (
                 select concat_ws(' ', nspname, pg_get_userbyid(nspowner), nspacl) as said from s
                 union all select concat_ws(' ', name, relkind, pg_get_userbyid(relowner), relacl, relrowsecurity) from c
                 union all select concat_ws(' ', name, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attacl, pg_get_expr(d.adbin, d.adrelid))
                     from c join pg_attribute a on a.attrelid = c.oid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v')
                 union all select concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisvalid) from c join pg_index i on i.indrelid = c.oid
                 union all select concat_ws(' ', name, k.conname, pg_get_constraintdef(k.oid)) from c join pg_constraint k on k.conrelid = c.oid
                 union all select concat_ws(' ', name, t.tgname, t.tgenabled, t.tgfoid::regproc) from c join pg_trigger t on t.tgrelid = c.oid where not t.tgisinternal
                 union all select concat_ws(' ', s.nspname, p.proname, pg_get_function_identity_arguments(p.oid), pg_get_userbyid(p.proowner), p.proacl, p.prosecdef, p.proconfig, p.prosrc)
                     from s join pg_proc p on p.pronamespace = s.oid)
         select md5(string_agg(said, chr(10) order by said collate "C")) from thing
         """;

    private static readonly string Program = string.Join(' ', new[] { typeof(SchemaStamp), typeof(EventStore), typeof(ReadModel), typeof(Refusal), typeof(IDocumentStore), typeof(Wolverine.WolverineOptions), typeof(Weasel.Postgresql.Tables.Table) }
        .Select(type => type.Module.ModuleVersionId.ToString("N")[..8]));

    /// <summary>Whether the last migration was one of this program, for this role to work as, and nothing was changed since.</summary>
    public static async Task<bool> IsCurrentAsync(HostSettings settings, CancellationToken cancellation)
    {
        await using var database = new NpgsqlConnection(Strongest(settings));
        await database.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand($"select obj_description(to_regnamespace('{EventStore.Schema}'), 'pg_namespace') = $1 || ({Catalogue})", database);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = By(settings) });
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <summary>Says that everything is right, as the one who made it so.</summary>
    public static async Task PutAsync(HostSettings settings, CancellationToken cancellation)
    {
        await using var database = new NpgsqlConnection(Strongest(settings));
        await database.OpenAsync(cancellation);
        await using var digest = new NpgsqlCommand(Catalogue, database);
        var stamp = $"{By(settings)}{await digest.ExecuteScalarAsync(cancellation)}";
        await using var put = new NpgsqlCommand($"comment on schema {EventStore.Schema} is '{stamp.Replace("'", "''", StringComparison.Ordinal)}'", database);
        await put.ExecuteNonQueryAsync(cancellation);
    }

    private static string Strongest(HostSettings settings) => new NpgsqlConnectionStringBuilder(settings.Owner ?? settings.Connection) { Pooling = false }.ConnectionString;

    private static string By(HostSettings settings) => $"{Program} {new NpgsqlConnectionStringBuilder(settings.Connection).Username} ";
}
