using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Domain.Activations;

/// <summary>The operating systems of machines.</summary>
[JsonConverter(typeof(WireEnum<MachineOs>))]
public enum MachineOs { Windows, Linux, Macos, Android, Ios }

/// <summary>What an application tells about the machine it runs on, and the release it is. A country is two letters (ISO 3166).</summary>
public sealed record Machine(MachineOs Os)
{
    public string? OsVersion { get; init; }
    public string? VmName { get; init; }
    public bool Container { get; init; }
    public string? Country { get; init; }
    public string? ReleaseVersion { get; init; }
    public string? ReleaseChannel { get; init; }
    public string? ReleasePlatform { get; init; }
}

/// <summary>What may tell who uses a machine: its name and its address.</summary>
public sealed record MachineAddress(string Hostname, string? IpAddress);

/// <summary>How much of two fingerprints has to be the same.</summary>
/// <remarks>A fingerprint is one to sixteen hashes of 64 characters, one for each part of the machine, always in the same order.</remarks>
public static class Fingerprint
{
    public const int Shortest = 64;
    public const int Longest = 1024;

    /// <summary>The parts, each with its place: two fingerprints that match have one in common, whatever the strategy.</summary>
    public static ValueList<string> PartsOf(string fingerprint)
    {
        var count = (fingerprint.Length + Shortest - 1) / Shortest;
        return Enumerable.Range(0, count)
            .Select(n => $"{fingerprint.Length}/{n}/{fingerprint.AsSpan(n * Shortest, Math.Min(Shortest, fingerprint.Length - (n * Shortest)))}").ToValueList();
    }

    /// <summary>Whether they are of one machine: exact, all parts; fuzzy, at least half of them; loose, one.</summary>
    public static bool Matches(string known, string given, FingerprintMatchingStrategy strategy)
    {
        if (string.Equals(known, given, StringComparison.Ordinal))
            return true;
        if (strategy == FingerprintMatchingStrategy.Exact || known.Length != given.Length)
            return false;

        var (parts, same) = (0, 0);
        for (var start = 0; start < known.Length; start += Shortest, parts++)
        {
            var length = Math.Min(Shortest, known.Length - start);
            if (known.AsSpan(start, length).SequenceEqual(given.AsSpan(start, length)))
                same++;
        }

        return strategy == FingerprintMatchingStrategy.Loose ? same > 0 : parts > 1 && same * 2 >= parts;
    }
}

/// <summary>Whether something may be used from where it is.</summary>
public static class Whereabouts
{
    /// <summary>A list of what is allowed lets in nothing else, an address that is not known included.</summary>
    public static bool AllowsAddress(this IWhereabouts policy, string? address)
    {
        var known = IPAddress.TryParse(address, out var parsed) ? Plain(parsed) : null;
        if (known is not null && policy.DisallowedIpAddresses.Any(text => Is(text, known)))
            return false;
        return (policy.AllowedIpAddresses.Count == 0 && policy.AllowedIpRanges.Count == 0)
            || (known is not null && (policy.AllowedIpAddresses.Any(text => Is(text, known)) || policy.AllowedIpRanges.Any(range => IsWithin(range, known))));
    }

    public static bool AllowsCountry(this IWhereabouts policy, string? country) =>
        (country is null || !Names(policy.DisallowedCountries, country))
        && (policy.AllowedCountries.Count == 0 || (country is not null && Names(policy.AllowedCountries, country)));

    /// <summary>Whether an address lies in <c>10.0.0.0/8</c> or <c>10.0.0.1-10.0.0.9</c>; a text that is neither holds nothing.</summary>
    public static bool IsWithin(string range, IPAddress address)
    {
        if (IPNetwork.TryParse(range, out var network))
            return network.Contains(address);

        var ends = range.Split('-', StringSplitOptions.TrimEntries);
        return ends.Length == 2 && IPAddress.TryParse(ends[0], out var first) && IPAddress.TryParse(ends[1], out var last)
            && Compare(Plain(first), address) <= 0 && Compare(address, Plain(last)) <= 0 && first.AddressFamily == last.AddressFamily;
    }

    private static bool Is(string text, IPAddress address) => IPAddress.TryParse(text, out var parsed) && Plain(parsed).Equals(address);

    private static bool Names(ValueList<string> countries, string country) => countries.Contains(country, StringComparer.OrdinalIgnoreCase);

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static int Compare(IPAddress a, IPAddress b) => a.AddressFamily != b.AddressFamily
        ? a.AddressFamily == AddressFamily.InterNetwork ? -1 : 1
        : a.GetAddressBytes().AsSpan().SequenceCompareTo(b.GetAddressBytes());
}
