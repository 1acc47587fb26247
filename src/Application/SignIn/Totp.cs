using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EventSourcedOrgs.Application.SignIn;

/// <summary>
/// Codes that follow from a shared secret and the time (RFC 6238), as every authenticator app computes them: HMAC-SHA-1, six digits, a new
/// one every thirty seconds.
/// </summary>
public static class Totp
{
    public const int SecretSize = 20;
    public const int Digits = 6;
    public const int StepSeconds = 30;

    /// <summary>Clocks differ: the code before and the code after are taken, too.</summary>
    private const int Window = 1;

    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static long StepAt(DateTimeOffset time) => time.ToUnixTimeSeconds() / StepSeconds;

    public static string Code(ReadOnlySpan<byte> secret, long step, int digits = Digits)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(secret, counter, hash);
        var number = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 0xF)..]) & int.MaxValue;
        return (number % (long)Math.Pow(10, digits)).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }

    /// <summary>The step that a code is of, near this time and after the last one that was taken; null when it is of none.</summary>
    public static long? StepOf(ReadOnlySpan<byte> secret, string code, DateTimeOffset now, long last)
    {
        var given = Encoding.UTF8.GetBytes(code);
        long? found = null;
        for (var step = StepAt(now) - Window; step <= StepAt(now) + Window; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(given, Encoding.ASCII.GetBytes(Code(secret, step))) && step > last)
                found = step;
        }

        return found;
    }

    /// <summary>The address by which an authenticator app learns the secret.</summary>
    public static string AddressOf(ReadOnlySpan<byte> secret, string issuer, string email) => string.Create(
        CultureInfo.InvariantCulture,
        $"otpauth://totp/{Uri.EscapeDataString(issuer)}:{Uri.EscapeDataString(email)}?secret={ToBase32(secret)}&issuer={Uri.EscapeDataString(issuer)}&algorithm=SHA1&digits={Digits}&period={StepSeconds}");

    /// <summary>RFC 4648, without padding.</summary>
    public static string ToBase32(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        var (bits, count) = (0, 0);
        foreach (var value in bytes)
        {
            (bits, count) = ((bits << 8) | value, count + 8);
            while (count >= 5)
            {
                text.Append(Base32[(bits >> (count - 5)) & 31]);
                count -= 5;
            }

            bits &= (1 << count) - 1;
        }

        return count == 0 ? text.ToString() : text.Append(Base32[(bits << (5 - count)) & 31]).ToString();
    }
}
