using System.Text.Json.Nodes;
using EventSourcedOrgs.Tests;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>The description of the API: complete, in the words of the contract, and the same as the committed copy.</summary>
public class OpenApiTests
{
    internal const string Copy = "docs/openapi-v3.json";

    [Fact]
    public async Task The_document_is_as_approved() => (await Document()).ToJsonString(new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }).ShouldBeApprovedAs(Copy);

    [Fact]
    public async Task Every_operation_says_what_it_does_under_an_id_of_its_own()
    {
        var operations = Operations(await Document()).ToList();

        operations.Where(o => string.IsNullOrWhiteSpace((string?)o.Operation["summary"]) || o.Operation["tags"] is not JsonArray { Count: 1 }).Select(o => o.Name).ShouldBeEmpty();
        operations.Select(o => (string?)o.Operation["operationId"]).ShouldBeUnique();
        operations.ShouldAllBe(o => System.Text.RegularExpressions.Regex.IsMatch((string)o.Operation["operationId"]!, "^[a-z][A-Za-z]+$"));
    }

    [Fact]
    public async Task Every_answer_has_a_schema_and_lists_are_arrays()
    {
        foreach (var (name, operation) in Operations(await Document()))
        {
            foreach (var (status, answer) in operation["responses"]!.AsObject().Where(response => response.Key[0] is '2' or '3'))
            {
                var schema = answer!["content"]?.AsObject().Select(content => content.Value!["schema"]).First();
                (schema is null).ShouldBe(status is "204" or "302" or "304", name);
                if (((string)operation["operationId"]!).StartsWith("list", StringComparison.Ordinal))
                    ((string?)schema!["type"]).ShouldBe("array", name);
            }
        }
    }

    [Fact]
    public async Task Every_error_is_the_problem()
    {
        var document = await Document();
        foreach (var (name, operation) in Operations(document))
        {
            foreach (var (status, answer) in operation["responses"]!.AsObject().Where(response => response.Key[0] is '4' or '5'))
                ((string?)answer!["$ref"]).ShouldBe($"#/components/responses/{status}", name);
        }

        document["components"]!["responses"]!.AsObject().ShouldAllBe(response =>
            (string?)response.Value!["content"]!["application/problem+json"]!["schema"]!["$ref"] == "#/components/schemas/Problem");
    }

    [Fact]
    public async Task Parameters_have_the_names_of_the_wire_and_each_once()
    {
        foreach (var (name, operation) in Operations(await Document()))
        {
            var parameters = (operation["parameters"]?.AsArray() ?? []).Select(parameter => (Name: (string)parameter!["name"]!, In: (string)parameter["in"]!)).ToList();
            parameters.Select(parameter => parameter.Name.ToUpperInvariant()).ShouldBeUnique(name);
            parameters.Where(parameter => parameter.In != "header").ShouldAllBe(parameter => char.IsAsciiLetterLower(parameter.Name[0]), name);
        }
    }

    [Fact]
    public async Task Exports_are_ordered_and_narrowed_and_have_no_pages()
    {
        foreach (var (name, operation) in Operations(await Document()).Where(o => o.Name.EndsWith("s/export", StringComparison.Ordinal)))
        {
            var parameters = operation["parameters"]!.AsArray().Select(parameter => (string)parameter!["name"]!).ToList();
            parameters.ShouldContain("sort", name);
            parameters.Intersect(["page", "limit", "cursor", "count"]).ShouldBeEmpty(name);
        }
    }

    [Fact]
    public async Task Only_sign_in_the_reset_of_a_password_and_applications_with_a_key_need_no_token() =>
        Operations(await Document()).Where(o => o.Operation["security"] is not JsonArray { Count: > 0 }).Select(o => (string?)o.Operation["operationId"])
            .ShouldBe(
            [
                "login", "loginRefreshToken", "resetUserPassword", "startOrganizationSignIn", "startAccountSignIn", "finishSignIn",
                "createActivation", "updateActivation", "deactivateActivation", "incrementActivationMeterAttribute", "createTrialActivation",
                "updateTrialActivation", "getActivationFeatureEntitlements", "getReleaseUpdate", "getLatestRelease", "isReleaseAllowed",
                "downloadReleaseFile", "getHistoryKey",
            ], ignoreOrder: true);

    [Fact]
    public async Task Schemas_speak_of_the_contract_and_not_of_the_code()
    {
        var document = await Document();
        var schemas = document["components"]!["schemas"]!.AsObject();

        schemas.Select(schema => schema.Key).Where(name => name.StartsWith("Wire") || name.Contains("Optional") || name.Contains("ValueList")).ShouldBeEmpty();
        document.ToJsonString().ShouldNotContain("An immutable list");
        document.ToJsonString().ShouldNotContain("left out is not the same as null");
        foreach (var (name, schema) in schemas.Where(schema => schema.Value!["enum"] is not null))
            schema!["enum"]!.AsArray().ShouldAllBe(value => System.Text.RegularExpressions.Regex.IsMatch((string)value!, "^[a-z]+(-[a-z]+)*$"), name);
    }

    [Theory]
    [InlineData("NewReleaseChannel", "productIds", "maxItems", 100), InlineData("ReleaseChannelPatch", "productIds", "maxItems", 100)]
    [InlineData("NewReleasePlatform", "productIds", "maxItems", 100), InlineData("ReleasePlatformPatch", "productIds", "maxItems", 100)]
    [InlineData("NewEntitlementSet", "productIds", "maxItems", 10)]
    [InlineData("ActivationBody", "accountId", "maxLength", 256), InlineData("SyncBody", "accountId", "maxLength", 256), InlineData("TrialBody", "accountId", "maxLength", 256)]
    [InlineData("Deactivation", "accountId", "maxLength", 256), InlineData("MeterUse", "accountId", "maxLength", 256), InlineData("LoginBody", "accountId", "maxLength", 36)]
    public async Task Fields_of_one_name_have_the_limits_of_where_they_are(string schema, string field, string limit, int most) =>
        ((int?)(await Document())["components"]!["schemas"]![schema]!["properties"]![field]![limit]).ShouldBe(most);

    [Fact]
    public async Task Bodies_take_nothing_they_do_not_name() =>
        (await Document())["components"]!["schemas"]!.AsObject().Where(schema => schema.Value!["properties"] is not null && !schema.Key.EndsWith("Filter"))
            .ShouldAllBe(schema => schema.Value!["additionalProperties"] != null && !(bool)schema.Value["additionalProperties"]!);

    internal static IEnumerable<(string Name, JsonNode Operation)> Operations(JsonNode document) =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select ($"{operation.Key.ToUpperInvariant()} {path.Key}", operation.Value);

    private static async Task<JsonNode> Document() => await (await TestHost.Shared).Anonymous.Get("/openapi/v3.json").Expect(200);
}
