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
    private static readonly string ErasedName = EventNames.All[typeof(UserErased)];

    public static Command Create() => new("users", "The users of this installation.") { Erase() };

    private static Command Erase()
    {
        var (connection, data) = (Given.Connection(), Given.Data());
        var ids = new Argument<string[]>("ID") { Description = "Ids of users.", Arity = ArgumentArity.ZeroOrMore };
        ids.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !Guid.TryParse(token.Value, out _)))
                result.AddError($"'{token.Value}' is no id of a user.");
        });
        var file = new Option<FileInfo?>("--ids-from") { Description = "A file with an id in each line, or an export of the history, or what GET /v3/history answers (json or ndjson): then whoever it says was erased." };
        var erase = new Command("erase", "Erase people for good. Done again it changes nothing; who is not in this installation is told and passed over.") { ids, file, connection, data };
        erase.SetAction(async (parsed, cancellation) =>
        {
            var named = (parsed.GetValue(ids) ?? []).Select(id => new Guid(id)).ToHashSet();
            List<Guid>? listed = parsed.GetValue(file) is { } list ? await ReadAsync(list, cancellation) : [];
            if (listed is null)
                return ExitCode.Usage;
            if (named.Count + listed.Count == 0)
            {
                await Console.Error.WriteLineAsync("Nobody is named: give ids, or a file with --ids-from.");
                return ExitCode.Usage;
            }

            await using var installation = await Installation.OpenAsync(parsed.Connection(connection), parsed.GetValue(data)!, cancellation);
            await using var app = await HostApplication.OpenAsync(installation.Settings with { Alone = false }, cancellation);
            return await Run(app.Services.GetRequiredService<Commands>(), named, listed, cancellation);
        });
        return erase;
    }

    /// <summary>Who was named is expected to be here; a list may be of a later day than the installation.</summary>
    private static async Task<int> Run(Commands commands, HashSet<Guid> named, List<Guid> listed, CancellationToken cancellation)
    {
        var (erased, already, unknown, refused) = (0, 0, 0, 0);
        var isDone = true;
        foreach (var user in named.Union(listed))
        {
            var outcome = await commands.Run(new EraseUser(new UserId(user)), Envelope.System, null, cancellation);
            if (outcome.Result.Refusal is not { } refusal)
            {
                _ = outcome.Events.Any(e => e.Data is UserErased) ? erased++ : already++;
                continue;
            }

            var isUnknown = refusal == Refusal.UserNotFound;
            _ = isUnknown ? unknown++ : refused++;
            isDone &= isUnknown && !named.Contains(user);
            await Console.Error.WriteLineAsync($"{user}: {refusal.Code}: {refusal.Message}");
        }

        Console.WriteLine($"{erased} erased, {already} erased before, {unknown} not here, {refused} refused.");
        return isDone ? ExitCode.Success : ExitCode.Failure;
    }

    /// <summary>The ids in a file; null, and told, when a line is neither an id nor one of a history.</summary>
    private static async Task<List<Guid>?> ReadAsync(FileInfo file, CancellationToken cancellation)
    {
        var (users, number) = (new List<Guid>(), 0);
        try
        {
            await foreach (var line in File.ReadLinesAsync(file.FullName, cancellation))
            {
                number++;
                if (line.StartsWith('['))
                {
                    using var page = JsonDocument.Parse(await File.ReadAllTextAsync(file.FullName, cancellation));
                    return [.. page.RootElement.EnumerateArray().Select(ErasedBy).OfType<Guid>()];
                }

                if (Guid.TryParse(line, out var id))
                    users.Add(id);
                else if (!string.IsNullOrWhiteSpace(line) && (line[0] != '{' || line.Contains(ErasedName, StringComparison.Ordinal)) && ErasedIn(line) is { } erased)
                    users.Add(erased);
            }

            return users;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync($"{file.Name}, line {number}: neither an id nor a line of a history.");
            return null;
        }
    }

    private static Guid? ErasedIn(string line)
    {
        using var said = JsonDocument.Parse(line);
        return ErasedBy(said.RootElement);
    }

    /// <summary>Whom a line of an export, or an event as the API tells it, says was erased; null when it says something else.</summary>
    private static Guid? ErasedBy(JsonElement said)
    {
        var isExported = said.TryGetProperty("event", out var exported);
        var e = isExported ? exported : said;
        if (!e.TryGetProperty("type", out var type) || !type.ValueEquals(ErasedName))
            return null;

        return (isExported ? e.GetProperty("stream") : e.GetProperty("resource").GetProperty("id")).GetGuid();
    }
}
