using System.CommandLine;

namespace EventSourcedOrgs.LicenseTool;

/// <summary>What a machine with a network does, and the check that needs none.</summary>
internal static class OnlineCommands
{
    public static Option<string> Key() => new("--key") { Description = "The license key.", Required = true };

    public static Command Activate()
    {
        var key = Key();
        var activate = new Command("activate", "Activate the license on this machine.") { key };
        var given = Given.To(activate, asksServer: true);
        activate.SetAction((parsed, cancellation) => given.With(parsed, async client =>
            Report.Write(await client.ActivateAsync(parsed.GetValue(key)!, cancellation), "Activated", given.IsJson(parsed))));
        return activate;
    }

    public static Command Sync()
    {
        var sync = new Command("sync", "Report to the server and take what it says now.");
        var given = Given.To(sync, asksServer: true);
        sync.SetAction((parsed, cancellation) => given.With(parsed, async client =>
            Report.Write(await client.SyncAsync(cancellation), "Synced", given.IsJson(parsed))));
        return sync;
    }

    public static Command Deactivate()
    {
        var deactivate = new Command("deactivate", "Give the place of this machine back.");
        var given = Given.To(deactivate, asksServer: true);
        deactivate.SetAction((parsed, cancellation) => given.With(parsed, async client =>
            Report.Write(await client.DeactivateAsync(cancellation), "Deactivated", given.IsJson(parsed))));
        return deactivate;
    }

    public static Command Verify()
    {
        var verify = new Command("verify", "Tell whether this machine is licensed now, without asking anybody.");
        var given = Given.To(verify);
        verify.SetAction((parsed, _) => given.With(parsed, client => Task.FromResult(Report.Write(client.Verify(), "Licensed", given.IsJson(parsed)))));
        return verify;
    }
}
