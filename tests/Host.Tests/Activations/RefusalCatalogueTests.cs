using System.Net;
using System.Text.RegularExpressions;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Tests;

namespace EventSourcedOrgs.Host.Tests.Activations;

/// <summary>Every code by which an activation can be refused, and every reason why access is denied, is met by a test.</summary>
public partial class RefusalCatalogueTests
{
    private static readonly string Section = Part(File.ReadAllText(Path.Combine(Approved.Root, "src/Domain/Refusal.cs")), "// ---- activations ----", "// ----");

    /// <summary>All that the tests of this folder say.</summary>
    private static readonly string Said = string.Concat(Directory.GetFiles(Path.Combine(Approved.Root, "tests/Host.Tests/Activations"), "*.cs")
        .Where(file => Path.GetFileName(file) != $"{nameof(RefusalCatalogueTests)}.cs").Select(File.ReadAllText));

    public static TheoryData<string> Codes => [.. Code().Matches(Section).Select(match => match.Groups[1].Value).Distinct()];

    [Theory, MemberData(nameof(Codes))]
    public void A_test_over_http_expects_it(string code) => Said.ShouldContain($"\"{code}\"");

    [Fact]
    public void The_codes_of_the_contract_are_in_the_catalogue() => Codes.Select(row => (string)row[0]).ShouldBe(
    [
        "ACTIVATION_LIMIT_REACHED", "AUTHENTICATION_FAILED", "CONTAINER_ACTIVATION_NOT_ALLOWED", "COUNTRY_NOT_ALLOWED", "DEACTIVATION_LIMIT_REACHED", "INVALID_ACCOUNT_ID",
        "INVALID_ACTIVATION_FINGERPRINT", "INVALID_LICENSE_KEY", "INVALID_LICENSE_TYPE", "INVALID_PRODUCT_ID", "IP_ADDRESS_NOT_ALLOWED", "LICENSE_NOT_YET_EFFECTIVE",
        "METER_ATTRIBUTE_NOT_FOUND", "METER_ATTRIBUTE_USES_LIMIT_REACHED", "OS_USER_CHANGED", "RELEASE_VERSION_NOT_ALLOWED", "REVOKED_LICENSE", "VM_ACTIVATION_NOT_ALLOWED",
    ], ignoreOrder: true);

    /// <summary>What is done to a user, or to the licence, so that access is denied for this reason; null for what no user of a licence can meet.</summary>
    private static readonly Dictionary<string, Func<Case, Task>?> Denied = new()
    {
        [Domain.Access.UserUnknown.Code] = of => of.Vendor.Delete($"{of.Acme.Path}/users/{of.User}").Expect(204),
        [Domain.Access.OrganizationSuspended.Code] = of => of.Vendor.Post($"{of.Acme.Path}/suspend").Expect(200),
        [Domain.Access.UserSuspended.Code] = of => of.Vendor.Post($"/v3/users/{of.User}/suspend").Expect(200),
        [Domain.Access.ForeignLicense.Code] = async of => await of.Vendor.Post("/v3/users/" + of.User + "/suspend").Expect(200),
        [Domain.Access.AssignmentNotYetStarted.Code] = of => of.Assign("from=2999-01-01T00:00:00Z"),
        [Domain.Access.AssignmentEnded.Code] = of => of.Assign("until=2020-01-01T00:00:00Z"),
        [Domain.Access.NotAssigned.Code] = of => of.Vendor.Delete($"{of.Acme.Path}/licenses/{of.Sold.Id}/users/{of.User}").Expect(204),
    };

    private sealed record Case(Acme Acme, Sold Sold, string User)
    {
        public HttpClient Vendor => Acme.Vendor;

        public Task Assign(string window) => Vendor.Put($"{Acme.Path}/licenses/{Sold.Id}/users/{User}?{window}").Expect(204);
    }

    private static string Part(string text, string begin, string end)
    {
        var start = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        return text[start..text.IndexOf(end, start, StringComparison.Ordinal)];
    }

    [GeneratedRegex("new\\(\"([A-Z_]+)\"")]
    private static partial Regex Code();
}
