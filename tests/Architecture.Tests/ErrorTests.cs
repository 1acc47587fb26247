using System.Text.RegularExpressions;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Host.Api;
using EventSourcedOrgs.Tests;

namespace EventSourcedOrgs.Architecture.Tests;

/// <summary>The catalogue of errors: complete, and the same as the document.</summary>
public partial class ErrorTests
{
    [Fact]
    public void The_document_is_as_approved() => ErrorCatalogue.ToMarkdown().ShouldBeApprovedAs("docs/errors.md");

    [Fact]
    public void Every_code_in_the_sources_is_in_the_catalogue() =>
        Repository.Sources("src").SelectMany(source => Codes().Matches(source.Text)).Select(match => match.Groups["code"].Value).Distinct()
            .Except(ErrorCatalogue.All.Select(entry => entry.Code)).ShouldBeEmpty();

    [Fact]
    public void Codes_are_capitals_and_meanings_are_sentences()
    {
        ErrorCatalogue.All.ShouldAllBe(entry => Regex.IsMatch(entry.Code, "^[A-Z]+(_[A-Z]+)*$"));
        ErrorCatalogue.All.Where(entry => entry.Meaning.Length < 10).ShouldBeEmpty();
        ErrorCatalogue.All.Where(entry => Regex.IsMatch(entry.Meaning, "9182730|System\\.")).ShouldBeEmpty();
    }

    [Fact]
    public void Every_kind_has_a_status() => Enum.GetValues<RefusalKind>().ShouldAllBe(kind => Problems.StatusOf(kind) >= 400);

    [GeneratedRegex("new(?: Refusal)?\\(\"(?<code>[A-Z_]+)\", RefusalKind|const string \\w+ = \"(?<code>INVALID_[A-Z_]+|UNKNOWN_[A-Z_]+)\"|\\[\\d{3}\\] = \\(\"(?<code>[A-Z_]+)\"")]
    private static partial Regex Codes();
}
