using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Application.Imports;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Runtime;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>Files that become organizations, users, groups and licences, each row with its outcome.</summary>
public sealed class ImportsTests
{
    private const string Header = "kind,organization,name,externalId,email,allowedUsers,firstName,group,key,product,role,tags,password,description\n";

    [Fact]
    public async Task Every_kind_of_row_does_what_the_request_of_its_kind_does_and_doing_it_again_changes_nothing()
    {
        var (host, vendor, name) = await New();
        var product = await Product(vendor, name);
        var key = $"{name}-0123456789ABCDEF";
        var file = $"""
            {Header}organization,,{name},,info@{name}.example,7,,,,,,,,
            userGroup,{name},Engineers,,,,,,,,,,,They build
            user,{name},,,ada@{name}.example,,Ada,,,,organization-admin,red;blue,ada's password,
            user,{name},,,bob@{name}.example,,Bob,,,,,,,
            membership,{name},,,BOB@{name}.example,,,engineers,,,,,,
            license,{name},,,,,,,{key},{product},,,,
            groupAssignment,{name},,,,,,Engineers,{key},,,,,
            userAssignment,,,,ada@{name}.example,,,,{key},,,,,
            """;
        var first = await Done(vendor, await Post(vendor, file).Expect(202));
        first.Text("state").ShouldBe("completed");
        Counts(first).ShouldBe((8, 0, 0), first.ToJsonString());

        var before = await Events(host, first);
        Counts(await Done(vendor, await Post(vendor, file).Expect(202))).ShouldBe((0, 8, 0));
        (await Events(host, first)).ShouldBe(before);

        var rows = (await Rows(vendor, first)).AsArray();
        rows.Select(row => row!["line"]!.GetValue<int>()).ShouldBe([2, 3, 4, 5, 6, 7, 8, 9]);
        var organization = await vendor.Get($"/v3/organizations/{rows[0]!.Id()}").Expect(200);
        (organization.Text("name"), organization["allowedUsers"]!.GetValue<int>(), organization["usersCount"]!.GetValue<int>()).ShouldBe((name, 7, 2));
        var bob = await vendor.Get($"/v3/users/{rows[3]!.Id()}").Expect(200);
        bob["userGroups"]!.AsArray().ShouldHaveSingleItem()!.Text("name").ShouldBe("Engineers");
        await host.SignIn($"ada@{name}.example", "ada's password");
        (await host.Scalar<long>("select count(*) from imports.row where raw is not null and import = $1", Guid.Parse(first.Id()))).ShouldBe(0, "what rows said is gone with their outcome");
    }

    [Fact]
    public async Task What_is_assigned_for_a_time_stays_so_when_the_file_comes_again()
    {
        var (host, vendor, name) = await New();
        var product = await Product(vendor, name);
        var key = $"{name}-0123456789ABCDEF";
        var file = $"""
            {Header}organization,,{name},,info@{name}.example,7,,,,,,,,
            userGroup,{name},Engineers,,,,,,,,,,,
            user,{name},,,ada@{name}.example,,Ada,,,,,,,
            license,{name},,,,,,,{key},{product},,,,
            groupAssignment,{name},,,,,,Engineers,{key},,,,,
            userAssignment,,,,ada@{name}.example,,,,{key},,,,,
            """;
        var first = await Done(vendor, await Post(vendor, file).Expect(202));
        Counts(first).ShouldBe((6, 0, 0), first.ToJsonString());
        var ids = (await Rows(vendor, first)).AsArray().Select(row => row!.Id()).ToList();
        var license = $"/v3/organizations/{ids[0]}/licenses/{ids[3]}";
        foreach (var assigned in new[] { $"{license}/user-groups/{ids[1]}", $"{license}/users/{ids[2]}" })
            await vendor.Put(assigned, new { until = "2999-01-01T00:00:00Z" }).Expect(204);

        var before = await Events(host, first);
        Counts(await Done(vendor, await Post(vendor, file).Expect(202))).ShouldBe((0, 6, 0));
        (await Events(host, first)).ShouldBe(before);
        (await host.Scalar<string>("select (data -> 'groupWindows')::text || (data -> 'userWindows')::text from events.mt_doc_license where id = $1", Guid.Parse(ids[3])))
            .Split("2999-01-01").Length.ShouldBe(3, "both windows end when they did");
    }

