using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Security.Cryptography;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using Npgsql;

namespace EventSourcedOrgs.Host.Cli;

/// <summary>The command line asks for what cannot be; the message says what to give instead.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Runs the command that a command line names and turns what goes wrong into one line and an exit code.</summary>
internal static class Running
{
    private const string NotMigrated = "The database is not at the schema of this version. Run 'migrate' first.";

    [SuppressMessage("Design", "CA1031", Justification = "Whatever it is, whoever typed the command is told in a line and an exit code instead of by a crash.")]
    public static async Task<int> RunAsync(this RootCommand program, string[] args)
    {
        var parsed = program.Parse(args);
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        using var interrupt = new Interrupt();
        try
        {
            var code = await parsed.InvokeAsync(configuration, interrupt.Token);
            return parsed.Errors.Count > 0 ? ExitCode.Usage : code;
        }
        catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            var (code, message) = Causes(e).Select(Foreseen).FirstOrDefault(foreseen => foreseen is not null) ?? Unforeseen(e.GetBaseException());
            await Console.Error.WriteLineAsync(message);
            return code;
        }
    }

    private static IEnumerable<Exception> Causes(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
            yield return cause;
    }

    private static (int Code, string Message)? Foreseen(Exception e) => e switch
    {
        UsageException => (ExitCode.Usage, e.Message),
        InvalidDataException => (ExitCode.Failure, e.Message),
        CryptographicException => (ExitCode.Unavailable, MasterKey.OpensNothing),
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName } => (ExitCode.Unavailable, NotMigrated),
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InvalidCatalogName } => (ExitCode.Unavailable, e.Message),
        PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } => (ExitCode.Unavailable, e.Message),
        PostgresException => null,
        EmbeddedPostgresException or MasterKeyException or RuntimeRoleException or ReadModelShapeException => (ExitCode.Unavailable, e.Message),
        NpgsqlException or HttpRequestException or SocketException or IOException or UnauthorizedAccessException => (ExitCode.Unavailable, e.Message),
        _ => null,
    };

    private static (int Code, string Message) Unforeseen(Exception e) => (ExitCode.Failure, $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}");
}
