using System.Text;
using EventSourcedOrgs.Application.SignIn;

namespace EventSourcedOrgs.Host.Tests.Identity;

/// <summary>Codes as RFC 6238 and RFC 4648 have them.</summary>
public class TotpTests
{
    private static readonly byte[] Secret = "12345678901234567890"u8.ToArray();

    [Theory]
    [InlineData(59, "94287082")]
    [InlineData(1111111109, "07081804")]
    [InlineData(1111111111, "14050471")]
    [InlineData(1234567890, "89005924")]
    [InlineData(2000000000, "69279037")]
    [InlineData(20000000000, "65353130")]
    public void Codes_are_those_of_the_standard(long seconds, string code)
    {
        var step = Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds));
        Totp.Code(Secret, step, digits: 8).ShouldBe(code);
        Totp.Code(Secret, step).ShouldBe(code[2..]);
    }

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void Clocks_may_be_one_step_apart(long steps, bool taken)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_234_567_890);
        var step = Totp.StepAt(now) + steps;
        Totp.StepOf(Secret, Totp.Code(Secret, step), now, last: 0).ShouldBe(taken ? step : null);
    }

    [Fact]
    public void A_code_is_taken_once_and_none_before_it()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_234_567_890);
        var step = Totp.StepAt(now);
        Totp.StepOf(Secret, Totp.Code(Secret, step), now, last: step).ShouldBeNull();
        Totp.StepOf(Secret, Totp.Code(Secret, step - 1), now, last: step).ShouldBeNull();
        Totp.StepOf(Secret, Totp.Code(Secret, step + 1), now, last: step).ShouldBe(step + 1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("1234567")]
    [InlineData("ABCDEF")]
    [InlineData("１２３４５６")]
    public void What_is_no_code_is_of_no_step(string text) => Totp.StepOf(Secret, text, DateTimeOffset.UnixEpoch, last: -9).ShouldBeNull();

    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Secrets_are_written_in_base_32(string text, string encoded) => Totp.ToBase32(Encoding.ASCII.GetBytes(text)).ShouldBe(encoded);
}
