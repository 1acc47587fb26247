using System.Text.RegularExpressions;
using CsCheck;

namespace EventSourcedOrgs.Domain.Tests.Licenses;

/// <summary>Key patterns are a part of regular expressions: .NET's own <see cref="Regex"/> is the judge of every key.</summary>
public class LicenseKeys
{
    private const string Wide = "[A-F0-9]{16}";

    [Fact]
    public void The_default_pattern_makes_keys_of_six_groups_of_six_hexadecimal_capitals() =>
        Enumerable.Range(0, 100).Select(seed => KeyOf(LicensePolicy.DefaultKeyPattern, seed))
            .ShouldAllBe(key => Regex.IsMatch(key, "^([A-F0-9]{6}-){5}[A-F0-9]{6}$"));

    [Fact]
    public void The_default_pattern_has_144_bits_of_chance() =>
        LicenseKeyPattern.Parse(LicensePolicy.DefaultKeyPattern).Pattern!.Bits.ShouldBe(144);

    [Theory]
    [InlineData("[A-F0-9]{16}")]
    [InlineData("^[A-F0-9]{16}$")]
    [InlineData("(?:[A-Z]{4}-){4}[A-Z]{4}")]
    [InlineData("PRO-(([A-Z]{2}[0-9]{2})-){5}END")]
    [InlineData(@"\d{20}")]
    [InlineData(@"\[[a-z]{16}\]\\\^\$\.\*\+\?\|\(\)\{\}")]
    [InlineData("[-A-F0-9_]{17}")]
    [InlineData("[A-F0-9-]{17}")]
    [InlineData("[!-~]{16}")]
    [InlineData("[a^b]{99}")]
    [InlineData("#/:;,<>=@!\"%&'`~_-[a-z]{16}")]
    [InlineData("[A-F0-9]{016}")]
    [InlineData("(){3}[A-F0-9]{16}")]
    public void A_pattern_makes_keys_that_match_it(string pattern) =>
        Enumerable.Range(0, 20).Select(seed => KeyOf(pattern, seed)).ShouldAllBe(key => Matches(pattern, key));

    [Theory]
    [InlineData("")]
    [InlineData("^$")]
    [InlineData("PRO")]
    [InlineData("[A-F0-9]{15}")]
    [InlineData("A{64}")]
    [InlineData("[01]{63}")]
    public void A_pattern_whose_keys_are_short_or_guessable_is_too_narrow(string pattern) =>
        RefusalOf(pattern).ShouldBe(Refusal.KeyPatternTooNarrow);

    [Theory]
    [InlineData("[01]{64}")]
    [InlineData("[A-F0-9]{16}")]
    [InlineData("[A-F0-9]{256}")]
    public void Sixty_four_bits_sixteen_and_256_characters_are_just_right(string pattern) =>
        RefusalOf(pattern).ShouldBeNull();

    [Theory]
    [InlineData("[A-F0-9]{257}")]
    [InlineData("[A-F0-9]{256}-")]
    [InlineData("([A-F0-9]{16}){17}")]
    [InlineData("(((A{200}){200}){200}){200}")]
    public void Keys_longer_than_256_characters_are_refused(string pattern) =>
        RefusalOf(pattern).ShouldBe(Refusal.InvalidKeyPattern);

