using System.CommandLine;
using EventSourcedOrgs.Host.Cli;

BegunAnew.WhereWorthIt(args);
var program = new RootCommand("EventSourcedOrgs: organizations, users, user groups and licences, as events that are never lost.")
{
    ServeCommand.Create(),
    ImportCommand.Create(),
    AccountCommand.Create(),
    MigrateCommand.Create(),
    KeysCommand.Create(),
    HistoryCommand.Create(),
    ProjectionsCommand.Create(),
    EventsCommand.Create(),
    DoctorCommand.Create(),
    UsersCommand.Create(),
};
return await program.RunAsync(args);
