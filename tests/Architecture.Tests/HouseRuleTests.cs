using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.IdentityProviders;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Tests;
using Directory = System.IO.Directory;

namespace EventSourcedOrgs.Architecture.Tests;

/// <summary>The rules of the house that no analyzer knows, with their numbers.</summary>
public partial class HouseRuleTests
{
    private const int MostLines = 300;
    private const int MostLinesOfTests = 400;
    private const int FewLines = 12;
    private const double MostOfFewLines = 0.05;

    private static readonly string[] RootFiles =
        ["README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "run", "test", "global.json", "compose.yaml", "Dockerfile", "EventSourcedOrgs.sln"];

    private static readonly string[] RootFolders = ["src", "tests", "bench", "docs", "tools", "demo"];

    /// <summary>Contracts whose one implementation is not the point: they name a shape, or the Host implements what the application needs.</summary>
    private static readonly Type[] Shapes =
    [
        typeof(ICommand<>), typeof(ICommandHandler<,>), typeof(IQuery<>), typeof(IQueryHandler<,>), typeof(IAggregate<,>), typeof(IId<>), typeof(IResult<>),
        typeof(IPasswords), typeof(IIdentityClient),
    ];

    private static readonly Type[] Unordered = [typeof(IReadOnlySet<>), typeof(ISet<>), typeof(IReadOnlyDictionary<,>), typeof(IDictionary<,>)];

    [Fact]
    public void Names_say_what_a_thing_is() =>
        Repository.Types.Where(type => Vague().IsMatch(type.Name.Split('`')[0])).Select(type => type.FullName).ShouldBeEmpty();

    [Fact]
    public void Every_public_type_says_what_it_is_for() =>
        new[] { Repository.Domain, Repository.Application, Repository.Projections, Repository.Client }
            .SelectMany(assembly => assembly.GetExportedTypes().Where(type => !IsSlicePart(type)).Select(DocumentationName).Except(Summarized(assembly)))
            .ShouldBeEmpty();

    [Fact]
    public void Files_are_short() =>
        Repository.Sources("src", "tools").Where(source => source.Lines.Length > MostLines)
            .Concat(Repository.Sources("tests").Where(source => source.Lines.Length > MostLinesOfTests))
            .Select(source => $"{source.Path}: {source.Lines.Length}").ShouldBeEmpty();

    [Fact]
    public void Few_files_are_tiny()
    {
        var sources = Repository.Sources("src");
        var tiny = sources.Where(source => source.Lines.Length <= FewLines).Select(source => source.Path).ToList();
        tiny.Count.ShouldBeLessThanOrEqualTo((int)(sources.Count * MostOfFewLines), string.Join('\n', tiny));
    }

    [Fact]
    public void No_interface_is_there_for_one_class() =>
        Repository.Types.Where(type => type.IsInterface && !Shapes.Contains(type))
            .Where(contract => Repository.Types.Count(type => !type.IsInterface && Implements(type, contract)) == 1)
            .Select(contract => contract.FullName).ShouldBeEmpty();

    [Fact]
    public void Classes_are_sealed() =>
        Repository.Types.Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false, Name: not "_Imports" }).Select(type => type.FullName).ShouldBeEmpty();

    [Fact]
    public void The_root_is_tidy()
    {
        Directory.GetFiles(Approved.Root).Select(file => Path.GetFileName(file)).Where(name => !name.StartsWith('.') && !name.EndsWith(".props", StringComparison.Ordinal))
            .Except(RootFiles).ShouldBeEmpty();
        Directory.GetDirectories(Approved.Root).Select(folder => Path.GetFileName(folder)).Where(name => !name.StartsWith('.') && name is not ("bin" or "obj" or "node_modules"))
            .Except(RootFolders).ShouldBeEmpty();
    }

    /// <summary>States are compared by their text, made in one process and another: strings have another hash, and their sets another order, in each.</summary>
    [Fact]
    public void What_is_stored_has_the_same_order_in_every_process() =>
        Repository.Domain.GetTypes().SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)).Where(property => IsHashedByText(property.PropertyType))
            .Select(property => $"{property.DeclaringType}.{property.Name}").ShouldBeEmpty();

    [Fact]
    public void Nothing_is_left_for_later() => Found(Postponed()).ShouldBeEmpty();

    [Fact]
    public void Nothing_is_commented_out() => Found(CommentedOut()).ShouldBeEmpty();

    [Fact]
    public void No_warning_is_silenced_in_passing() => Found(Silenced()).ShouldBeEmpty();

    private static bool IsHashedByText(Type type) => type.IsGenericType && (
        (type.GetGenericArguments()[0] == typeof(string) && type.GetInterfaces().Append(type).Any(i => i.IsGenericType && Unordered.Contains(i.GetGenericTypeDefinition())))
        || type.GetGenericArguments().Any(IsHashedByText));

    private static IEnumerable<string> Found(Regex pattern) =>
        from source in Repository.Sources("src", "tools", "tests")
        from line in source.Lines.Index()
        where pattern.IsMatch(line.Item)
        select $"{source.Path}:{line.Index + 1}: {line.Item.Trim()}";

    /// <summary>The handler and the validator inside a request say by their names what they are for.</summary>
    private static bool IsSlicePart(Type type) => type.IsNested && type.Name is "Handler" or "Validator";

    private static string DocumentationName(Type type) => $"T:{type.FullName!.Replace('+', '.')}";

    private static IEnumerable<string> Summarized(Assembly assembly) => XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member")
        .Where(member => member.Element("summary") is { } summary && !string.IsNullOrWhiteSpace(summary.Value)).Select(member => member.Attribute("name")!.Value);

    private static bool Implements(Type type, Type contract) => contract.IsGenericTypeDefinition
        ? type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == contract)
        : type.GetInterfaces().Contains(contract);

    [GeneratedRegex("(Manager|Helper|Helpers|Util|Utils|Dto|Service|Impl|Base)$")]
    private static partial Regex Vague();

    [GeneratedRegex(@"\b(TO[D]O|FIX[M]E|HAC[K]|XX[X]|NotImplemented[E]xception)\b")]
    private static partial Regex Postponed();

    [GeneratedRegex(@"^\s*//(?!/)\s*(?:.*[;{}]\s*$|(?:var|return|await|if|foreach|using|public|private|internal|throw|new)\b[^.]*[(=])")]
    private static partial Regex CommentedOut();

    [GeneratedRegex(@"#pragma [w]arning disable|\[assembly: Suppress[M]essage|^\s*#[r]egion")]
    private static partial Regex Silenced();
}
