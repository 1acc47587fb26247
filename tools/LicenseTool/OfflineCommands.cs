using System.CommandLine;

namespace EventSourcedOrgs.LicenseTool;

/// <summary>What a machine without a network does: it writes requests that somebody carries to the server, and reads what comes back.</summary>
internal static class OfflineCommands
{
    public static Command Create() => new("offline", "Activate and deactivate a machine that has no network, with files that somebody carries.") { Request(), Accept(), Deactivate() };

    private static Command Request()
    {
        var (key, file) = (OnlineCommands.Key(), Out());
        var user = new Option<Guid?>("--user") { Description = "The id of the user whose machine it is, for a license of named users." };
        var request = new Command("request", "Make a request to activate. Only the response to the latest one is accepted.") { key, file, user };
        var given = Given.To(request);
        request.SetAction((parsed, cancellation) => given.With(parsed, client => Report.WriteText(
            new(client.MakeOfflineRequest(parsed.GetValue(key)!, parsed.GetValue(user)), null), parsed.GetValue(file), given.IsJson(parsed), cancellation)));
        return request;
    }

    private static Command Accept()
    {
        var file = new Argument<string>("FILE") { Description = "The response: the text alone, or the JSON that the server answered." };
        var accept = new Command("accept", "Take the response that was carried back.") { file };
        var given = Given.To(accept);
        accept.SetAction((parsed, cancellation) => given.With(parsed, async client => Report.Write(
            client.AcceptOfflineResponse(await File.ReadAllTextAsync(parsed.GetValue(file)!, cancellation)), "Activated", given.IsJson(parsed))));
        return accept;
    }

    private static Command Deactivate()
    {
        var file = Out();
        var deactivate = new Command("deactivate", "Deactivate this machine, and make the proof of it for the server. Asked again it makes the same.") { file };
        var given = Given.To(deactivate);
        deactivate.SetAction((parsed, cancellation) => given.With(parsed, client =>
            Report.WriteText(client.MakeOfflineDeactivation(), parsed.GetValue(file), given.IsJson(parsed), cancellation)));
        return deactivate;
    }

    private static Option<string?> Out() => new("--out", "-o") { Description = "The file to write; without it the text is printed." };
}
