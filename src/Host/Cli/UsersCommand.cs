using System.CommandLine;
using System.Text.Json;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Users;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Host.Setup;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Cli;

/// <summary><c>users erase</c> forgets people for good; after a backup was restored, those whom history had forgotten since.</summary>
internal static class UsersCommand
{
    public static Command Create() => new("users", "The users of this installation.") { Erase() };

    private static Command Erase()
    {
        var (connection, data) = (Given.Connection(), Given.Data());
        var ids = new Argument<Guid[]>("ID") { Description = "Ids of users.", Arity = ArgumentArity.ZeroOrMore };
        var file = new Option<FileInfo?>("--ids-from") { Description = "A file with an id in each line, or an export of the history: then whoever it says was erased." };
        var erase = new Command("erase", "Erase people for good. Done again it changes nothing; who is not in this installation is told and passed over.") { ids, file, connection, data };
        erase.SetAction(async (parsed, cancellation) =>
        {
            var users = parsed.GetValue(ids)!.ToList();
            if (parsed.GetValue(file) is { } list && !await ReadInto(users, list, cancellation))
                return ExitCode.Usage;
            if (users.Count == 0)
            {
                await Console.Error.WriteLineAsync("Nobody is named: give ids, or a file with --ids-from.");
                return ExitCode.Usage;
            }

            await using var installation = await Installation.OpenAsync(parsed.GetValue(connection), parsed.GetValue(data)!, cancellation);
            await using var app = await HostApplication.OpenAsync(installation.Settings with { Alone = false }, cancellation);
            return await Run(app.Services.GetRequiredService<Commands>(), users.Distinct(), cancellation);
        });
        return erase;
    }

    private static async Task<int> Run(Commands commands, IEnumerable<Guid> users, CancellationToken cancellation)
    {
        var (erased, already, unknown, refused) = (0, 0, 0, 0);
        foreach (var user in users)
        {
            var outcome = await commands.Run(new EraseUser(new UserId(user)), Envelope.System, null, cancellation);
            if (outcome.Result.Refusal is not { } refusal)
            {
                _ = outcome.Events.Any(e => e.Data is UserErased) ? erased++ : already++;
                continue;
            }

            _ = refusal == Refusal.UserNotFound ? unknown++ : refused++;
            await Console.Error.WriteLineAsync($"{user}: {refusal.Code}: {refusal.Message}");
        }

        Console.WriteLine($"{erased} erased, {already} erased before, {unknown} not here, {refused} refused.");
        return refused == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    /// <summary>Adds the ids in a file; false, and told, when a line is neither an id nor one of an export.</summary>
    private static async Task<bool> ReadInto(List<Guid> users, FileInfo file, CancellationToken cancellation)
    {
        var erased = EventNames.All[typeof(UserErased)];
        var number = 0;
        await foreach (var line in File.ReadLinesAsync(file.FullName, cancellation))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            if (Guid.TryParse(line, out var id))
                users.Add(id);
            else if (line[0] != '{')
            {
                await Console.Error.WriteLineAsync($"{file.Name}, line {number}: neither an id nor a line of an export.");
                return false;
            }
            else if (line.Contains(erased, StringComparison.Ordinal) && JsonDocument.Parse(line).RootElement is var exported
                && exported.TryGetProperty("event", out var e) && e.GetProperty("type").GetString() == erased)
                users.Add(e.GetProperty("stream").GetGuid());
        }

        return true;
    }
}