    [Theory]
    [InlineData("*")]
    [InlineData("+")]
    [InlineData("?")]
    [InlineData("|")]
    [InlineData(".")]
    [InlineData("{")]
    [InlineData("}")]
    [InlineData("{6}")]
    [InlineData("]")]
    [InlineData(")")]
    [InlineData("(")]
    [InlineData("()(")]
    [InlineData("[")]
    [InlineData("[]")]
    [InlineData("[^A]")]
    [InlineData("[A-")]
    [InlineData("[F-A]")]
    [InlineData("[A B]")]
    [InlineData("[é]")]
    [InlineData(@"[\d]")]
    [InlineData(@"[A-\]")]
    [InlineData("[[:alpha:]")]
    [InlineData("[A-[B]")]
    [InlineData("[A-Z-[B]]")]
    [InlineData(@"\")]
    [InlineData(@"\w")]
    [InlineData(@"\1")]
    [InlineData(@"\_")]
    [InlineData(@"\é")]
    [InlineData("\\\n")]
    [InlineData(@"(A)\<1>")]
    [InlineData(@"(A)\'1'")]
    [InlineData("A{}")]
    [InlineData("A{0}")]
    [InlineData("A{-1}")]
    [InlineData("A{+6}")]
    [InlineData("A{ 6 }")]
    [InlineData("A{6,}")]
    [InlineData("A{6,7}")]
    [InlineData("A{6}{2}")]
    [InlineData("A{6}?")]
    [InlineData("A{６}")]
    [InlineData("A{99999999999999999999}")]
    [InlineData("A B")]
    [InlineData("é")]
    [InlineData("😀")]
    [InlineData("A^B")]
    [InlineData("A$B")]
    [InlineData("^^A")]
    [InlineData("(?i)")]
    [InlineData("(?<name>A)")]
    [InlineData("(?=A)")]
    public void What_no_keys_can_be_made_from_is_refused(string junk) =>
        RefusalOf(junk + Wide).ShouldBe(Refusal.InvalidKeyPattern);

    [Theory]
    [InlineData("(")]
    [InlineData("()")]
    [InlineData("[")]
    [InlineData("A{")]
    [InlineData("[A-Z]")]
    [InlineData(@"\")]
    [InlineData("(){256}")]
    public void A_very_long_text_is_refused_at_once(string part) =>
        Should.CompleteIn(() => RefusalOf(string.Concat(Enumerable.Repeat(part, 2_000))).ShouldNotBeNull(), TimeSpan.FromSeconds(1));

    [Fact]
    public void Groups_nest_eight_deep() =>
        new[] { 8, 9 }.Select(depth => RefusalOf(new string('(', depth) + Wide + new string(')', depth)))
            .ShouldBe([null, Refusal.InvalidKeyPattern]);

    [Fact]
    public void Every_key_of_every_pattern_matches_it() =>
        Gen.Select(Pattern, Gen.Int).Sample(
            (pattern, seed) => LicenseKeyPattern.Parse(pattern) is { Pattern: { } keys } ? Matches(pattern, NewKey(keys, seed)) : pattern.Length > 60 || LongestOf(pattern) > LicenseKeyPattern.LongestKey,
            iter: 200);

    /// <summary>No key of the pattern is longer: all counts multiplied, whether they are nested or not.</summary>
    private static double LongestOf(string pattern) =>
        System.Text.RegularExpressions.Regex.Matches(pattern, @"\{(\d+)\}").Aggregate((double)pattern.Length, (length, count) => length * int.Parse(count.Groups[1].Value));

    [Fact]
    public void Whatever_people_type_is_refused_or_makes_keys_that_match_it() =>
        Gen.Select(Gen.Char["^$()[]{}\\-.?*+|:=<>'_#, 0169AFaf\néd"].Array[0, 12], Gen.Int).Sample(
            (typed, seed) => LicenseKeyPattern.Parse(new string(typed) + Wide) is not { Pattern: { } keys }
                || Matches(new string(typed) + Wide, NewKey(keys, seed)),
            iter: 2_000);

    [Fact]
    public void Each_character_of_a_class_is_equally_likely()
    {
        var chance = new Random(7);
        var keys = LicenseKeyPattern.Parse("[A-F0-9A-F]{50}").Pattern!;
        var counts = Enumerable.Range(0, 400).SelectMany(_ => keys.NewKey(chance.Next)).CountBy(c => c).ToList();

        counts.Count.ShouldBe(16);
        counts.ShouldAllBe(count => count.Value > 1_250 - 200 && count.Value < 1_250 + 200);
    }

    [Fact]
    public void Chance_is_asked_once_for_each_place_that_is_open()
    {
        var asked = new List<int>();
        var keys = LicenseKeyPattern.Parse("PRO-[A-F0-9]{20}-[01]").Pattern!;

        keys.NewKey(Last).ShouldBe("PRO-FFFFFFFFFFFFFFFFFFFF-1");

        asked.ShouldBe([.. Enumerable.Repeat(16, 20), 2]);

        int Last(int sides)
        {
            asked.Add(sides);
            return sides - 1;
        }
    }

    private static readonly Gen<string> Pattern = Gen.Recursive<string>((depth, inner) =>
    {
        var literal = Gen.Char["ABCXYZ089-_#/:"].Select(c => c.ToString());
        var escaped = Gen.Char["-.[](){}\\^$*+?|/"].Select(c => $"\\{c}");
        var ranges = Gen.OneOf(Gen.Const("A-F"), Gen.Const("0-9"), Gen.Const("xyz"), Gen.Const("a-cA-C"), Gen.Const("!"), Gen.Const(".")).Array[1, 3]
            .Select(members => $"[{string.Concat(members)}]");
        var group = depth < 3 ? Gen.Select(Gen.OneOf(Gen.Const("("), Gen.Const("(?:")), inner).Select((open, body) => $"{open}{body})") : literal;
        var piece = Gen.OneOf(literal, escaped, ranges, Gen.Const(@"\d"), group);
        var counted = Gen.Select(piece, Gen.Int[0, 4]).Select((text, count) => count == 0 ? text : $"{text}{{{count}}}");
        return counted.Array[0, 4].Select(string.Concat);
    }).Select(body => $"^{body}{Wide}$");

    private static Refusal? RefusalOf(string pattern) => LicenseKeyPattern.Parse(pattern).Refusal;

    private static string KeyOf(string pattern, int seed) => NewKey(LicenseKeyPattern.Parse(pattern).Pattern!, seed);

    private static string NewKey(LicenseKeyPattern keys, int seed) => keys.NewKey(new Random(seed).Next);

    private static bool Matches(string pattern, string key) => Regex.IsMatch(key, $@"\A(?:{pattern})\z", RegexOptions.None, TimeSpan.FromSeconds(1));
}
