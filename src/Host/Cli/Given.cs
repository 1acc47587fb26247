using System.CommandLine;

namespace EventSourcedOrgs.Host.Cli;

/// <summary>Options that several commands share.</summary>
internal static class Given
{
    public const string ConnectionVariable = "ConnectionStrings__Postgres";

    public static Option<string?> Connection() => new("--connection", "-c")
    {
        Description = $"Connection string of a PostgreSQL database (Host=...;Username=...;Password=...;Database=...). Default: the environment variable {ConnectionVariable}.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(ConnectionVariable) is { Length: > 0 } connection ? connection : null,
    };

    public static Option<string> Data() => new("--data")
    {
        Description = "Folder for the data of the private PostgreSQL that is used when no connection is given.",
        DefaultValueFactory = _ => ".data",
    };
}