    [Fact]
    public async Task A_row_that_fails_fails_alone_and_says_why()
    {
        var (_, vendor, name) = await New();
        var import = await Done(vendor, await Post(vendor, $"""
            {Header}organization,,{name},,info@{name}.example,2,,,,,,,,
            user,{name},,,not an address,,Ada,,,,,,,
            user,{name},,,ada@{name}.example,,Ada,,,,emperor,,,
            user,Nowhere {name},,,ada@{name}.example,,Ada,,,,,,,
            user,{name},,,bob@{name}.example,,Bob,,,,,,short,
            user,{name},,,eve@{name}.example,,Eve,,,,,,,
            user,{name},,,eve@{name}.example,,Evelyn,,,,,,,
            membership,{name},,,eve@{name}.example,,,Nobody,,,,,,
            license,{name},,,,,,,{name}-0123456789ABCDEF,Nothing,,,,
            planet,,,,,,,,,,,,,
            """).Expect(202));
        import.Text("state").ShouldBe("completed");
        Counts(import).ShouldBe((2, 0, 8), import.ToJsonString());
        import["errors"]!.AsArray().Select(row => (row!["line"]!.GetValue<int>(), row.Text("code"))).ShouldBe(
        [
            (3, "VALIDATION_FAILED"), (4, "UNKNOWN_ROLE"), (5, "REFERENCE_NOT_FOUND"), (6, "VALIDATION_FAILED"), (8, "EXISTS_DIFFERENTLY"), (9, "REFERENCE_NOT_FOUND"),
            (10, "REFERENCE_NOT_FOUND"), (11, "UNKNOWN_KIND"),
        ]);

        var page = (await vendor.Get($"/v3/imports/{import.Id()}/rows?status=failed&limit=3&sort=-line").Expect(200)).AsArray();
        page.Select(row => row!["line"]!.GetValue<int>()).ShouldBe([11, 10, 9]);
        await vendor.Get($"/v3/imports/{import.Id()}/rows?colour=red").Expect(400);
    }

    [Fact]
    public async Task A_time_of_which_the_day_would_be_guessed_is_none()
    {
        var (_, vendor, name) = await New();
        var product = await Product(vendor, name);
        var import = await Done(vendor, await Post(vendor, $"kind,key,product,expiresAt\nlicense,{name}-A,{product},03/04/2027\nlicense,{name}-B,{product},2027-04-03\n").Expect(202));
        Counts(import).ShouldBe((1, 0, 1), import.ToJsonString());
        (import["errors"]![0]!["line"]!.GetValue<int>(), import["errors"]![0]!.Text("code")).ShouldBe((2, "VALIDATION_FAILED"));
    }

    [Fact]
    public async Task An_atomic_import_keeps_all_rows_or_none()
    {
        var (host, vendor, name) = await New();
        var good = $"{Header}organization,,{name},,info@{name}.example,2,,,,,,,,\nuser,{name},,,eve@{name}.example,,Eve,,,,,,,\n";
        var failed = await Done(vendor, await Post(vendor, $"{good}membership,{name},,,eve@{name}.example,,,Nobody,,,,,,\n", "?mode=atomic").Expect(202));
        failed.Text("state").ShouldBe("failed");
        (failed["created"]!.GetValue<int>(), failed["failed"]!.GetValue<int>(), failed["skipped"]!.GetValue<int>()).ShouldBe((0, 1, 2));
        (await Organizations(host, name)).ShouldBe(0);

        Counts(await Done(vendor, await Post(vendor, good, "?mode=atomic").Expect(202))).ShouldBe((2, 0, 0));

        var large = new StringBuilder("kind,name,email\n");
        for (var row = 0; row <= Import.MostAtomicRows; row++)
            large.Append(CultureInfo.InvariantCulture, $"organization,{name} {row},info@{name}.example\n");
        await Post(vendor, large.ToString(), "?mode=atomic").ExpectProblem(400, "ATOMIC_IMPORT_TOO_LARGE");
        (await host.Scalar<long>("select count(*) from events.mt_doc_import where data ->> 'state' = 'receiving' and data ->> 'mode' = 'atomic'")).ShouldBe(0);
    }

