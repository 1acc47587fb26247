using System.Web;
using EventSourcedOrgs.Application.SignIn;

namespace EventSourcedOrgs.Host.Tests.Identity;

/// <summary>The app on the phone; each code is of a step later than the one before, for which the clock is put forward.</summary>
internal sealed class Authenticator
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private long last;

    public Authenticator(string url)
    {
        Text = HttpUtility.ParseQueryString(new Uri(url).Query)["secret"]!;
        var bits = string.Concat(Text.Select(c => Convert.ToString(Alphabet.IndexOf(c), 2).PadLeft(5, '0')));
        Secret = [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }

    public string Text { get; }

    public byte[] Secret { get; }

    public string Next()
    {
        if (Totp.StepAt(SignInHost.Clock.GetUtcNow()) <= last)
            SignInHost.Clock.Advance(TimeSpan.FromSeconds(Totp.StepSeconds));
        last = Totp.StepAt(SignInHost.Clock.GetUtcNow());
        return Totp.Code(Secret, last);
    }
}
