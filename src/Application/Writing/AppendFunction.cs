using System.Data.Common;
using System.Text.Json;
using EventSourcedOrgs.Application.Pipeline;
using JasperFx.Events;
using Marten;
using Marten.Events;
using Marten.Storage;
using Npgsql;
using NpgsqlTypes;
using Weasel.Core;
using Weasel.Postgresql;
using Weasel.Postgresql.Functions;
using Weasel.Storage;

namespace EventSourcedOrgs.Application.Writing;

/// <summary>
/// Writes the events of many streams, the states after them and the documents beside them, in few statements. It fills Marten's own tables as Marten's own function for one stream does, which is called once for each; a test
/// holds the two to the same rows.
/// </summary>
public sealed class AppendFunction(IDocumentStore documents, PersonKeys keys)
{
    /// <summary>SQLSTATE of a stream that is not at the version that was expected.</summary>
    private const string Overtaken = "EV409";

    private const string Name = "append_units";

    /// <summary>What Marten calls the one tenant that there is.</summary>
    private const string Tenant = "*DEFAULT*";

    /// <summary>Writes in place of what has the same id.</summary>
    private const string InPlace = " on conflict (id) do update set data = excluded.data, mt_version = excluded.mt_version, mt_dotnet_type = excluded.mt_dotnet_type, mt_last_modified = excluded.mt_last_modified";

    /// <summary>Written as PostgreSQL shows it, because the schema is compared with what is shown.</summary>
    private const string Text = $"""
        CREATE OR REPLACE FUNCTION {EventStore.Schema}.{Name}(streams uuid[], kinds character varying[], befores bigint[], afters bigint[], stream_ids uuid[], versions bigint[], ids uuid[], types character varying[], dotnet_types character varying[], bodies jsonb[], times timestamp with time zone[], causations character varying[], correlations character varying[], heads jsonb[], users character varying[])
         RETURNS bigint[]
         LANGUAGE plpgsql
        AS $function$
        declare
            positions bigint[];
        begin
            for i in 1 .. coalesce(array_length(streams, 1), 0) loop
                if befores[i] = 0 then
                    insert into {EventStore.Schema}.mt_streams (id, type, version, timestamp, tenant_id) values (streams[i], kinds[i], afters[i], now(), '{Tenant}')
                    on conflict (id) do nothing;
                else
                    update {EventStore.Schema}.mt_streams set version = afters[i], timestamp = now() where id = streams[i] and version = befores[i] and not is_archived;
                end if;
                if not found then
                    raise exception 'Stream % is not at version %.', streams[i], befores[i] using errcode = '{Overtaken}';
                end if;
            end loop;

            with appended as (
                insert into {EventStore.Schema}.mt_events
                    (seq_id, id, stream_id, version, data, type, tenant_id, timestamp, mt_dotnet_type, is_archived, causation_id, correlation_id, headers, user_name)
                select nextval('{EventStore.Schema}.mt_events_sequence'), e.id, e.stream, e.version, e.body, e.type, '{Tenant}', e.time, e.dotnet_type, false,
                    e.causation, e.correlation, e.head, e.user_name
                from unnest(stream_ids, versions, ids, types, dotnet_types, bodies, times, causations, correlations, heads, users)
                    as e (stream, version, id, type, dotnet_type, body, time, causation, correlation, head, user_name)
                returning seq_id)
            select array_agg(seq_id order by seq_id) into positions from appended;
            return coalesce(positions, '{"{}"}');
        end
        $function$;
        """;

    private readonly JsonSerializerOptions json = StoredJson.Options(keys);

    public static void Configure(StoreOptions options) =>
        options.Storage.ExtendedSchemaObjects.Add(new Function(new PostgresqlObjectName(EventStore.Schema, Name, SchemaUtils.IdentifierUsage.General), Text));

    /// <summary>True when a stream was not at the version that was expected, or a new document not new, so that nothing was written.</summary>
    public static bool IsOvertaken(Exception e) =>
        e is OvertakenException || (ForgottenStatements.RefusalOf(e) is { } no
            && (no.SqlState == Overtaken || (no.SqlState == PostgresErrorCodes.UniqueViolation && no.TableName?.StartsWith("mt_doc_", StringComparison.Ordinal) == true)));

