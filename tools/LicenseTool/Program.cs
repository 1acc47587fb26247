using System.CommandLine;
using EventSourcedOrgs.LicenseTool;

var program = new RootCommand("Licenses this machine: activates, checks, syncs and deactivates a license, with a server or with files that somebody carries.")
{
    OnlineCommands.Activate(),
    OnlineCommands.Sync(),
    OnlineCommands.Deactivate(),
    OnlineCommands.Verify(),
    OfflineCommands.Create(),
};
return await program.RunAsync(args);
