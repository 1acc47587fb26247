using System.Runtime.CompilerServices;

namespace EventSourcedOrgs.Tests;

/// <summary>
/// Texts of the repository that the code must still say. A text that differs is written beside the approved one as <c>*.received.*</c>; the environment variable
/// EVENTSOURCEDORGS_APPROVE=1 approves what is said now.
/// </summary>
internal static class Approved
{
    private const string Variable = "EVENTSOURCEDORGS_APPROVE";

    public static string Root { get; } = RootOf(Here());

    /// <param name="path">Where the approved text is, from the root of the repository.</param>
    /// <param name="now">What the code says today.</param>
    public static void ShouldBeApprovedAs(this string now, string path)
    {
        var approved = Path.Combine(Root, path);
        var received = Path.ChangeExtension(approved, $".received{Path.GetExtension(approved)}");
        var text = now.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        var before = File.Exists(approved) ? File.ReadAllText(approved).ReplaceLineEndings("\n") : null;
        if (text != before && Environment.GetEnvironmentVariable(Variable) == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(approved)!);
            File.WriteAllText(approved, text);
        }
        else if (text != before)
        {
            File.WriteAllText(received, text);
            throw new ShouldAssertException($"{path} {Difference(before, text)}\nWhat is said now is in {received}; {Variable}=1 approves it.");
        }
        else
        {
            File.Delete(received);
        }
    }

    private static string Difference(string? before, string now)
    {
        if (before is null)
            return "is missing.";

        var (old, today) = (before.Split('\n'), now.Split('\n'));
        var line = old.Zip(today).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"differs in line {line + 1}:\n- {old.ElementAtOrDefault(line)}\n+ {today.ElementAtOrDefault(line)}";
    }

    private static string RootOf(string file)
    {
        var folder = Path.GetDirectoryName(file)!;
        while (!File.Exists(Path.Combine(folder, "EventSourcedOrgs.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException($"{file} is in no repository.");
        return folder;
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