    internal Operation Of(IReadOnlyCollection<UnitOfWork> units) => new(this, units);

    /// <summary>Writes units that need no session. All statements go to the database at once, with no transaction around them: between two synchronisations PostgreSQL makes one of them by itself, and commits it at the end.</summary>
    internal async Task Execute(Operation operation)
    {
        var builder = new BatchBuilder();
        builder.StartNewCommand();
        operation.ConfigureCommand(builder);
        await using var batch = builder.Compile();
        await using var connection = documents.Storage.Database.CreateConnection();
        await connection.OpenAsync();
        batch.Connection = connection;
        await using var reader = await batch.ExecuteReaderAsync();
        await operation.ReadAsync(reader, CancellationToken.None);
        while (await reader.NextResultAsync())
        {
            // The last one comes with the commit.
        }
    }

    private byte[] Json(object value) => JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), json);

    /// <summary>The writing of some units, as one operation of a session.</summary>
    internal sealed class Operation : Weasel.Storage.IStorageOperation
    {
        private readonly AppendFunction owner;
        private readonly List<IEvent> events;
        private readonly Documents written;
        private readonly List<Expected> expected;

        public Operation(AppendFunction owner, IReadOnlyCollection<UnitOfWork> units)
        {
            this.owner = owner;
            List<OpenStream> streams = [.. units.SelectMany(unit => unit.Changed)];
            events = [.. streams.SelectMany(stream => stream.Events)];
            written = Documents.Of(units);
            Streams = streams.GroupBy(stream => stream.Id).OrderBy(stream => stream.Key).Select(stream => (stream.First(), stream.Last())).ToList();
            expected = Streams.ConvertAll(stream => new Expected(stream.First.Id, stream.First.Type, stream.First.Before, stream.Last.After));
            List<Expected> relied = [.. units.SelectMany(unit => unit.Relied.Values).Select(stream => new Expected(stream.Id, stream.Type, stream.Before, stream.Before)).Distinct()];
            if (relied.Count > 0)
                expected = [.. expected.Concat(relied).OrderBy(stream => stream.Id).ThenBy(stream => stream.After)]; // what is relied on comes before its change
        }

        public int Count => events.Count;

        /// <summary>The first and the last decision on each stream, in the order of their ids.</summary>
        public List<(OpenStream First, OpenStream Last)> Streams { get; }

        /// <summary>The transaction that wrote them.</summary>
        public uint Xid { get; private set; }

        public long? LastPosition => events.Count == 0 ? null : events.Max(e => e.Sequence);

        /// <summary>None, so that it keeps its place at the end: a document that cannot be written then costs no positions, which read models would have to wait for.</summary>
        public Type DocumentType => typeof(StorageFeatures);

        public OperationRole Role() => OperationRole.Other;

        public void ConfigureCommand(Weasel.Core.ICommandBuilder builder, IStorageSession session) => ConfigureCommand((Weasel.Postgresql.ICommandBuilder)builder);

        public void ConfigureCommand(Weasel.Postgresql.ICommandBuilder postgres)
        {
            foreach (var kind in written.All.OrderBy(document => document.Key.Type.Name, StringComparer.Ordinal).GroupBy(document => (document.Key.Type, document.Key.Column, document.Change.Kind)))
                Write(kind.Key, [.. kind.OrderBy(document => document.Key.Id)]);

            var heads = new Dictionary<object, byte[]>(ReferenceEqualityComparer.Instance);
            postgres.Append($"select {EventStore.Schema}.{Name}(");
            Add(expected.ConvertAll(stream => stream.Id), NpgsqlDbType.Uuid);
            Add(expected.ConvertAll(stream => owner.KindOf(stream.Type)), NpgsqlDbType.Varchar);
            Add(expected.ConvertAll(stream => stream.Before), NpgsqlDbType.Bigint);
            Add(expected.ConvertAll(stream => stream.After), NpgsqlDbType.Bigint);
            Add(events.ConvertAll(e => e.StreamId), NpgsqlDbType.Uuid);
            Add(events.ConvertAll(e => e.Version), NpgsqlDbType.Bigint);
            Add(events.ConvertAll(e => e.Id), NpgsqlDbType.Uuid);
            Add(events.ConvertAll(e => e.EventTypeName), NpgsqlDbType.Varchar);
            Add(events.ConvertAll(e => e.DotNetTypeName), NpgsqlDbType.Varchar);
            Add(events.ConvertAll(e => owner.Json(e.Data)), NpgsqlDbType.Jsonb);
            Add(events.ConvertAll(e => e.Timestamp), NpgsqlDbType.TimestampTz);
            Add(events.ConvertAll(e => e.CausationId), NpgsqlDbType.Varchar);
            Add(events.ConvertAll(e => e.CorrelationId), NpgsqlDbType.Varchar);
            Add(events.ConvertAll(e => HeadOf(e)), NpgsqlDbType.Jsonb);
            Add(events.ConvertAll(e => e.UserName), NpgsqlDbType.Varchar, "), pg_current_xact_id()::xid");

            foreach (var kind in Streams.GroupBy(stream => stream.Last.Type))
            {
                var table = owner.TableOf(kind.Key);
                postgres.StartNewCommand();
                postgres.Append($"insert into {table} as d (id, data, mt_version, mt_dotnet_type, mt_last_modified) select s.id, s.data, s.version, '{kind.Key.FullName}', transaction_timestamp() from unnest(");
                Add([.. kind.Select(stream => stream.Last.Id)], NpgsqlDbType.Uuid);
                Add([.. kind.Select(stream => owner.Json(stream.Last.State))], NpgsqlDbType.Jsonb);
                Add([.. kind.Select(stream => stream.Last.After)], NpgsqlDbType.Bigint, ") as s (id, data, version)");
                postgres.Append(InPlace);
            }

            void Write((Type Type, string Column, Documents.Kind Kind) what, List<(Documents.Key Key, Documents.Change Change)> documents)
            {
                var (table, kept) = (owner.TableOf(what.Type), what.Kind is not Documents.Kind.Delete);
                postgres.Append(kept
                    ? $"insert into {table} (id, data, mt_version, mt_dotnet_type, mt_last_modified) select d.id, d.data, gen_random_uuid(), '{what.Type.FullName}', transaction_timestamp() from unnest("
                    : $"delete from {table} where {what.Column} = any(");
                if (documents[0].Key.Id is Guid)
                    Add(documents.ConvertAll(document => (Guid)document.Key.Id), NpgsqlDbType.Uuid, kept ? ", " : ")");
                else
                    Add(documents.ConvertAll(document => (string)document.Key.Id), NpgsqlDbType.Varchar, kept ? ", " : ")");
                if (kept)
                    Add(documents.ConvertAll(document => owner.Json(document.Change.Document!)), NpgsqlDbType.Jsonb, ") as d (id, data)");
                if (what.Kind is Documents.Kind.Store)
                    postgres.Append(InPlace);
                postgres.StartNewCommand();
            }

            // JSON null where there are none, as Marten writes it.
            byte[] HeadOf(IEvent e) =>
                e.Headers is not { } headers ? "null"u8.ToArray()
                : heads.TryGetValue(headers, out var known) ? known
                : heads[headers] = owner.Json(headers);

            void Add<T>(List<T> values, NpgsqlDbType type, string then = ", ")
            {
                postgres.AppendParameter(values.ToArray(), NpgsqlDbType.Array | type);
                postgres.Append(then);
            }
        }

        public Task PostprocessAsync(DbDataReader reader, IList<Exception> exceptions, CancellationToken token) => ReadAsync(reader, token);

        public async Task ReadAsync(DbDataReader reader, CancellationToken token)
        {
            await reader.ReadAsync(token);
            var positions = await reader.GetFieldValueAsync<long[]>(0, token);
            Xid = await reader.GetFieldValueAsync<uint>(1, token);
            for (var i = 0; i < events.Count; i++)
                events[i].Sequence = positions[i];
        }
    }

    /// <summary>At which version a stream must be, and at which it is then; the same where it is only relied on.</summary>
    private readonly record struct Expected(Guid Id, Type Type, long Before, long After);

    private string TableOf(Type aggregate) => documents.Options.FindOrResolveDocumentType(aggregate).TableName.QualifiedName;

    private string KindOf(Type aggregate) => ((EventGraph)documents.Options.Events).AggregateAliasFor(aggregate);
}
