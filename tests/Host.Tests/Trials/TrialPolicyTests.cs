namespace EventSourcedOrgs.Host.Tests.Trials;

public class TrialPolicyTests
{
    private const string Shape = """
        id id, createdAt dt, updatedAt dt, name str, allowVmActivation bool, allowContainerActivation bool, userLocked bool, disableGeoLocation bool, allowedIpRange str?,
        allowedIpRanges list, allowedCountries list, disallowedCountries list, allowedIpAddresses list, disallowedIpAddresses list, trialLength int, fingerprintMatchingStrategy str
        """;

    [Fact]
    public async Task A_policy_has_the_shape_of_the_contract_everywhere_and_changes_in_part()
    {
        var vendor = await (await TestHost.Shared).Vendor();
        var name = $"Trial {Guid.NewGuid():N}";
        var made = await vendor.Post("/v3/trial-policies", new
        {
            name, trialLength = 1_209_600, allowVmActivation = false, allowContainerActivation = true, userLocked = true, disableGeoLocation = true,
            fingerprintMatchingStrategy = "exact", allowedIpRanges = new[] { "10.0.0.0/8" },
        }).Expect(201);
        made.ShouldHaveShape(Shape);
        (made["trialLength"]!.GetValue<int>(), made.Text("fingerprintMatchingStrategy"), made.Text("allowedIpRange")).ShouldBe((1_209_600, "exact", "10.0.0.0/8"));
        (await vendor.Get($"/v3/trial-policies/{made.Id()}").Expect(200)).ToJsonString().ShouldBe(made.ToJsonString());

        var changed = await vendor.Patch($"/v3/trial-policies/{made.Id()}", """{"trialLength":60,"name":null,"userLocked":null}""").Expect(200);
        (changed["trialLength"]!.GetValue<int>(), changed.Text("name"), changed["userLocked"]!.GetValue<bool>()).ShouldBe((60, name, true));
        var position = await (await TestHost.Shared).Position();
        (await vendor.Get($"/v3/trial-policies?search={name}&minPosition={position}").Expect(200)).AsArray().ShouldHaveSingleItem()!.ToJsonString().ShouldBe(changed.ToJsonString());
    }

    [Theory]
    [InlineData("""{"trialLength":60}""", "/name")]
    [InlineData("""{"name":"T"}""", "/trialLength")]
    [InlineData("""{"name":"T","trialLength":0}""", "/trialLength")]
    [InlineData("""{"name":"T","trialLength":60,"fingerprintMatchingStrategy":"rough"}""", "/fingerprintMatchingStrategy")]
    [InlineData("""{"name":"T","trialLength":60,"allowedIpAddresses":["here"]}""", "/allowedIpAddresses")]
    public async Task Wrong_fields_are_pointed_at(string body, string pointer)
    {
        var vendor = await (await TestHost.Shared).Vendor();
        var problem = await vendor.Post("/v3/trial-policies", body).ExpectProblem(400, "VALIDATION_FAILED");
        problem["errors"]!.AsObject().Select(error => error.Key).ShouldContain(pointer);
    }

    [Fact]
    public async Task A_policy_in_use_stays_and_a_product_names_one_that_there_is()
    {
        var tryout = await Tryout.With();
        var path = $"/v3/trial-policies/{tryout.Policy.Id()}";
        await tryout.Vendor.Delete(path).ExpectProblem(409, "TRIAL_POLICY_IN_USE");
        await tryout.Vendor.Patch(tryout.Designer.Path, """{"trialPolicyId":""}""").Expect(200);
        await tryout.Vendor.Delete(path).Expect(204);
        await tryout.Vendor.Delete(path).ExpectProblem(404, "NOT_FOUND");
        await tryout.Vendor.Get(path).ExpectProblem(404, "NOT_FOUND");

        var gone = new { name = "p", displayName = "P", licenseTemplateId = tryout.Designer.Template, trialPolicyId = tryout.Policy.Id() };
        await tryout.Vendor.Post("/v3/products", gone).ExpectProblem(400, "REFERENCE_NOT_FOUND");
        await tryout.Vendor.Patch(tryout.Designer.Path, new { trialPolicyId = tryout.Policy.Id() }).ExpectProblem(400, "REFERENCE_NOT_FOUND");
    }
}
