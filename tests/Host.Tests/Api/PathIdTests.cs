namespace EventSourcedOrgs.Host.Tests.Api;

/// <summary>What is no id names nothing that there is.</summary>
public class PathIdTests
{
    [Theory]
    [InlineData("organizations/acme", "Organization")]
    [InlineData("organizations/acme/users", "Organization")]
    [InlineData("users/42", "User")]
    [InlineData("licenses/PRO-KEY", "License")]
    [InlineData("license-templates/standard", "LicenseTemplate")]
    [InlineData("license-templates/standard/history", "LicenseTemplate")]
    [InlineData("trial-activations/x", "TrialActivation")]
    public async Task In_a_path_it_is_not_found(string path, string resource)
    {
        var vendor = await (await TestHost.Shared).Vendor();
        (await vendor.Get($"/v3/{path}").ExpectProblem(404, "NOT_FOUND")).Text("message").ShouldBe($"{resource} not found.");
    }

    [Fact]
    public async Task Whoever_changes_or_deletes_it_is_told_the_same()
    {
        var vendor = await (await TestHost.Shared).Vendor();
        await vendor.Patch("/v3/licenses/PRO-KEY", new { suspended = true }).ExpectProblem(404, "NOT_FOUND");
        await vendor.Delete("/v3/users/42").ExpectProblem(404, "NOT_FOUND");
        await (await TestHost.Shared).Anonymous.Get("/v3/licenses/PRO-KEY").ExpectProblem(401, "AUTHENTICATION_REQUIRED");
    }

    [Fact]
    public async Task In_a_query_it_is_wrong()
    {
        var acme = await Acme.With(seats: 1);
        await acme.Vendor.Get("/v3/licenses?productId=designer").ExpectProblem(400, "INVALID_QUERY_PARAMETER");
        await acme.Vendor.Get($"{acme.Path}/access?userId=ada").ExpectProblem(400, "INVALID_PARAMETER");
    }
}
