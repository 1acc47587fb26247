using System.Text;
using System.Text.Json.Nodes;

namespace EventSourcedOrgs.Host.Tests.Licenses;

/// <summary>Licences and users as CSV.</summary>
public class LicenseExportTests
{
    private static async Task<List<Dictionary<string, string>>> Export(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        ((int)answer.StatusCode).ShouldBe(200);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        var rows = Rows(await answer.Content.ReadAsStringAsync());
        return [.. rows.Skip(1).Select(row => rows[0].Zip(row).ToDictionary(cell => cell.First, cell => cell.Second))];
    }

    /// <summary>RFC 4180, as a spreadsheet reads it.</summary>
    private static List<List<string>> Rows(string csv)
    {
        var (rows, row, cell, quoted) = (new List<List<string>>(), new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < csv.Length; i++)
        {
            if (quoted)
            {
                if (csv[i] != '"')
                    cell.Append(csv[i]);
                else if (i + 1 < csv.Length && csv[i + 1] == '"')
                    cell.Append(csv[i++]);
                else
                    quoted = false;
            }
            else if (csv[i] == '"')
            {
                quoted = true;
            }
            else if (csv[i] is ',' or '\n')
            {
                row.Add(cell.ToString());
                cell.Clear();
                if (csv[i] == '\n')
                {
                    rows.Add(row);
                    row = [];
                }
            }
            else if (csv[i] != '\r')
            {
                cell.Append(csv[i]);
            }
        }

        return rows;
    }

    [Fact]
    public async Task What_is_written_is_read_back_and_no_cell_is_a_formula()
    {
        var acme = await Acme.With(seats: -1);
        var designer = await Designer.For(acme.Vendor);
        var notes = "Said \"no\", then:\r\nyes; a,b";
        var first = await designer.License(
            ("notes", notes), ("organizationId", acme.Id), ("subscriptionInterval", "P1Y"), ("createdAt", "2024-01-01T00:00:00Z"), ("tags", new[] { "gold", "2024" }),
            ("metadata", new[] { new { key = "po", value = "=1+1" } }), ("meterAttributes", new[] { new { name = "pages", allowedUses = 5 } }));
        var second = await designer.License(("notes", "=HYPERLINK(\"http://evil.example\")"), ("allowedActivations", -1), ("key", $"@{Guid.NewGuid():N}"));

        var rows = await Export(acme.Vendor, $"/v3/licenses/export?productId={designer.Id}&minPosition={await acme.Host.Position()}");

        rows.Select(row => row["id"]).ShouldBe([first.Id(), second.Id()]);
        (rows[0]["notes"], rows[0]["key"], rows[0]["type"], rows[0]["expiresAt"], rows[0]["tags"], rows[0]["organization.name"])
            .ShouldBe((notes, first.Text("key"), "node-locked", "2025-01-01T00:00:00Z", "gold;2024", "Acme"));
        JsonNode.Parse(rows[0]["metadata"])!.Text("po").ShouldBe("=1+1");
        JsonNode.Parse(rows[0]["meterAttributes"])![0]!.Text("name").ShouldBe("pages");
        (rows[1]["notes"], rows[1]["allowedActivations"]).ShouldBe(("'=HYPERLINK(\"http://evil.example\")", "unlimited"));
        rows[1]["key"].ShouldBe($"'{second.Text("key")}");
        rows.SelectMany(row => row.Values).ShouldAllBe(cell => cell.Length == 0 || !"=+-@\t".Contains(cell[0]));
    }

    [Fact]
    public async Task An_export_has_all_pages_and_the_filters_of_the_list()
    {
        var (host, designer) = (await TestHost.Shared, await Designer.Sold());
        for (var n = 0; n < 101; n++)
            await designer.License(("allowedActivations", n));
        var path = $"/v3/licenses/export?productId={designer.Id}&minPosition={await host.Position()}";
        (await Export(designer.Vendor, path)).Select(row => row["allowedActivations"]).ShouldBe(Enumerable.Range(0, 101).Select(n => $"{n}"));
        (await Export(designer.Vendor, $"{path}&allowedActivations[gte]=99&sort=-createdAt")).Select(row => row["allowedActivations"]).ShouldBe(["100", "99"]);
        foreach (var page in new[] { "page=2&limit=20", "cursor=x", "count=true" })
            (await Export(designer.Vendor, $"{path}&{page}")).Count.ShouldBe(101, page);
        await designer.Vendor.Get($"{path}&colour=red").ExpectProblem(400, "UNKNOWN_FILTER");
    }

    [Fact]
    public async Task Users_are_exported()
    {
        var acme = await Acme.With(seats: -1);
        var user = await acme.User(await acme.Group("Engineers"));
        var admin = await acme.Admin();
        var rows = await Export(acme.Vendor, $"/v3/users/export?organizationId={acme.Id}&role=user&minPosition={await acme.Host.Position()}");
        rows.ShouldHaveSingleItem()["id"].ShouldBe(user);
        (rows[0]["firstName"], rows[0]["role"], rows[0]["userGroups"], rows[0]["organization.name"]).ShouldBe(("Ada", "user", "Engineers", "Acme"));
        await admin.Get("/v3/users/export").ExpectProblem(403, "FORBIDDEN");
        await admin.Get("/v3/licenses/export").ExpectProblem(403, "FORBIDDEN");
    }
}
