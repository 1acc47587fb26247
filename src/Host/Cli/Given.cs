using System.CommandLine;

namespace EventSourcedOrgs.Host.Cli;

/// <summary>Options that several commands share.</summary>
internal static class Given
{
    public const string ConnectionVariable = "ConnectionStrings__Postgres";

    public const string OwnerVariable = "ConnectionStrings__PostgresOwner";

    public const string ProofVariable = "EVENTSOURCEDORGS_PROOF";

    public static Option<string?> Connection() => new("--connection", "-c")
    {
        Description = $"Connection string of a PostgreSQL database (Host=...;Username=...;Password=...;Database=...). Default: the environment variable {ConnectionVariable}.",
    };

    public static Option<string?> Owner() => new("--owner")
    {
        Description = $"Connection string of the owner of the database, who brings it to the schema of this version and gives the role of --connection what it needs and nothing by which history could be altered. Default: the environment variable {OwnerVariable}; without it the role of --connection does all.",
    };

    public static string? Connection(this ParseResult parsed, Option<string?> option) => parsed.Secret(option, ConnectionVariable);

    public static string? Owner(this ParseResult parsed, Option<string?> option) => parsed.Secret(option, OwnerVariable);

    /// <summary>What was given, or what a variable of the environment holds. That is no default value of the option, because help shows those.</summary>
    public static string? Secret(this ParseResult parsed, Option<string?> option, string variable) =>
        parsed.GetValue(option) ?? (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } held ? held : null);

    public static Option<string?> Proof() => new("--proof")
    {
        Description = $"Folder for the signed checkpoints of the history, outside the database. Default: the environment variable {ProofVariable}, or 'proof' in the folder of --data.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(ProofVariable) is { Length: > 0 } folder ? folder : null,
    };

    /// <summary>The folder that was given, or the usual one.</summary>
    public static string ProofOf(string? folder, string data) => folder ?? Path.Combine(data, "proof");

    public static Option<string> Data() => new("--data")
    {
        Description = "Folder for the data of the private PostgreSQL that is used when no connection is given.",
        DefaultValueFactory = _ => ".data",
    };
}
