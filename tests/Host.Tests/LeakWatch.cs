using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>
/// Reads along, for the whole run of the tests, what every Host in this process logs, and every problem that is answered: once one of them held a password of
/// the tests, a token or another secret that was given out, every further expectation fails.
/// </summary>
internal sealed partial class LeakWatch : TextWriter
{
    private static TextWriter log = Null;
    private static readonly string[] Passwords = [Acme.Password, TestHost.SuperAdminPassword];
    private static readonly string[] SecretMembers = ["accessToken", "refreshToken", "resetPasswordToken", "secret", "clientSecret"];
    private static readonly ConcurrentDictionary<string, bool> Given = new();
    private static readonly ConcurrentQueue<string> Found = new();
    private static readonly ConcurrentDictionary<string, string> Failures = new();

    private readonly StringBuilder line = new();

    private LeakWatch()
    {
    }

    public override Encoding Encoding => log.Encoding;

    /// <summary>The log goes to the standard error; from here on it is read first.</summary>
    public static void Begin()
    {
        log = Console.Error;
        Console.SetError(Synchronized(new LeakWatch()));
    }

    /// <summary>What a body gives out may be in no log from now on, and a problem gives nothing out at all.</summary>
    public static void Look(int status, string body)
    {
        if (status >= 400)
            Read("A problem", body);
        else if (SecretMembers.Any(member => body.Contains(member, StringComparison.Ordinal)))
            Remember(JsonNode.Parse(body));
        Found.ShouldBeEmpty();
    }

    /// <summary>What the log has of a request that failed, by the trace id of its answer.</summary>
    public static string? Failure(string body) =>
        (string?)(JsonNode.Parse(body) as JsonObject)?["traceId"] is { } trace && Failures.TryGetValue(trace, out var told) ? told : null;

    public override void Write(char value)
    {
        log.Write(value);
        if (value != '\n')
        {
            line.Append(value);
            return;
        }

        var text = line.ToString();
        line.Clear();
        Read("The log", text);
        if (text.Contains("\"@x\":", StringComparison.Ordinal) && JsonNode.Parse(text) is JsonObject said && (string?)said["@tr"] is { } trace)
            Failures.TryAdd(trace, (string)said["@x"]!);
        if (Given.Keys.FirstOrDefault(secret => text.Contains(secret, StringComparison.Ordinal)) is { } leaked)
            Found.Enqueue($"The log has the secret {leaked[..8]}...: {text}");
    }

    private static void Read(string where, string text)
    {
        if (Token().IsMatch(text) || Passwords.Any(password => text.Contains(password, StringComparison.Ordinal)))
            Found.Enqueue($"{where} has a password or token: {text}");
    }

    private static void Remember(JsonNode? node)
    {
        foreach (var child in node switch { JsonObject members => members.Select(member => member.Value), JsonArray items => items, _ => [] })
            Remember(child);
        foreach (var member in node is JsonObject all ? SecretMembers.Select(name => all[name]).OfType<JsonValue>() : [])
        {
            if (member.TryGetValue<string>(out var secret) && secret.Length >= 16)
                Given.TryAdd(secret, true);
        }
    }

    /// <summary>A secret with our prefix, or a signed token.</summary>
    [GeneratedRegex(@"eso_[a-z]+_[\w-]{20}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.")]
    private static partial Regex Token();
}
