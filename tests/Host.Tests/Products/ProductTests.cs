using System.Security.Cryptography;
using EventSourcedOrgs.Application.Licenses;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Application.Products;
using EventSourcedOrgs.Application.Releases;
using EventSourcedOrgs.Domain;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Products;

public class ProductTests
{
    private const string Shape = """
        id id, createdAt dt, updatedAt dt, name str, displayName str, description str, publicKey str, totalLicenses int, totalTrialActivations int,
        totalReleases int, totalProductVersions int, totalFeatureFlags int, automatedEmails list, emailTemplates list, licenseTemplateId id, licensePolicy obj?, trialPolicyId str, trialPolicy obj?, metadata list
        """;

    [Fact]
    public async Task A_product_has_the_shape_of_the_contract_everywhere()
    {
        var designer = await Designer.Sold();
        foreach (var product in new[]
        {
            await designer.Vendor.Get(designer.Path).Expect(200), await designer.Vendor.Patch(designer.Path, new { name = "d" }).Expect(200),
        })
        {
            product.ShouldHaveShape(Shape);
        }
    }

    [Fact]
    public async Task Its_public_key_is_an_RSA_key_of_2048_bits_and_its_own()
    {
        var designer = await Designer.Sold();
        var key = (await designer.Vendor.Get(designer.Path).Expect(200)).Text("publicKey");
        using var rsa = RSA.Create();
        rsa.ImportFromPem(key);
        rsa.KeySize.ShouldBe(2048);
        (await designer.Vendor.Get((await Designer.For(designer.Vendor)).Path).Expect(200)).Text("publicKey").ShouldNotBe(key);
    }

    [Fact]
    public async Task The_older_name_of_the_template_is_understood_and_an_empty_id_is_none()
    {
        var designer = await Designer.Sold();
        var made = await designer.Vendor.Post("/v3/products", new
        {
            name = "d", displayName = "D", licensePolicyId = designer.Template, licenseTemplateId = "", trialPolicyId = "",
        }).Expect(201);
        made.Text("licenseTemplateId").ShouldBe(designer.Template);
        made.Text("trialPolicyId").ShouldBeEmpty();
        made.Text("description").ShouldBeEmpty();

        var other = await Designer.For(designer.Vendor);
        (await designer.Vendor.Patch($"/v3/products/{made.Id()}", new { licensePolicyId = other.Template }).Expect(200)).Text("licenseTemplateId").ShouldBe(other.Template);
    }

    [Theory]
    [InlineData("""{"displayName":"D","licenseTemplateId":"{template}"}""", "VALIDATION_FAILED", "/name")]
    [InlineData("""{"name":null,"displayName":"D","licenseTemplateId":"{template}"}""", "VALIDATION_FAILED", "/name")]
    [InlineData("""{"name":" ","displayName":"D","licenseTemplateId":"{template}"}""", "VALIDATION_FAILED", "/name")]
    [InlineData("""{"name":"d","displayName":"D"}""", "VALIDATION_FAILED", "/licenseTemplateId")]
    [InlineData("""{"name":"d","displayName":"D","licenseTemplateId":"none"}""", "VALIDATION_FAILED", "/licenseTemplateId")]
    [InlineData("""{"name":"d","displayName":"D","licenseTemplateId":"6a3cf7d2-1111-4222-8333-444455556666"}""", "REFERENCE_NOT_FOUND", "/licenseTemplateId")]
    [InlineData("""{"name":"d","displayName":"D","licenseTemplateId":"{template}","publicKey":"mine"}""", "UNKNOWN_FIELD", "/publicKey")]
    [InlineData("""{"name":"d","displayName":"D","licenseTemplateId":"{template}","metadata":[{"key":"k","value":"v","viewPermissions":["all"]}]}""", "VALIDATION_FAILED", "/metadata")]
    public async Task What_is_wrong_is_refused_and_named(string body, string code, string field)
    {
        var designer = await Designer.Sold();
        var problem = await designer.Vendor.Post("/v3/products", body.Replace("{template}", designer.Template)).ExpectProblem(400, code);
        problem["errors"]!.AsObject().Select(error => error.Key).ShouldContain(field);
    }

    [Fact]
    public async Task A_change_leaves_what_it_does_not_name_or_names_null()
    {
        var designer = await Designer.Sold();
        var policy = (await designer.Vendor.Post("/v3/trial-policies", new { name = "Month", trialLength = 2_592_000 }).Expect(201)).Id();
        await designer.Vendor.Patch(designer.Path, new { trialPolicyId = policy, metadata = new[] { new { key = "sku", value = "D-1" } } }).Expect(200);
        var before = await designer.Vendor.Get(designer.Path).Expect(200);
        var after = await designer.Vendor.Patch(designer.Path, """{"name":null,"displayName":null,"description":null,"licenseTemplateId":null,"trialPolicyId":null,"metadata":null}""").Expect(200);
        after.ToJsonString().ShouldBe(before.ToJsonString());

        (await designer.Vendor.Patch(designer.Path, """{"trialPolicyId":"","description":""}""").Expect(200)).Text("trialPolicyId").ShouldBeEmpty();
    }

