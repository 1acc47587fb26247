using System.Text.Json;

namespace EventSourcedOrgs.Domain.Tests;

public class Ids
{
    private const string Text = "0198f0a4-7c5e-7000-8000-00000000000a";

    private static readonly LicenseId Licence = new(Guid.Parse(Text));

    [Fact]
    public void An_id_is_stored_as_bare_text() =>
        JsonSerializer.Serialize(Licence).ShouldBe($"\"{Text}\"");

    [Fact]
    public void It_is_the_key_of_a_dictionary_as_bare_text() =>
        JsonSerializer.Serialize(new Dictionary<LicenseId, int> { [Licence] = 1 }).ShouldBe($$"""{"{{Text}}":1}""");

    [Fact]
    public void It_is_read_back_as_it_was() =>
        (JsonSerializer.Deserialize<LicenseId>($"\"{Text}\""), JsonSerializer.Deserialize<Dictionary<LicenseId, int>>($$"""{"{{Text}}":1}""")!.Keys.Single())
            .ShouldBe((Licence, Licence));

    [Theory, InlineData("\"acme\""), InlineData("1"), InlineData("null"), InlineData("{}"), InlineData("\"\"")]
    public void What_is_no_UUID_is_not_read(string json) =>
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<LicenseId>(json));

    [Fact]
    public void Nor_is_it_read_as_the_key_of_a_dictionary() =>
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<Dictionary<LicenseId, int>>("""{"acme":1}"""));

    [Fact]
    public void It_shows_and_parses_as_the_text_it_is() =>
        (Licence.ToString(), LicenseId.TryParse(Text, out var parsed), parsed).ShouldBe((Text, true, Licence));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("acme")]
    [InlineData("0198f0a47c5e7000800000000000000a")]
    [InlineData("{0198f0a4-7c5e-7000-8000-00000000000a}")]
    public void Nothing_but_the_usual_form_is_parsed(string? text) =>
        (LicenseId.TryParse(text, out var id), id).ShouldBe((false, default));

    [Fact]
    public void A_new_id_is_a_UUID_of_version_7() =>
        Id.New<LicenseId>().Value.Version.ShouldBe(7);

    [Fact]
    public void An_enum_is_stored_in_kebab_case() =>
        JsonSerializer.Serialize(LicenseType.OnPremiseFloating).ShouldBe("\"on-premise-floating\"");

    [Theory, InlineData("1"), InlineData("\"1\""), InlineData("\"floating\"")]
    public void An_enum_is_read_from_its_own_words_only(string json) =>
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<LicenseType>(json));

    [Fact]
    public void A_role_is_stored_as_its_name() =>
        (JsonSerializer.Serialize(Role.OrganizationAdmin), JsonSerializer.Deserialize<Role>("\"organization-admin\""))
            .ShouldBe(("\"organization-admin\"", Role.OrganizationAdmin));
}
