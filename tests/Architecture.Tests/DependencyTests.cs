using System.Reflection;

namespace EventSourcedOrgs.Architecture.Tests;

/// <summary>Who may know whom. The assemblies say it, whatever the projects claim.</summary>
public class DependencyTests
{
    private const string Ours = "EventSourcedOrgs.";

    [Fact]
    public void The_domain_knows_nothing_but_the_framework() => ReferencesOf(Repository.Domain).ShouldAllBe(name => name.StartsWith("System.", StringComparison.Ordinal));

    [Fact]
    public void The_application_knows_the_domain_and_no_other_of_ours() => OursIn(Repository.Application).ShouldBe(["EventSourcedOrgs.Domain"]);

    [Fact]
    public void Projections_know_the_domain_and_the_proof_and_no_other_of_ours() => OursIn(Repository.Projections).Order().ShouldBe(["EventSourcedOrgs.Domain", "EventSourcedOrgs.Proof"]);

    [Fact]
    public void The_proof_knows_nothing_of_ours() => OursIn(Repository.Proof).ShouldBeEmpty();

    [Fact]
    public void The_portal_knows_nothing_of_ours() => OursIn(Repository.Portal).ShouldBeEmpty();

    [Fact]
    public void The_host_only_mounts_the_portal() =>
        Repository.Sources("src/Host").Where(source => source.Text.Replace("EventSourcedOrgs.Portal.Tests", "", StringComparison.Ordinal).Contains("EventSourcedOrgs.Portal", StringComparison.Ordinal)).Select(source => source.Path)
            .ShouldBe(["src/Host/Setup/ApiSetup.cs", "src/Host/Setup/PortalMount.cs"]);

    [Fact]
    public void Nobody_knows_the_host() =>
        new[] { Repository.Domain, Repository.Application, Repository.Projections, Repository.Portal }.SelectMany(ReferencesOf).ShouldNotContain("EventSourcedOrgs.Host");

    [Fact]
    public void The_application_and_the_projections_know_nothing_of_http() =>
        ReferencesOf(Repository.Application).Concat(ReferencesOf(Repository.Projections)).ShouldAllBe(name => !name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

    [Fact]
    public void The_client_knows_nothing_but_the_framework_and_the_tool_nothing_of_ours_but_the_client()
    {
        ReferencesOf(Repository.Client).ShouldAllBe(name => name.StartsWith("System.", StringComparison.Ordinal));
        OursIn(Repository.LicenseTool).ShouldBe(["EventSourcedOrgs.Client"]);
    }

    private static IEnumerable<string> OursIn(Assembly assembly) => ReferencesOf(assembly).Where(name => name.StartsWith(Ours, StringComparison.Ordinal));

    private static IEnumerable<string> ReferencesOf(Assembly assembly) => assembly.GetReferencedAssemblies().Select(reference => reference.Name!);
}