    [Fact]
    public async Task It_counts_its_licences_and_stays_while_it_has_any()
    {
        var designer = await Designer.Sold();
        var (pro, basic) = (await designer.License(), await designer.License());
        (await designer.Vendor.Get(designer.Path).Expect(200))["totalLicenses"]!.GetValue<int>().ShouldBe(2);
        await designer.Vendor.Delete(designer.Path).ExpectProblem(409, "PRODUCT_IN_USE");
        await designer.Vendor.Delete($"/v3/license-templates/{designer.Template}").ExpectProblem(409, "LICENSE_TEMPLATE_IN_USE");

        foreach (var license in new[] { pro, basic })
            await designer.Vendor.Delete($"/v3/licenses/{license.Id()}").Expect(204);
        await designer.Vendor.Delete(designer.Path).Expect(204);
        await designer.Vendor.Get(designer.Path).ExpectProblem(404, "NOT_FOUND");
        await designer.Vendor.Delete($"/v3/license-templates/{designer.Template}").Expect(204);
    }

    [Fact]
    public async Task What_is_made_of_a_product_that_is_deleted_meanwhile_is_not_made()
    {
        var (one, other) = (await Designer.Sold(), await Designer.Sold());
        var license = new CreateLicense(
            Id.New<LicenseId>(), Of(one), null, null, null, null, [], null, policy => policy, term => term, default, null, null, null, [], [], false, false);
        var release = new CreateRelease(Id.New<ReleaseId>(), Of(other), "First", "1.0", "stable", null, false, null, null);

        (await RunWhile(license, () => one.Vendor.Delete(one.Path).Expect(204))).ShouldBe(Refusal.UnknownProduct);
        (await RunWhile(release, () => other.Vendor.Delete(other.Path).Expect(204))).ShouldBe(Refusal.UnknownProduct);
        (await (await TestHost.Shared).Scalar<long>("select count(*) from events.mt_streams where id = any($1)", new[] { license.Id.Value, release.Id.Value })).ShouldBe(0);
    }

    [Fact]
    public async Task What_is_made_of_a_product_while_it_is_deleted_finds_it_gone()
    {
        var designer = await Designer.Sold();
        var making = Task.FromResult(new HttpResponseMessage());

        (await RunWhile(new DeleteProduct(Of(designer)), async () =>
        {
            making = designer.Vendor.Post("/v3/licenses", designer.Body());
            await Task.Delay(300);
        })).ShouldBeNull();

        await making.ExpectProblem(400, "REFERENCE_NOT_FOUND");
    }

    /// <summary>Runs a command, and does something else when it is decided and not yet written.</summary>
    private static async Task<Refusal?> RunWhile<T>(ICommand<T> command, Func<Task> meanwhile)
    {
        var outcome = await (await TestHost.Shared).Services.GetRequiredService<Commands>().Run(command, Envelope.System, async (_, _, _) =>
        {
            await meanwhile();
            return new Reply(200);
        }, CancellationToken.None);
        return outcome.Result.Refusal;
    }

    private static ProductId Of(Designer designer) => ProductId.From(Guid.Parse(designer.Id));

    [Fact]
    public async Task A_metadata_entry_goes_by_its_own_id()
    {
        var designer = await Designer.Sold();
        var product = await designer.Vendor.Patch(designer.Path, new { metadata = new[] { new { key = "sku", value = "D-1" }, new { key = "line", value = "2" } } }).Expect(200);
        var entry = product["metadata"]![0]!.Id();
        await designer.Vendor.Delete($"/v3/products/metadata/{entry}").Expect(204);
        await designer.Vendor.Delete($"/v3/products/metadata/{entry}").ExpectProblem(404, "NOT_FOUND");
        (await designer.Vendor.Get(designer.Path).Expect(200))["metadata"]!.AsArray().Select(left => left!.Text("key")).ShouldBe(["line"]);
    }

    [Fact]
    public async Task Products_are_listed_and_filtered()
    {
        var host = await TestHost.Shared;
        var (designer, name) = (await Designer.Sold(), $"P{Guid.NewGuid():N}");
        await designer.Vendor.Patch(designer.Path, new { name, metadata = new[] { new { key = "sku", value = name } } }).Expect(200);
        var seen = $"minPosition={await host.Position()}";

        var listed = await designer.Vendor.Get($"/v3/products?name[sw]={name[..9]}&{seen}").Expect(200);
        listed.AsArray().ShouldHaveSingleItem()!.ShouldHaveShape(Shape);
        (await designer.Vendor.Get($"/v3/products?metadata.value={name}&{seen}").Expect(200)).AsArray().Select(product => product!.Id()).ShouldBe([designer.Id]);
    }

    [Fact]
    public async Task Only_the_vendor_has_products()
    {
        var designer = await Designer.Sold();
        var admin = await (await Acme.With(seats: -1)).Admin();
        await admin.Get(designer.Path).ExpectProblem(403, "FORBIDDEN");
        await admin.Post("/v3/products", new { name = "d", displayName = "D", licenseTemplateId = designer.Template }).ExpectProblem(403, "FORBIDDEN");
    }
}
