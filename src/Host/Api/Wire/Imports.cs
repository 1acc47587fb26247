using System.Globalization;
using EventSourcedOrgs.Application.Imports;
using EventSourcedOrgs.Domain;
using Npgsql;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>An import: how far it is, how fast, and how long it will still take; with the first rows that failed.</summary>
internal sealed record WireImport(
    ImportId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Mode, bool DryRun, string State, int Rows, int Done, int Created, int Unchanged, int Failed,
    int Skipped, double RowsPerSecond, double? SecondsLeft, IReadOnlyList<WireImportRow> Errors)
{
    public static WireImport Of(Import import, IReadOnlyList<WireImportRow> errors) => new(
        import.Id, import.CreatedAt, import.UpdatedAt, NameOf(import.Mode), import.DryRun, import.State.ToString().ToLowerInvariant(), import.Rows, import.Done,
        import.Counts.Created, import.Counts.Unchanged, import.Counts.Failed, import.Counts.Skipped, Math.Round(import.RowsPerSecond, 1),
        import is { State: ImportState.Running, RowsPerSecond: > 0 } ? Math.Round((import.Rows - import.Done) / import.RowsPerSecond, 1) : null, errors);

    public static string NameOf(ImportMode mode) => mode == ImportMode.Atomic ? "atomic" : "perItem";

    public static ImportMode ModeOf(string? name) => name switch
    {
        null or "" or "perItem" => ImportMode.PerItem,
        "atomic" => ImportMode.Atomic,
        _ => throw new RefusedException(Refusal.Validation("mode", "'mode' is 'perItem' or 'atomic'.")),
    };
}

/// <summary>One row of an import: its line in the file, its kind, and how it ended; a status of null is still to come.</summary>
internal sealed record WireImportRow(int Line, string Kind, string? Status, Guid? Id, string? Code, string? Message)
{
    public const string Columns = "r.line, r.kind, r.status, r.id, r.code, r.message";

    public static WireImportRow Of(NpgsqlDataReader row)
    {
        return new(row.GetInt32(0), row.GetString(1), Text(2), row.IsDBNull(3) ? null : row.GetGuid(3), Text(4), Text(5));

        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
    }

    public static (IReadOnlyList<string>, Func<WireImportRow, IEnumerable<string?>>) Cells { get; } = (
        ["line", "kind", "status", "id", "code", "message"],
        row => [row.Line.ToString(CultureInfo.InvariantCulture), row.Kind, row.Status, row.Id?.ToString(), row.Code, row.Message]);
}
