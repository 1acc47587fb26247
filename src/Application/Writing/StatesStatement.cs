using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedOrgs.Application.Writing;

/// <summary>
/// One statement, so one snapshot of the database: the rows of these ids, without their contents where they are the same as before; and which streams have changed since a position, so that what is
/// known of others needs no row at all.
/// </summary>
/// <param name="noted">What is known of changes before it; null when nothing is.</param>
internal sealed class StatesStatement(Changes? noted)
{
    private const int Mark = -1, Repair = -2;

    private const string Progression = $"""
        select case name when '{States.Repairs}' then -2 else -1 end as kind, null::uuid as id, null::text as name, null::xid as xmin, null::jsonb as data, last_seq_id as position
        from {EventStore.Schema}.mt_event_progression where name in ('HighWaterMark', '{States.Repairs}')
        """;

    private const string Newest = $" union all select -3, null, null, null, null, coalesce(max(seq_id), 0) from {EventStore.Schema}.mt_events";

    private static readonly string Since = string.Create(
        CultureInfo.InvariantCulture, $" union all (select -3, stream_id, null, null, null, seq_id from {EventStore.Schema}.mt_events where seq_id > $1 order by seq_id limit {Changes.MostAtOnce + 1})");

    private readonly Dictionary<(Type Type, bool IsSealed, bool IsText), Kind> kinds = [];
    private readonly List<Kind> inOrder = [];
    private readonly List<(long Position, Guid Stream)> changes = [];
    private readonly (long Final, long HighWater) before = noted is null ? default : (noted.Final, noted.HighWater);
    private long highWater, repairs;

    /// <summary>The row that was read last; without its contents when they are those that were known. Null when it tells of changes.</summary>
    public (StateKey Key, uint Xmin, byte[]? Data)? Found { get; private set; }

    /// <summary>Everything up to here is in what was read.</summary>
    public long Position => changes is [.., var (last, _)] ? last : before.Final;

    /// <summary>Whether so much happened that what was known of changes says nothing any more: too many, a repair, or another database.</summary>
    public bool IsOvertaken => noted is not null && (changes.Count > Changes.MostAtOnce || repairs != noted.Repairs || IsOfLess);

    /// <summary>Whether the database holds less than it did: it is another one.</summary>
    public bool IsOfLess => noted is not null && highWater < before.HighWater;

    /// <param name="key">What is read.</param>
    /// <param name="table">Where it is.</param>
    /// <param name="xmin">The transaction that wrote what is known of it, or 0.</param>
    public void Add(StateKey key, string table, uint xmin)
    {
        var which = (key.Type, key.IsSealed, key.Text is not null);
        if (!kinds.TryGetValue(which, out var kind))
            inOrder.Add(kinds[which] = kind = new(key.Type, key.IsSealed, key.Text is not null, table, [], [], []));
        if (key.Text is { } text)
            kind.Texts.Add(text);
        else
            kind.Ids.Add(key.Id);
        kind.Xmins.Add(xmin);
    }

    public NpgsqlCommand Create(NpgsqlDataSource database)
    {
        var command = database.CreateCommand();
        var text = new StringBuilder(Progression).Append(noted is null ? Newest : Since);
        if (noted is not null)
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = before.Final });
        for (var i = 0; i < inOrder.Count; i++)
        {
            var kind = inOrder[i];
            var (id, name) = kind.IsText ? ("null", "d.id") : ("d.id", "null");
            command.Parameters.Add(kind.IsText ? new NpgsqlParameter<List<string>> { TypedValue = kind.Texts } : new NpgsqlParameter<List<Guid>> { TypedValue = kind.Ids });
            text.Append(CultureInfo.InvariantCulture, $" union all select {i}, {id}, {name}, d.xmin, case when d.xmin = k.xmin then null else d.data end, null from unnest(${command.Parameters.Count}, ${command.Parameters.Count + 1}) as k(id, xmin) join {kind.Table} d on d.id = k.id");
            command.Parameters.Add(new NpgsqlParameter<List<uint>> { TypedValue = kind.Xmins, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Xid });
        }

        command.CommandText = text.ToString();
        return command;
    }

    /// <summary>Reads one row more; false when there is none.</summary>
    public async Task<bool> ReadAsync(NpgsqlDataReader reader)
    {
        if (!await reader.ReadAsync())
            return false;
        Found = null;
        var kind = reader.GetInt32(0);
        if (kind >= 0)
            Found = (inOrder[kind].Key(reader), await reader.GetFieldValueAsync<uint>(3), await reader.IsDBNullAsync(4) ? null : await reader.GetFieldValueAsync<byte[]>(4));
        else if (kind == Mark)
            highWater = reader.GetInt64(5);
        else if (kind == Repair)
            repairs = reader.GetInt64(5);
        else
            changes.Add((reader.GetInt64(5), await reader.IsDBNullAsync(1) ? default : reader.GetGuid(1)));
        return true;
    }

    /// <summary>Notes the changes; answers what is known of them now, if anything, and the position up to which the rows hold everything.</summary>
    public (Changes? Noted, long Final) Note() =>
        noted is not null ? ((Changes?)noted, noted.Note(before.Final, changes, highWater))
        : Position - highWater <= Changes.MostAtOnce ? (new(highWater, repairs), highWater)
        : (null, 0);

    private sealed record Kind(Type Type, bool IsSealed, bool IsText, string Table, List<Guid> Ids, List<string> Texts, List<uint> Xmins)
    {
        public StateKey Key(NpgsqlDataReader reader) => IsText ? new(Type, default, reader.GetString(2), IsSealed) : new(Type, reader.GetGuid(1), null, IsSealed);
    }
}
