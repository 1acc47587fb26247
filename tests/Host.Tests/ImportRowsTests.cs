using System.Text;
using CsCheck;
using EventSourcedOrgs.Application.Imports;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Tests;

namespace EventSourcedOrgs.Host.Tests;

/// <summary>How bytes become rows: what is wrong is told with its line, and nothing that comes in throws.</summary>
public sealed class ImportRowsTests
{
    [Fact]
    public async Task Columns_come_in_any_order_and_any_subset_of_them_will_do()
    {
        var row = (await Csv("Email,KIND, firstName \nada@acme.example,User,Ada\n")).ShouldHaveSingleItem();
        row.Kind.ShouldBe("user");
        row.Line.ShouldBe(2);
        row.Fields.ShouldBe(new Dictionary<string, string> { ["email"] = "ada@acme.example", ["firstName"] = "Ada" }, ignoreOrder: true);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public async Task Every_line_end_is_known_also_behind_a_byte_order_mark(string end)
    {
        var rows = await Rows(CsvRows.Read, [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes($"kind,name,email{end}organization,Acme,a@b.c{end}{end}organization,Globex,g@b.c")]);
        rows.Select(row => (row.Number, row.Line, row.Fields["name"])).ShouldBe([(1, 2, "Acme"), (2, 4, "Globex")]);
    }

    [Fact]
    public async Task Quotes_hold_commas_line_ends_and_doubled_quotes_and_lines_are_counted_through_them()
    {
        var rows = await Csv("kind,name,description\norganization,\"Acme, \"\"the\"\" one\",\"two\r\nlines\"\norganization,Globex,\n");
        rows[0].Fields["name"].ShouldBe("Acme, \"the\" one");
        rows[0].Fields["description"].ShouldBe("two\r\nlines");
        rows[1].Line.ShouldBe(4);
        rows[1].Fields.ShouldNotContainKey("description");
    }

    [Theory]
    [InlineData("", "MALFORMED_IMPORT", "empty")]
    [InlineData("kind,colour\n", "UNKNOWN_COLUMN", "'colour'")]
    [InlineData("name,email\n", "MALFORMED_IMPORT", "'kind'")]
    [InlineData("kind,name,NAME\n", "MALFORMED_IMPORT", "'name' twice")]
    [InlineData("kind,\"name\n", "MALFORMED_IMPORT", "never closed")]
    public async Task A_header_that_cannot_be_used_refuses_the_file(string text, string code, string says)
    {
        var results = await Results(CsvRows.Read, Encoding.UTF8.GetBytes(text));
        var refusal = results.ShouldHaveSingleItem().Refusal.ShouldNotBeNull();
        refusal.Code.ShouldBe(code);
        refusal.Message.ShouldContain(says);
    }

    [Theory]
    [InlineData("planet,Mars,,", "UNKNOWN_KIND", "'planet'")]
    [InlineData(",Acme,,", "MALFORMED_IMPORT", "'kind' is required")]
    [InlineData("user,Acme,,", "COLUMN_OF_ANOTHER_KIND", "'name'")]
    [InlineData("organization,Acme,a@b.c,text,more", "MALFORMED_IMPORT", "5 fields, the header 4")]
    [InlineData("organization,\"Acme\"x,a@b.c,", "MALFORMED_IMPORT", "followed by more text")]
    [InlineData("organization,Ac\0me,a@b.c,", "MALFORMED_IMPORT", "NUL")]
    public async Task A_row_that_cannot_be_read_fails_alone(string line, string code, string says)
    {
        var rows = await Csv($"kind,name,email,description\n{line}\norganization,Globex,g@b.c,\n");
        rows.Count.ShouldBe(2);
        rows[0].Refusal.ShouldNotBeNull().Code.ShouldBe(code);
        rows[0].Refusal!.Message.ShouldContain(says);
        rows[1].Refusal.ShouldBeNull();
        rows[1].Line.ShouldBe(3);
    }

    [Fact]
    public async Task A_field_without_end_a_huge_field_and_bytes_that_are_no_text_are_told()
    {
        (await Csv("kind,name\norganization,\"Acme\norganization,Globex\n")).ShouldHaveSingleItem().Refusal!.Message.ShouldContain("never closed");

        var huge = new string('x', ImportFormat.MostField + 1);
        var rows = await Csv($"kind,name\norganization,{huge}\norganization,\"{huge}\"\norganization,Acme\n");
        rows.Select(row => row.Refusal?.Message.Contains("longer", StringComparison.Ordinal) ?? false).ShouldBe([true, true, false]);

        var latin1 = await Rows(CsvRows.Read, Encoding.Latin1.GetBytes("kind,name\norganization,Zoë\n"));
        latin1.ShouldHaveSingleItem().Refusal!.Message.ShouldContain("UTF-8");
    }

    [Fact]
    public async Task Ndjson_rows_are_objects_of_texts_numbers_flags_and_lists()
    {
        var rows = await Ndjson("""
            {"kind":"organization","name":"Acme","email":"a@b.c","allowedUsers":5}

            {"kind":"user","email":"ada@acme.example","allowCustomerPortalAccess":false,"tags":["a","b"],"company":null}
            """);
        rows[0].Fields["allowedUsers"].ShouldBe("5");
        rows[1].Line.ShouldBe(3);
        rows[1].Fields.ShouldBe(new Dictionary<string, string> { ["email"] = "ada@acme.example", ["allowCustomerPortalAccess"] = "false", ["tags"] = "a;b" }, ignoreOrder: true);
    }

    [Theory]
    [InlineData("{\"kind\":\"user\"", "MALFORMED_IMPORT")]
    [InlineData("[1]", "MALFORMED_IMPORT")]
    [InlineData("{\"kind\":\"user\",\"kind\":\"user\"}", "MALFORMED_IMPORT")]
    [InlineData("{\"kind\":\"user\",\"email\":\"a\",\"Email\":\"b\"}", "MALFORMED_IMPORT")]
    [InlineData("{\"kind\":\"user\",\"email\":{}}", "MALFORMED_IMPORT")]
    [InlineData("{\"kind\":\"user\",\"email\":\"a\\u0000b\"}", "MALFORMED_IMPORT")]
    [InlineData("{\"kind\":\"user\",\"email\":\"\\ud800\"}", "MALFORMED_IMPORT")]
    [InlineData("{\"kind\":\"planet\"}", "UNKNOWN_KIND")]
    [InlineData("{\"kind\":\"user\",\"colour\":\"red\"}", "UNKNOWN_COLUMN")]
    public async Task An_ndjson_line_that_cannot_be_read_fails_alone(string line, string code)
    {
        var rows = await Ndjson($"{line}\n{{\"kind\":\"user\",\"email\":\"ada@acme.example\"}}\n");
        rows.Select(row => row.Refusal?.Code).ShouldBe([code, null]);
    }

    [Fact]
    public async Task A_line_without_end_is_not_held_in_memory()
    {
        var rows = await Ndjson($"{{\"kind\":\"user\",\"email\":\"{new string('x', 20_000_000)}\"}}\n{{\"kind\":\"user\"}}");
        rows.Select(row => row.Refusal is null).ShouldBe([false, true]);
    }

    [Fact]
    public async Task The_documentation_names_every_kind_with_its_columns_and_its_example_is_good()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Approved.Root, "docs/imports.md"));
        foreach (var (kind, columns) in ImportFormat.Kinds)
        {
            var line = text.Split('\n').Single(line => line.StartsWith($"| `{kind}` |", StringComparison.Ordinal));
            columns.ShouldAllBe(column => line.Contains($"`{column}`", StringComparison.Ordinal));
        }

        var example = text.Split("```csv\n")[1].Split("```")[0];
        (await Csv(example)).ShouldAllBe(row => row.Refusal == null);
        (await Rows(CsvRows.Read, await File.ReadAllBytesAsync(Path.Combine(Approved.Root, "demo/demo.csv")))).ShouldAllBe(row => row.Refusal == null);
    }

    [Fact]
    public void Nothing_that_comes_in_throws_and_what_it_says_can_be_stored() =>
        Gen.OneOf(Gen.Byte.Array[0, 400], Nasty.Array[0, 60].Select(pieces => Encoding.UTF8.GetBytes($"kind,name,email\n{string.Concat(pieces)}"))).Sample(bytes =>
        {
            foreach (var read in (Reader[])[CsvRows.Read, NdjsonRows.Read])
            {
                foreach (var result in Results(read, bytes).GetAwaiter().GetResult())
                {
                    var texts = (result.Value?.Fields.Values ?? []).Append(result.Refusal?.Message ?? "").Append(result.Value?.Refusal?.Message ?? "");
                    if (texts.Any(text => text.Contains('\0', StringComparison.Ordinal)))
                        return false;
                }
            }

            return true;
        });

    private static readonly string[] Pieces =
    [
        ",", "\"", "\"\"", "\n", "\r", "\r\n", "\0", "organization", "user", "Acme", "{", "}", "{\"kind\":\"user\"}", "[", ":", "\\u0000", "\\", "\ufffd", "\ufeff", "😀", " ",
    ];

    private static readonly Gen<string> Nasty = Gen.Int[0, Pieces.Length - 1].Select(index => Pieces[index]);

    private delegate IAsyncEnumerable<Result<ImportRow>> Reader(Stream stream, CancellationToken cancellation);

    private static Task<List<ImportRow>> Csv(string text) => Rows(CsvRows.Read, Encoding.UTF8.GetBytes(text));

    private static Task<List<ImportRow>> Ndjson(string text) => Rows(NdjsonRows.Read, Encoding.UTF8.GetBytes(text));

    private static async Task<List<ImportRow>> Rows(Reader read, byte[] bytes)
    {
        var results = await Results(read, bytes);
        results.ShouldAllBe(result => result.Refusal == null);
        return [.. results.Select(result => result.Value!)];
    }

    private static async Task<List<Result<ImportRow>>> Results(Reader read, byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return await read(stream, CancellationToken.None).ToListAsync();
    }
}
