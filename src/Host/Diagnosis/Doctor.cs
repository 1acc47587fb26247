using System.Text.Json.Serialization;
using Npgsql;

namespace EventSourcedOrgs.Host.Diagnosis;

/// <summary>How a check came out.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Level>))]
public enum Level
{
    [JsonStringEnumMemberName("ok")]
    Ok,

    [JsonStringEnumMemberName("warning")]
    Warning,

    [JsonStringEnumMemberName("error")]
    Error,
}

/// <summary>What a check found.</summary>
/// <param name="Code">Stable, for scripts: the check.</param>
/// <param name="Level">How it came out.</param>
/// <param name="Says">What is so.</param>
/// <param name="Do">What to do about it; null when it is well.</param>
internal sealed record Condition(string Code, Level Level, string Says, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Do = null)
{
    public static Condition Ok(string code, string says) => new(code, Level.Ok, says);

    public static Condition Warning(string code, string says, string @do) => new(code, Level.Warning, says, @do);

    public static Condition Error(string code, string says, string @do) => new(code, Level.Error, says, @do);
}

/// <summary>What the doctor is told of how the installation is served.</summary>
/// <param name="Data">The folder of its own data.</param>
/// <param name="Proof">The folder of the checkpoints.</param>
/// <param name="IsPublic">Whether others than this machine reach it.</param>
/// <param name="PublicAddress">Under which address.</param>
/// <param name="RateLimit">How many requests a caller may send; null for any number.</param>
internal sealed record Surroundings(string Data, string Proof, bool IsPublic, string? PublicAddress, Setup.RateLimit? RateLimit);

/// <summary>Looks at everything that an installation needs, changes nothing, and says what to do.</summary>
internal sealed class Doctor(IServiceProvider services, Surroundings surroundings)
{
    /// <summary>Every check, in the order in which they are told. One whose table is not there yet, or that is not let in, says so and stops no other.</summary>
    public async Task<IReadOnlyList<Condition>> ExamineAsync(CancellationToken cancellation)
    {
        var (database, history, place) = (new DatabaseChecks(services), new HistoryChecks(services, surroundings), new PlaceChecks(services, surroundings));
        if (await database.Reachable(cancellation) is { Level: Level.Error } away)
            return [away, .. await All(place.OfThisMachine, cancellation)];

        return
        [
            await database.Reachable(cancellation),
            .. await All([.. database.All, .. history.All, .. place.All], cancellation),
        ];
    }

    private static async Task<IReadOnlyList<Condition>> All(IEnumerable<(string Code, Func<CancellationToken, Task<Condition>> Check)> checks, CancellationToken cancellation)
    {
        var found = new List<Condition>();
        foreach (var (code, check) in checks)
        {
            try
            {
                found.Add(await check(cancellation));
            }
            catch (Exception e) when ((e as PostgresException ?? e.InnerException) is PostgresException refused)
            {
                found.Add(Condition.Error(code, $"It could not be checked: {refused.MessageText}.", "See to the errors above, or run 'migrate' and ask again."));
            }
        }

        return found;
    }
}
