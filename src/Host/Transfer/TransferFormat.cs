using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using EventSourcedOrgs.Application;

namespace EventSourcedOrgs.Host.Transfer;

/// <summary>A file cannot be taken in, or a database cannot take it; the message says why. Nothing was changed.</summary>
internal sealed class TransferException(string code, string message) : Exception(message)
{
    /// <summary>Stable, for scripts.</summary>
    public string Code { get; } = code;
}

/// <summary>The first line of an export: what it is, whose it is, and what it was made by.</summary>
/// <param name="Format">The form of the lines.</param>
/// <param name="Schema">A hash of the tables and their columns: rows of another version are not taken.</param>
/// <param name="Key">A keyed hash by which the master key is recognised, and nothing else.</param>
/// <param name="Log">The public key of the log; null when nothing was sealed yet.</param>
/// <param name="Events">How many events follow.</param>
/// <param name="Position">The position of the last one.</param>
internal sealed record ExportHead(int Format, string Schema, string Key, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Log, long Events, long Position);

/// <summary>The last line: how many stand before it, and a keyed hash of all their bytes, which nobody without the master key can make.</summary>
internal sealed record ExportEnd(long Lines, string Mac);

/// <summary>What both sides of a transfer know: see docs/adr/0029.</summary>
internal static class TransferFormat
{
    public const int Current = 1;

    /// <summary>What is written beside the events, in this order: streams before what refers to them. Read models are made of the events, messages belong to a process.</summary>
    public const string Tables =
        """
        select format('%I.%I', n.nspname, c.relname) as name, string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' order by a.attname) as columns
        from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relkind = 'r' and (n.nspname = 'imports' or n.nspname = 'events' and (c.relname in ('mt_streams', 'release_downloads') or c.relname like 'mt\_doc\_%'))
        group by 1, c.relname order by c.relname <> 'mt_streams', 1
        """;

    public const string StreamTable = "events.mt_streams";

    public static string KeyCheck(Secrets secrets) => secrets.Hash("export/key"u8);

    public static string Mac(Secrets secrets, ReadOnlySpan<byte> hash) => secrets.Hash(Encoding.UTF8.GetBytes($"export/file/{Convert.ToHexStringLower(hash)}"));

    public static string SchemaOf(IEnumerable<(string Name, string Columns)> tables) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', tables.Select(table => $"{table.Name}: {table.Columns}").Order(StringComparer.Ordinal)))))[..16];
}
