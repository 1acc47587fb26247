using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using EventSourcedOrgs.Proof;
using Npgsql;

namespace EventSourcedOrgs.Host.Cli;

/// <summary><c>history verify</c>, <c>history export</c> and <c>history key</c>: proof that history was not altered; <c>history replay</c> is in <see cref="ReplayCommand"/>.</summary>
internal static class HistoryCommand
{
    private const string KeyFile = "log.pub";

    /// <summary>Who reads everything asks the system as seldom as possible for more.</summary>
    private const int ReadBuffer = 1 << 18;

    /// <summary>PostgreSQL takes a long query for one that is worth machine code; there is nothing in it to compute, and to make the code takes longer.</summary>
    private const string WithoutCompiling = "-c jit=off";

    public static Command Create() => new("history", "The history: check it, take it out, show its public key, make states of it again.") { Verify(), Export(), Key(), ReplayCommand.Create() };

    private static Command Verify()
    {
        var (connection, data, proof, json) = (Given.Connection(), Given.Data(), Given.Proof(), new Option<bool>("--json") { Description = "Write the result as JSON." });
        var file = new Argument<FileInfo?>("FILE") { Description = "An export to check, with the public key alone. Without it the live database is checked.", Arity = ArgumentArity.ZeroOrOne };
        var key = new Option<string?>("--key") { Description = $"The public key of the log, or a file with it. Default: {KeyFile} in the folder of the checkpoints." };
        var verify = new Command("verify", "Check that nothing was altered, and say where it was. Trusts nothing but the key and the published checkpoints.") { file, key, connection, data, proof, json };
        verify.SetAction(async (parsed, cancellation) =>
        {
            var folder = Given.ProofOf(parsed.GetValue(proof), parsed.GetValue(data)!);
            var keys = await KeyOf(parsed.GetValue(key), folder, cancellation);
            if (parsed.GetValue(file) is { } export)
            {
                await using var lines = export.OpenRead();
                var check = await new ExportVerifier(keys).Verify(lines, cancellation);
                return Tell(parsed.GetValue(json), check, check.Found, check.Count, check.IsProved,
                    $"{check.Events} events are what was sealed, proved by {check.Checkpoints} checkpoints{(check.Last is { } last ? $", the last of {last.Time:u}" : "")}.");
            }

            await using var installation = await Installation.OpenAsync(parsed.Connection(connection), parsed.GetValue(data)!, cancellation);
            var given = new NpgsqlConnectionStringBuilder(installation.Connection) { ReadBufferSize = ReadBuffer, CommandTimeout = 0 };
            given.Options = $"{given.Options} {WithoutCompiling}";
            await using var database = NpgsqlDataSource.Create(given);
            var progress = new ProgressLine();
            var live = await new LogVerifier(database, new(database)).Verify([keys], System.IO.Directory.Exists(folder) ? new(folder) : null, progress, cancellation);
            progress.End();
            return Tell(parsed.GetValue(json), live, live.Found, live.Count, live.Count == 0, string.Create(CultureInfo.InvariantCulture,
                $"{live.Size} events are what was sealed, proved by {live.Checkpoints} checkpoints; {live.Unsealed} wait to be sealed. Root {live.Root}."));
        });
        return verify;
    }

    private static Command Export()
    {
        var (connection, data) = (Given.Connection(), Given.Data());
        var file = new Argument<FileInfo>("FILE") { Description = "The file to write, one line for each event and checkpoint (NDJSON)." };
        var export = new Command("export", "Write the sealed history into a file that 'history verify' checks with the public key alone.") { file, connection, data };
        export.SetAction(async (parsed, cancellation) =>
        {
            await using var installation = await Installation.OpenAsync(parsed.Connection(connection), parsed.GetValue(data)!, cancellation);
            await using var database = NpgsqlDataSource.Create(installation.Connection);
            var events = await WholeFile.WriteAsync(
                parsed.GetValue(file)!.FullName, async stream => await new LogExport(database, new(database)).Whole(stream, cancellation), cancellation);
            Console.WriteLine($"{events} events.");
            return ExitCode.Success;
        });
        return export;
    }

    private static Command Key()
    {
        var (data, proof) = (Given.Data(), Given.Proof());
        var key = new Command("key", "Show the public key of the log, as it was published beside the checkpoints.") { data, proof };
        key.SetAction(async (parsed, cancellation) =>
        {
            Console.WriteLine(await KeyOf(null, Given.ProofOf(parsed.GetValue(proof), parsed.GetValue(data)!), cancellation));
            return ExitCode.Success;
        });
        return key;
    }

    private static async Task<LogPublicKey> KeyOf(string? given, string folder, CancellationToken cancellation)
    {
        var source = given ?? Path.Combine(folder, KeyFile);
        try
        {
            return LogPublicKey.Parse(given is null || File.Exists(given) ? await File.ReadAllTextAsync(source, cancellation) : given);
        }
        catch (FormatException) when (given is not null)
        {
            throw new UsageException($"'{given}' is neither the public key of a log nor a file with one.");
        }
        catch (FormatException)
        {
            throw new IOException($"{source} does not hold the public key of a log.");
        }
    }

    private static int Tell(bool json, object check, IReadOnlyList<Finding> found, long count, bool isRight, string summary)
    {
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(check, HttpJson.Options));
        else if (isRight)
            Console.WriteLine(summary);
        else
            Console.WriteLine(count == 0 ? "No checkpoint proves these events." : string.Join('\n', found.Select(finding => $"{finding.Code}: {finding.Detail}").Append(count > found.Count ? $"... and {count - found.Count} more." : $"{count} found.")));
        return isRight ? ExitCode.Success : ExitCode.Failure;
    }
}
