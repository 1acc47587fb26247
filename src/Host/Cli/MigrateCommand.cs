using System.CommandLine;
using EventSourcedOrgs.Host.Setup;

namespace EventSourcedOrgs.Host.Cli;

/// <summary><c>migrate</c>: brings a database to the schema of this version.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var (connection, owner, data) = (Given.Connection(), Given.Owner(), Given.Data());
        var command = new Command("migrate", "Bring the database to the schema of this version; does nothing when it is there.") { connection, owner, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var installation = await Installation.OpenAsync(parsed.Connection(connection), parsed.GetValue(data)!, cancellation, parsed.Owner(owner), mayCreate: true);
            await using var app = await HostApplication.OpenAsync(installation.Settings with { AlwaysMigrates = true }, cancellation);
            Console.WriteLine("The database is at the schema of this version.");
            return ExitCode.Success;
        });
        return command;
    }
}
