using System.CommandLine;
using System.Net.Sockets;
using EventSourcedOrgs.Host.Setup;
using Npgsql;

namespace EventSourcedOrgs.Host.Cli;

/// <summary>Runs the command that a command line names and turns what goes wrong into one line and an exit code.</summary>
internal static class Running
{
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
        catch (InvalidDataException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCode.Failure;
        }
        catch (Exception e) when (Unavailable(e))
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCode.Unavailable;
        }
    }

    private static bool Unavailable(Exception e) =>
        e is EmbeddedPostgresException or MasterKeyException or RuntimeRoleException or HttpRequestException or SocketException or IOException or UnauthorizedAccessException
        || (e is NpgsqlException and not PostgresException)
        || e is PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InvalidCatalogName };
}
