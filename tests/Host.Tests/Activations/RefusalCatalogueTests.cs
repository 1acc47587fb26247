using System.Text.RegularExpressions;
using EventSourcedOrgs.Tests;

namespace EventSourcedOrgs.Host.Tests.Activations;

/// <summary>Every code by which an activation can be refused, and every reason why access is denied, is met by a test.</summary>
public partial class RefusalCatalogueTests
{
    private static readonly string Section = Part(File.ReadAllText(Path.Combine(Approved.Root, "src/Domain/Refusal.cs")), "// ---- activations ----", "// ----");

    /// <summary>All that the tests of this folder say.</summary>
    private static readonly string Said = string.Concat(Directory.GetFiles(Path.Combine(Approved.Root, "tests/Host.Tests/Activations"), "*.cs")
        .Where(file => Path.GetFileName(file) != $"{nameof(RefusalCatalogueTests)}.cs").Select(File.ReadAllText));

    private static string[] Catalogue => [.. Code().Matches(Section).Select(match => match.Groups[1].Value).Distinct()];

    public static TheoryData<string> Codes => [.. Catalogue];

    [Theory, MemberData(nameof(Codes))]
    public void A_test_over_http_expects_it(string code) => Said.ShouldContain($"\"{code}\"");

    [Fact]
    public void The_codes_of_the_contract_are_in_the_catalogue() => Catalogue.ShouldBe(
    [
        "ACTIVATION_LIMIT_REACHED", "AUTHENTICATION_FAILED", "CONTAINER_ACTIVATION_NOT_ALLOWED", "COUNTRY_NOT_ALLOWED", "DEACTIVATION_LIMIT_REACHED", "INVALID_ACCOUNT_ID",
        "INVALID_ACTIVATION_FINGERPRINT", "INVALID_LICENSE_KEY", "INVALID_LICENSE_TYPE", "INVALID_OFFLINE_REQUEST", "INVALID_PRODUCT_ID", "IP_ADDRESS_NOT_ALLOWED", "LICENSE_NOT_YET_EFFECTIVE",
        "METER_ATTRIBUTE_NOT_FOUND", "METER_ATTRIBUTE_USES_LIMIT_REACHED", "OFFLINE_RESPONSE_LIMIT_REACHED", "OFFLINE_RESPONSE_REPLACED", "OFFLINE_RESPONSE_REVOKED", "OS_USER_CHANGED", "RELEASE_VERSION_NOT_ALLOWED", "REVOKED_LICENSE",
        "VM_ACTIVATION_NOT_ALLOWED",
    ], ignoreOrder: true);

    /// <summary>For every reason: what brings it about for a user to whom the licence is assigned, and how an activation for that user is answered then.</summary>
    private static readonly Dictionary<string, (Func<Case, Task> Arrange, string? Code)> Reasons = new()
    {
        [Domain.Access.UserUnknown.Code] = (of => Task.FromResult(of.User = Guid.NewGuid().ToString()), "AUTHENTICATION_FAILED"),
        [Domain.Access.LicenseUnknown.Code] = (of => of.Vendor.Delete(of.License).Expect(204), "INVALID_LICENSE_KEY"),
        [Domain.Access.OrganizationSuspended.Code] = (of => of.Vendor.Post($"{of.Acme.Path}/suspend").Expect(200), "AUTHENTICATION_FAILED"),
        [Domain.Access.UserSuspended.Code] = (of => of.Vendor.Post($"/v3/users/{of.User}/suspend").Expect(200), "AUTHENTICATION_FAILED"),
        [Domain.Access.LicenseRevoked.Code] = (of => of.Vendor.Patch(of.License, new { revoked = true }).Expect(200), "REVOKED_LICENSE"),
        [Domain.Access.LicenseSuspended.Code] = (of => of.Vendor.Patch(of.License, new { suspended = true }).Expect(200), null),
        [Domain.Access.LicenseNotYetEffective.Code] = (of => of.Sell(("effectiveDate", "2999-01-01T00:00:00Z")), "LICENSE_NOT_YET_EFFECTIVE"),
        [Domain.Access.LicenseExpired.Code] = (of => of.Vendor.Patch($"{of.License}/expires-at", new { expiresAt = "2020-01-01T00:00:00Z" }).Expect(200), null),
        [Domain.Access.ForeignLicense.Code] = (async of => of.User = await (await Acme.With(seats: -1)).User(), "AUTHENTICATION_FAILED"),
        [Domain.Access.AssignmentNotYetStarted.Code] = (of => of.Vendor.Put(of.Assignment, new { from = "2999-01-01T00:00:00Z" }).Expect(204), "AUTHENTICATION_FAILED"),
        [Domain.Access.AssignmentEnded.Code] = (of => of.Vendor.Put(of.Assignment, new { until = "2020-01-01T00:00:00Z" }).Expect(204), "AUTHENTICATION_FAILED"),
        [Domain.Access.NotAssigned.Code] = (of => of.Vendor.Delete(of.Assignment).Expect(204), "AUTHENTICATION_FAILED"),
    };

    public static TheoryData<string> Denials => [.. Domain.Access.Denials.Select(denial => denial.Code)];

    [Theory, MemberData(nameof(Denials))]
    public async Task Every_reason_that_denies_access_has_its_answer_to_an_activation(string reason)
    {
        var (arrange, code) = Reasons[reason];
        var of = new Case(await Acme.With(seats: -1));
        await of.Sell();
        await arrange(of);
        if (code is null)
        {
            await of.Device.Activate(("userId", of.User));
            return;
        }

        var problem = await of.Device.Ask(("userId", of.User)).ExpectProblem(400, code);
        if (code == "AUTHENTICATION_FAILED")
            problem.Text("message").ShouldContain(Domain.Access.Denials.Single(denial => denial.Code == reason).Detail);
    }

    /// <summary>A user of an organization, and a licence for named users that is assigned to that user.</summary>
    private sealed class Case(Acme acme)
    {
        private Sold? sold;

        public Acme Acme => acme;

        public HttpClient Vendor => acme.Vendor;

        public string User { get; set; } = "";

        public string License => $"/v3/licenses/{sold!.Id}";

        public string Assignment => $"{acme.Path}/licenses/{sold!.Id}/users/{User}";

        public Device Device => sold!.Device(acme.Vendor);

        public async Task Sell(params (string Name, object? Value)[] members)
        {
            User = await acme.User();
            sold = await Sold.With(acme.Host, new { name = "Named", requireAuthentication = true }, [("organizationId", acme.Id), .. members]);
            await Vendor.Put(Assignment).Expect(204);
        }
    }

    private static string Part(string text, string begin, string end)
    {
        var start = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        return text[start..text.IndexOf(end, start, StringComparison.Ordinal)];
    }

    [GeneratedRegex("new\\(\"([A-Z_]+)\"")]
    private static partial Regex Code();
}
