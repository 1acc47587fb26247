using System.CommandLine;
using System.Text.Json;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Host.Diagnosis;
using EventSourcedOrgs.Host.Setup;

namespace EventSourcedOrgs.Host.Cli;

/// <summary><c>doctor</c>: whether the installation is well, and what to do where it is not.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var (connection, data, proof, json) = (Given.Connection(), Given.Data(), Given.Proof(), new Option<bool>("--json") { Description = "Write the result as JSON." });
        var (urls, rate) = (new Option<string?>("--urls") { Description = "The addresses that 'serve' listens on, as they are given there." }, ServeCommand.RateOption());
        var command = new Command("doctor", "Look at everything the installation needs, change nothing, and say what to do. Give it what 'serve' is given.") { connection, data, proof, urls, rate, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var folder = parsed.GetValue(data)!;
            var address = Environment.GetEnvironmentVariable("SignIn__PublicAddress");
            var surroundings = new Surroundings(
                folder, Given.ProofOf(parsed.GetValue(proof), folder), ServeCommand.IsReachedByOthers(parsed.GetValue(urls)) || IsElsewhere(address), address, RateLimit.Parse(parsed.GetValue(rate)!));
            return Tell(await ExamineAsync(parsed.Connection(connection), surroundings, cancellation), parsed.GetValue(json));
        });
        return command;
    }

    /// <summary>Without a key or a server there is nobody to ask for the rest; that alone is told then.</summary>
    private static async Task<IReadOnlyList<Condition>> ExamineAsync(string? connection, Surroundings surroundings, CancellationToken cancellation)
    {
        try
        {
            if (connection is null && (await PostgresFolder.OpenAsync(surroundings.Data, _ => { }, cancellation)).MajorOfData is null)
                return [Condition.Error("DATABASE", $"There is no installation in {Path.GetFullPath(surroundings.Data)}.", "Name its folder in --data or its database in --connection, or start it with 'serve'.")];

            await using var installation = await Installation.OpenAsync(connection, surroundings.Data, cancellation);
            await using var app = HostApplication.Build(installation.Settings with { Owner = null, Data = surroundings.Data, ProofFolder = surroundings.Proof });
            return await new Doctor(app.Services, surroundings).ExamineAsync(cancellation);
        }
        catch (MasterKeyException e)
        {
            return [Condition.Error("MASTER_KEY", e.Message, "Give the key that the data were written with; without it nothing else can be checked.")];
        }
        catch (EmbeddedPostgresException e)
        {
            return [Condition.Error("DATABASE", e.Message, "See the log of PostgreSQL; without a database nothing else can be checked.")];
        }
    }

    private static int Tell(IReadOnlyList<Condition> found, bool json)
    {
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(new { well = found.All(one => one.Level != Level.Error), checks = found }, HttpJson.Options));
        else
            Console.WriteLine(string.Join('\n', found.Select(Line)));
        return found.Any(one => one.Level == Level.Error) ? ExitCode.Failure : ExitCode.Success;
    }

    private static string Line(Condition one) =>
        $"{one.Level switch { Level.Ok => "ok     ", Level.Warning => "WARNING", _ => "ERROR  " }}  {one.Code,-18}{one.Says}{(one.Do is { } what ? $"\n{"",27}{what}" : "")}";

    private static bool IsElsewhere(string? address) => Uri.TryCreate(address, UriKind.Absolute, out var parsed) && !parsed.IsLoopback;
}
