using System.Text.Json;

namespace EventSourcedOrgs.Client;

/// <summary>What an application remembers between two starts.</summary>
internal sealed record State
{
    public string? Key { get; init; }

    public string? Token { get; init; }

    /// <summary>The request whose response is waited for, and the key it was made with.</summary>
    public Guid? PendingRequest { get; init; }

    public string? PendingKey { get; init; }

    /// <summary>The last offline deactivation, so that a lost file can be written again.</summary>
    public string? Deactivation { get; init; }

    /// <summary>The latest time that the clock has shown since the token came; the server knows the time better, so a clock that was ahead before is forgotten.</summary>
    public DateTimeOffset LastSeen { get; init; }

    /// <summary>Without the activation.</summary>
    public State WithoutActivation() => this with { Key = null, Token = null };
}

/// <summary>Keeps the state in a file that only its owner can read. It is written beside the old one and put in its place, so it is never half there.</summary>
internal sealed class StateFile(string path)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public State Read()
    {
        if (!File.Exists(path))
            return new();
        try
        {
            return JsonSerializer.Deserialize<State>(File.ReadAllText(path), Json) ?? new();
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is no file of this application. Delete it to begin anew.", e);
        }
    }

    public void Write(State state)
    {
        var full = Path.GetFullPath(path);
        var made = $"{full}.{Guid.NewGuid():N}";
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(made, options))
            JsonSerializer.Serialize(stream, state, Json);
        File.Move(made, full, overwrite: true);
    }
}
