using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace EventSourcedOrgs.Portal;

/// <summary>A sign-in between its two steps: address and password travel sealed in the form, good for five minutes, because the service takes all of it at once.</summary>
public sealed class PendingSignIn
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private readonly IDataProtector protector;

    private PendingSignIn(IDataProtector protector) => this.protector = protector;

    public static PendingSignIn In(IDataProtectionProvider protection) => new(protection.CreateProtector("pending sign-in"));

    public string Seal(string email, string password, DateTimeOffset now) =>
        protector.Protect(string.Join('\n', now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), email, password));

    /// <summary>Address and password, or null when this is nothing of ours or too old.</summary>
    public (string Email, string Password)? Open(string text, DateTimeOffset now)
    {
        if (text.Length == 0)
            return null;
        try
        {
            var parts = protector.Unprotect(text).Split('\n', 3);
            var since = DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[0], CultureInfo.InvariantCulture));
            return now - since < Life ? (parts[1], parts[2]) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
