using System.Reflection;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;
using EventSourcedOrgs.Proof;
using EventSourcedOrgs.Tests;
using Directory = System.IO.Directory;

namespace EventSourcedOrgs.Architecture.Tests;

/// <summary>One file of code: its path from the root of the repository, and what is in it.</summary>
internal sealed record Source(string Path, string Text)
{
    public string[] Lines => Text.TrimEnd('\n').Split('\n');
}

/// <summary>The repository as the house rules see it.</summary>
internal static class Repository
{
    public static Assembly Domain { get; } = typeof(Refusal).Assembly;

    public static Assembly Application { get; } = typeof(EventNames).Assembly;

    public static Assembly Projections { get; } = typeof(ReadModel).Assembly;

    public static Assembly Proof { get; } = typeof(Digest).Assembly;

    public static Assembly Portal { get; } = typeof(Portal.PortalOptions).Assembly;

    public static Assembly Host { get; } = typeof(HostSettings).Assembly;

    /// <summary>What applications of the vendor are built with.</summary>
    public static Assembly Client { get; } = typeof(Client.LicenseClient).Assembly;

    public static Assembly LicenseTool { get; } = Assembly.Load("EventSourcedOrgs.LicenseTool");

    /// <summary>All types that somebody wrote, but for pages and their parts: the compiler makes their classes.</summary>
    public static IEnumerable<Type> Types { get; } =
    [
        .. new[] { Domain, Application, Projections, Proof, Portal, Host, Client, LicenseTool }.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.Namespace?.StartsWith("EventSourcedOrgs", StringComparison.Ordinal) is true && !type.Name.Contains('<', StringComparison.Ordinal)
                && !type.IsAssignableTo(typeof(Microsoft.AspNetCore.Components.IComponent)) && !(type.DeclaringType?.IsAssignableTo(typeof(Microsoft.AspNetCore.Components.IComponent)) is true)),
    ];

    public static IReadOnlyList<Source> Sources(params string[] folders) =>
    [
        .. folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Approved.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Approved.Root, file).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "obj" or "bin") && !path.EndsWith(".g.cs", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(path => new Source(path, File.ReadAllText(Path.Combine(Approved.Root, path)).ReplaceLineEndings("\n"))),
    ];
}
