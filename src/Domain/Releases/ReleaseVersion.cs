using System.Globalization;

namespace EventSourcedOrgs.Domain.Releases;

/// <summary>
/// A version of two to four numbers: major, minor, patch, build. What is not named counts as zero where two versions are put in order, and as anything where one
/// is a limit: 1.2.9 is newer than 1.2, and no newer than 1.2 says.
/// </summary>
public readonly record struct ReleaseVersion(ValueList<int> Named) : IComparable<ReleaseVersion>
{
    private const int MostParts = 4;
    private const int FewestParts = 2;
    private const int MostDigits = 9;

    public int Major => Part(0);

    public int Minor => Part(1);

    public static bool TryParse(string? text, out ReleaseVersion version)
    {
        var parts = text?.Split('.') ?? [];
        var isVersion = parts.Length is >= FewestParts and <= MostParts && parts.All(part => part.Length is > 0 and <= MostDigits && part.All(char.IsAsciiDigit));
        version = isVersion ? new(parts.Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToValueList()) : default;
        return isVersion;
    }

    /// <summary>The version of a text that is known to be one.</summary>
    public static ReleaseVersion Parse(string text) => TryParse(text, out var version) ? version : throw new FormatException($"'{text}' is no version.");

    public int CompareTo(ReleaseVersion other)
    {
        for (var part = 0; part < MostParts; part++)
        {
            if (Part(part).CompareTo(other.Part(part)) is not 0 and var order)
                return order;
        }

        return 0;
    }

    /// <summary>Whether it is newer than a version as far as that one says: whoever names 1.2 does not ask for 1.2.3.</summary>
    public bool IsNewerThan(ReleaseVersion partial)
    {
        for (var part = 0; part < partial.Named.Count; part++)
        {
            if (Part(part).CompareTo(partial.Part(part)) is not 0 and var order)
                return order > 0;
        }

        return false;
    }

    public static bool operator <(ReleaseVersion left, ReleaseVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(ReleaseVersion left, ReleaseVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(ReleaseVersion left, ReleaseVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ReleaseVersion left, ReleaseVersion right) => left.CompareTo(right) >= 0;

    public override string ToString() => string.Join('.', Named ?? []);

    private int Part(int part) => Named is { } named && part < named.Count ? named[part] : 0;
}
