using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using EventSourcedOrgs.Client;

namespace EventSourcedOrgs.LicenseTool;

/// <summary>What the program says of an outcome: words for people, or one JSON object.</summary>
internal sealed record Report(bool Ok, string? Reason, string? Code, string? Detail)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public Guid? ActivationId { get; init; }

    public Guid? LicenseId { get; init; }

    public bool? Offline { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? LeaseExpiresAt { get; init; }

    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>Where a text was written to, or the text itself.</summary>
    public string? File { get; init; }

    public string? Text { get; init; }

    private static Report Of(Problem? problem) => new(problem is null, problem?.Code, problem?.ServerCode, problem?.Detail);

    /// <summary>Writes how it came out; the exit code follows from it.</summary>
    public static int Write(Outcome<LicenseToken> outcome, string done, bool json)
    {
        var report = outcome.Value is not { } token ? Of(outcome.Problem) : Of(outcome.Problem) with
        {
            ActivationId = token.ActivationId,
            LicenseId = token.LicenseId,
            Offline = token.IsOffline,
            ExpiresAt = token.ExpiresAt,
            LeaseExpiresAt = token.LeaseExpiresAt,
            ValidUntil = token.ValidUntil,
        };
        return report.Write(outcome.Problem, $"{done}: activation {report.ActivationId}{(report.ValidUntil is { } until ? $", good until {until:u}" : "")}{(report.ExpiresAt is { } end ? $", the license expires {end:u}" : "")}.", json);
    }

    /// <summary>Writes a text that is carried on, to a file or as it is.</summary>
    public static async Task<int> WriteText(Outcome<string> outcome, string? file, bool json, CancellationToken cancellation)
    {
        if (outcome.Value is { } text && file is not null)
            await System.IO.File.WriteAllTextAsync(file, text, cancellation);
        var report = Of(outcome.Problem) with { File = outcome.Value is null ? null : file, Text = file is null ? outcome.Value : null };
        return report.Write(outcome.Problem, file is null ? outcome.Value?.TrimEnd() ?? "" : $"Carry {file} to the server.", json);
    }

    private int Write(Problem? problem, string done, bool json)
    {
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(this, Json));
        else if (problem is null)
            Console.WriteLine(done);
        else
            Console.Error.WriteLine($"{problem.Code}{(problem.ServerCode is { } code ? $" ({code})" : "")}: {problem.Detail}");
        return problem is null ? ExitCode.Success : problem.Reason == Client.Reason.Unreachable ? ExitCode.Unavailable : ExitCode.Refused;
    }
}
