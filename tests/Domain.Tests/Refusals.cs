using System.Reflection;
using System.Text.RegularExpressions;

namespace EventSourcedOrgs.Domain.Tests;

/// <summary>The catalogue of every "no".</summary>
public class Refusals
{
    private static readonly Refusal[] Catalogue =
    [
        .. typeof(Refusal).GetProperties(BindingFlags.Static | BindingFlags.Public).Select(property => (Refusal)property.GetValue(null)!),
        .. typeof(Refusal).GetMethods(BindingFlags.Static | BindingFlags.Public).Where(method => method.ReturnType == typeof(Refusal) && !method.IsSpecialName)
            .Select(method => (Refusal)method.Invoke(null, [.. method.GetParameters().Select(Sample)])!),
    ];

    [Fact]
    public void One_code_is_one_kind() =>
        Catalogue.GroupBy(refusal => refusal.Code).Where(code => code.Select(refusal => refusal.Kind).Distinct().Count() > 1)
            .Select(code => code.Key).ShouldBeEmpty();

    [Fact]
    public void Codes_are_capitals_and_underscores() =>
        Catalogue.ShouldAllBe(refusal => Regex.IsMatch(refusal.Code, "^[A-Z]+(_[A-Z]+)*$"));

    [Fact]
    public void Messages_are_sentences() =>
        Catalogue.Where(refusal => refusal.Code is not ("VALIDATION_FAILED" or "MALFORMED_IMPORT")).ShouldAllBe(refusal => refusal.Message.EndsWith('.'));

    [Fact]
    public void Of_what_is_absent_and_what_is_foreign_the_answer_is_the_same() =>
        Refusal.NotFound("License").ShouldBe(Refusal.LicenseNotFound);

    [Fact]
    public void No_two_refusals_say_the_same() =>
        Catalogue.Distinct().Count().ShouldBe(Catalogue.Length);

    private static object Sample(ParameterInfo parameter) => parameter.ParameterType switch
    {
        var type when type == typeof(ValueList<FieldError>) => new ValueList<FieldError>([new("/name", "is required.")]),
        var type when type == typeof(IEnumerable<string>) => new[] { "one", "two" },
        var type when type == typeof(int) => 3,
        var type when type == typeof(long) => 3L,
        _ => "sample",
    };
}
