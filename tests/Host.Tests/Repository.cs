namespace EventSourcedOrgs.Host.Tests;

/// <summary>The files of the repository that the tests run from.</summary>
internal static class Repository
{
    private static readonly Lazy<string> Root = new(() =>
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "EventSourcedOrgs.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException("The tests do not run inside the repository.");
    });

    public static string File(string path) => Path.Combine(Root.Value, path);
}
