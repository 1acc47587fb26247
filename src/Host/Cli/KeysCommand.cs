using System.CommandLine;
using System.Globalization;
using EventSourcedOrgs.Application.SignIn;
using EventSourcedOrgs.Host.Setup;

namespace EventSourcedOrgs.Host.Cli;

/// <summary><c>keys list</c> and <c>keys rotate</c>: the keys that access tokens are signed with.</summary>
internal static class KeysCommand
{
    public static Command Create() => new("keys", "The keys that access tokens are signed with.") { List(), Rotate() };

    private static Command List()
    {
        var (connection, data) = (Given.Connection(), Given.Data());
        var list = new Command("list", "Show the keys that are good, and from when until when.") { connection, data };
        list.SetAction((parsed, cancellation) => With(parsed.Connection(connection), parsed.GetValue(data)!, async keys =>
        {
            foreach (var term in await keys.Good(cancellation))
                Console.WriteLine(Line(term));
        }, cancellation));
        return list;
    }

    private static Command Rotate()
    {
        var (connection, data) = (Given.Connection(), Given.Data());
        var atOnce = new Option<bool>("--at-once")
        {
            Description = "Let the new key sign now and forget the others: every access token ends within a minute, and clients go on with their refresh tokens. For a key that leaked.",
        };
        var rotate = new Command("rotate", "Make the next key. It is published at once and signs ten minutes later; the former ones stay good for what they signed.") { connection, data, atOnce };
        rotate.SetAction((parsed, cancellation) => With(parsed.Connection(connection), parsed.GetValue(data)!, async keys =>
            Console.WriteLine(Line(await keys.Rotate(parsed.GetValue(atOnce), cancellation))), cancellation));
        return rotate;
    }

    private static async Task<int> With(string? connection, string data, Func<SigningKeys, Task> act, CancellationToken cancellation)
    {
        await using var installation = await Installation.OpenAsync(connection, data, cancellation);
        await using var app = await HostApplication.OpenAsync(installation.Settings with { Alone = false }, cancellation);
        await act(app.Services.GetRequiredService<SigningKeys>());
        return ExitCode.Success;
    }

    private static string Line(KeyTerm term) => string.Create(
        CultureInfo.InvariantCulture, $"{term.Key.Id}  signs from {term.SignsFrom:u}{(term.GoodUntil == DateTimeOffset.MaxValue ? "" : $", good until {term.GoodUntil:u}")}");
}
