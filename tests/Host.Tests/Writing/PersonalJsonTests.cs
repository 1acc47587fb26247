using System.Text.Json;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Host.Tests.Writing;

/// <summary>What belongs to a person is encrypted once, as long as it stays what it is and under the same key.</summary>
public class PersonalJsonTests
{
    private static readonly UserId Ada = new(Guid.CreateVersion7());

    private static readonly byte[] Key = [.. Enumerable.Range(0, Secrets.KeySize).Select(n => (byte)n)];
    private static readonly byte[] OtherKey = [.. Enumerable.Range(1, Secrets.KeySize).Select(n => (byte)n)];

    private static readonly JsonSerializerOptions Json = StoredJson.Options(_ => Key);
    private static readonly JsonSerializerOptions OtherJson = StoredJson.Options(_ => OtherKey);

    [Fact]
    public void What_is_stored_again_is_stored_as_before()
    {
        var name = Personal.Of(Ada, "Lovelace");
        var stored = Store(name, Json);

        Store(name, Json).ShouldBe(stored);
        Store(Read(stored, Json), Json).ShouldBe(stored);
        Store(Read(stored, StoredJson.Options(_ => [.. Key])), Json).ShouldBe(stored);
    }

    [Fact]
    public void A_changed_copy_is_stored_as_what_it_says()
    {
        var stored = Read(Store(Personal.Of(Ada, "Byron"), Json), Json);

        Read(Store(stored with { Value = "Lovelace" }, Json), Json).Value.ShouldBe("Lovelace");
    }

    [Fact]
    public void With_another_key_it_is_encrypted_with_that_one()
    {
        var name = Read(Store(Personal.Of(Ada, "Lovelace"), Json), Json);

        Read(Store(name, OtherJson), OtherJson).ShouldBe(name);
    }

    [Fact]
    public void What_was_read_of_somebody_who_is_erased_meanwhile_is_not_stored()
    {
        var name = Read(Store(Personal.Of(Ada, "Lovelace"), Json), Json);
        var erased = new JsonSerializerOptions(JsonSerializerDefaults.Web) { Converters = { new PersonalJson(_ => null, _ => true) } };

        Store(name, erased).ShouldBe($$"""{"person":"{{Ada.Value}}"}""");
    }

    [Fact]
    public void Two_of_the_same_value_do_not_look_the_same() =>
        Store(Personal.Of(Ada, "Lovelace"), Json).ShouldNotBe(Store(Personal.Of(Ada, "Lovelace"), Json));

    [Fact]
    public void Members_may_come_in_any_order_and_with_others()
    {
        var data = JsonDocument.Parse(Store(Personal.Of(Ada, "Lovelace"), Json)).RootElement.GetProperty("data").GetString();

        Read($$"""{"later":{"data":[1]},"data":"{{data}}","person":"{{Ada.Value}}"}""", Json).ShouldBe(Personal.Of(Ada, "Lovelace"));
    }

    [Theory, InlineData("[]"), InlineData("\"Lovelace\""), InlineData("""{"person":1}""")]
    public void What_is_no_personal_data_is_not_taken_for_some(string stored) =>
        Should.Throw<Exception>(() => Read(stored, Json)).ShouldBeAssignableTo<JsonException>();

    private static string Store(Personal<string> value, JsonSerializerOptions json) => JsonSerializer.Serialize(value, json);

    private static Personal<string> Read(string stored, JsonSerializerOptions json) => JsonSerializer.Deserialize<Personal<string>>(stored, json)!;
}