    [Fact]
    public async Task An_atomic_import_has_the_time_that_its_passwords_take()
    {
        var (host, _, _) = await New();
        var seconds = Import.MostAtomicRows / 10; // on two processors
        host.Services.GetRequiredService<IWolverineRuntime>().Options.DefaultExecutionTimeout.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(3 * seconds));
    }

    [Fact]
    public async Task A_dry_run_says_what_would_happen_over_many_steps_and_changes_nothing()
    {
        var (host, vendor, name) = await New();
        var file = new StringBuilder($"{Header}organization,,{name},x-{name},info@{name}.example,-1,,,,,,,,\nuserGroup,x-{name},Engineers,,,,,,,,,,,\n");
        for (var user = 0; user < 700; user++)
            file.Append(CultureInfo.InvariantCulture, $"user,{name},,,u{user}@{name}.example,,U,,,,,,password-{user},\n");
        for (var user = 0; user < 700; user++)
            file.Append(CultureInfo.InvariantCulture, $"membership,x-{name},,,u{user}@{name}.example,,,Engineers,,,,,,\n");
        file.Append(CultureInfo.InvariantCulture, $"user,{name},,,u0@{name}.example,,U,,,,,,,\nmembership,{name},,,nobody@{name}.example,,,Engineers,,,,,,\n");

        var dry = await Done(vendor, await Post(vendor, file.ToString(), "?dryRun=true").Expect(202));
        Counts(dry).ShouldBe((1402, 1, 1), dry["errors"]!.ToJsonString());
        (await Organizations(host, name)).ShouldBe(0);
        (await host.Scalar<long>("select count(*) from imports.row where raw is not null and import = $1", Guid.Parse(dry.Id()))).ShouldBe(0);
    }

    [Fact]
    public async Task A_dry_run_finds_a_group_of_earlier_steps_however_its_organization_is_named()
    {
        var (_, vendor, name) = await New();
        var file = new StringBuilder($"{Header}organization,,{name},x-{name},info@{name}.example,-1,,,,,,,,\nuserGroup,x-{name},Engineers,,,,,,,,,,,\n");
        for (var user = 0; user < ContinueImport.RowsAtOnce; user++)
            file.Append(CultureInfo.InvariantCulture, $"user,{name},,,u{user}@{name}.example,,U,,,,,,,\n");
        file.Append(CultureInfo.InvariantCulture, $"membership,{name},,,u0@{name}.example,,,engineers,,,,,,\nmembership,x-{name},,,u1@{name}.example,,,Engineers,,,,,,\n");

        var dry = await Done(vendor, await Post(vendor, file.ToString(), "?dryRun=true").Expect(202));
        Counts(dry).ShouldBe((ContinueImport.RowsAtOnce + 4, 0, 0), dry["errors"]!.ToJsonString());
    }

    [Fact]
    public async Task Ndjson_says_the_same_and_outcomes_come_as_ndjson_or_csv()
    {
        var (_, vendor, name) = await New();
        var import = await Done(vendor, await Post(vendor, $$"""
            {"kind":"organization","name":"{{name}}","email":"info@{{name}}.example","allowedUsers":-1}
            {"kind":"user","organization":"{{name}}","email":"ada@{{name}}.example","firstName":"Ada","tags":["a","b"]}
            {"kind":"user",
            """, type: "application/x-ndjson").Expect(202));
        Counts(import).ShouldBe((2, 0, 1));

        var lines = (await Text(vendor, import, "application/x-ndjson")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Select(line => JsonNode.Parse(line)!.Text("status")).ShouldBe(["created", "created", "failed"]);
        var csv = (await Text(vendor, import, "text/csv")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        csv[0].ShouldBe("line,kind,status,id,code,message");
        csv[3].ShouldStartWith("3,,failed,,MALFORMED_IMPORT,");
    }

    [Fact]
    public async Task What_is_no_import_is_refused_and_nothing_of_it_stays()
    {
        var (host, vendor, name) = await New();
        (await Post(vendor, "kind,colour\nuser,red\n").ExpectProblem(400, "UNKNOWN_COLUMN")).Text("message").ShouldContain("colour");
        (await Post(vendor, "{\"kind\":\"planet\"}\n{\n", type: "application/x-ndjson").ExpectProblem(400, "UNKNOWN_KIND")).Text("message").ShouldContain("line 1");
        await Post(vendor, "", type: "application/json").ExpectProblem(415, "UNSUPPORTED_MEDIA_TYPE");
        await Post(vendor, Header, "?mode=sometimes").ExpectProblem(400, "VALIDATION_FAILED");
        await Post(host.Anonymous, Header).ExpectProblem(401, "AUTHENTICATION_REQUIRED");
        await vendor.Get($"/v3/imports/{Guid.NewGuid()}").ExpectProblem(404, "NOT_FOUND");
        await vendor.Get($"/v3/imports/{Guid.NewGuid()}/rows").ExpectProblem(404, "NOT_FOUND");
        (await Post(vendor, Header).Expect(202)).Text("state").ShouldBe("completed", "no rows, nothing to do");

        await Done(vendor, await Post(vendor, $"{Header}organization,,{name},,info@{name}.example,2,,,,,,,,\nuser,{name},,,ada@{name}.example,,Ada,,,,organization-admin,,ada's password,\n").Expect(202));
        var ada = await host.SignIn($"ada@{name}.example", "ada's password");
        await Post(ada, Header).ExpectProblem(403, "FORBIDDEN");
        (await host.Scalar<long>("select count(*) from imports.row r where not exists (select from events.mt_doc_import i where i.id = r.import)")).ShouldBe(0);
    }

    [Fact]
    public async Task Two_imports_of_one_file_at_once_make_everything_once()
    {
        var (_, vendor, name) = await New();
        var file = new StringBuilder($"{Header}organization,,{name},,info@{name}.example,-1,,,,,,,,\nuserGroup,{name},Engineers,,,,,,,,,,,\n");
        for (var user = 0; user < 600; user++)
            file.Append(CultureInfo.InvariantCulture, $"user,{name},,,u{user}@{name}.example,,U,,,,,,,\nmembership,{name},,,u{user}@{name}.example,,,Engineers,,,,,,\n");
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ => await Done(vendor, await Post(vendor, file.ToString()).Expect(202))));
        both.Sum(import => Counts(import).Created).ShouldBe(1202);
        both.Sum(import => Counts(import).Unchanged).ShouldBe(1202);

        var organization = (await Rows(vendor, both[0])).AsArray()[0]!.Id();
        (await vendor.Get($"/v3/organizations/{organization}").Expect(200))["usersCount"]!.GetValue<int>().ShouldBe(600);
    }

    [Fact]
    public async Task A_cancelled_import_stops_and_its_rest_is_never_done()
    {
        var (host, vendor, name) = await New();
        var file = new StringBuilder($"{Header}organization,,{name},,info@{name}.example,-1,,,,,,,,\n");
        for (var user = 0; user < 20_000; user++)
            file.Append(CultureInfo.InvariantCulture, $"user,{name},,,u{user}@{name}.example,,U,,,,,,,\n");
        var import = await Post(vendor, file.ToString()).Expect(202);
        (await vendor.Post($"/v3/imports/{import.Id()}/cancel").Expect(200)).Text("state").ShouldBe("cancelled");
        var done = (await vendor.Get($"/v3/imports/{import.Id()}").Expect(200))["done"]!.GetValue<int>();
        done.ShouldBeLessThan(20_001);
        await Task.Delay(1500);
        (await vendor.Get($"/v3/imports/{import.Id()}").Expect(200))["done"]!.GetValue<int>().ShouldBe(done);
        (await vendor.Post($"/v3/imports/{import.Id()}/cancel").Expect(200)).Text("state").ShouldBe("cancelled");
        (await host.Scalar<long>("select count(*) from imports.row where import = $1 and raw is not null", Guid.Parse(import.Id()))).ShouldBe(0);
    }

    [Fact]
    public async Task An_import_of_somebody_who_may_do_nothing_any_more_is_cancelled()
    {
        var (host, vendor, name) = await New();
        var clerk = await vendor.Post("/v3/users", new { firstName = "Cleo", email = $"cleo@{name}.example", password = "cleo's own password", role = "admin" }).Expect(201);
        using var cleo = await host.SignIn($"cleo@{name}.example", "cleo's own password");
        var file = new StringBuilder($"{Header}organization,,{name},,info@{name}.example,-1,,,,,,,,\n");
        for (var user = 0; user < 20_000; user++)
            file.Append(CultureInfo.InvariantCulture, $"user,{name},,,u{user}@{name}.example,,U,,,,,,,\n");
        var import = await Post(cleo, file.ToString()).Expect(202);

        await vendor.Post($"/v3/users/{clerk.Id()}/suspend").Expect(200);
        var ended = await Done(vendor, import);
        ended.Text("state").ShouldBe("cancelled");
        ended["done"]!.GetValue<int>().ShouldBeLessThan(20_001);
    }

    [Fact]
    public async Task Everything_that_an_import_records_says_who_asked_for_it()
    {
        var (host, vendor, name) = await New();
        var import = await Done(vendor, await Post(vendor, $"{Header}organization,,{name},,info@{name}.example,2,,,,,,,,\n").Expect(202));
        var organization = (await Rows(vendor, import)).AsArray()[0]!.Id();
        var root = await host.Scalar<Guid>("select id from events.mt_doc_user where data ->> 'role' = 'super-admin'");
        (await host.Scalar<string>("select user_name from events.mt_events where stream_id = $1", Guid.Parse(organization))).ShouldBe($"user:{root}");
    }

    private static async Task<(TestHost Host, HttpClient Vendor, string Name)> New()
    {
        var host = await TestHost.Shared;
        return (host, await host.Vendor(), $"import-{Guid.NewGuid():N}"[..16]);
    }

    /// <summary>How many events there are of what the rows of an import made.</summary>
    private static Task<long> Events(TestHost host, JsonNode import) =>
        host.Scalar<long>("select count(*) from events.mt_events where stream_id in (select id from imports.row where import = $1)", Guid.Parse(import.Id()));

    private static Task<long> Organizations(TestHost host, string name) =>
        host.Scalar<long>("select count(*) from events.mt_doc_organization where data ->> 'name' = $1", name);

    private static async Task<string> Product(HttpClient vendor, string name)
    {
        var template = await vendor.Post("/v3/license-templates", new { name, keyPattern = "^([A-F0-9]{6}-){5}[A-F0-9]{6}$", allowedActivations = 1 }).Expect(201);
        await vendor.Post("/v3/products", new { name = $"Product {name}", displayName = name, licenseTemplateId = template.Id() }).Expect(201);
        return $"Product {name}";
    }

    private static Task<HttpResponseMessage> Post(HttpClient client, string file, string query = "", string type = "text/csv") =>
        client.PostAsync($"/v3/imports{query}", new StringContent(file, Encoding.UTF8, type));

    private static async Task<JsonNode> Done(HttpClient client, JsonNode import)
    {
        for (var waiting = Stopwatch.StartNew(); waiting.Elapsed < TimeSpan.FromMinutes(3); await Task.Delay(50))
        {
            var now = await client.Get($"/v3/imports/{import.Id()}").Expect(200);
            if (now.Text("state") is not ("receiving" or "running"))
                return now;
        }

        throw new TimeoutException("The import does not end.");
    }

    private static (int Created, int Unchanged, int Failed) Counts(JsonNode import) =>
        (import["created"]!.GetValue<int>(), import["unchanged"]!.GetValue<int>(), import["failed"]!.GetValue<int>());

    private static async Task<JsonNode> Rows(HttpClient client, JsonNode import) => await client.Get($"/v3/imports/{import.Id()}/rows?limit=100").Expect(200);

    private static async Task<string> Text(HttpClient client, JsonNode import, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v3/imports/{import.Id()}/rows");
        request.Headers.Accept.ParseAdd(type);
        using var response = await client.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await response.Content.ReadAsStringAsync();
    }
}
