using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace EventSourcedOrgs.Client;

/// <summary>What an application tells the server of the machine it runs on, and of itself.</summary>
/// <param name="Fingerprint">One to sixteen SHA-256 hashes in hexadecimal, one after the other, each of one part of the machine and always in the same order.</param>
/// <param name="UserHash">A hash of the name of the machine's user; licences that are locked to users compare it.</param>
/// <param name="Hostname">The name of the machine.</param>
/// <param name="Os">One of <c>windows</c>, <c>linux</c>, <c>macos</c>, <c>android</c>, <c>ios</c>.</param>
public sealed record Machine(string Fingerprint, string UserHash, string Hostname, string Os)
{
    private const int PartLength = 64;

    /// <summary>The version of the operating system.</summary>
    public string? OsVersion { get; init; }

    /// <summary>The name of the hypervisor, if the machine is a virtual one.</summary>
    public string? VmName { get; init; }

    /// <summary>Whether the application runs in a container.</summary>
    public bool Container { get; init; }

    /// <summary>The release of the application, such as <c>1.4.2</c>.</summary>
    public string? ReleaseVersion { get; init; }

    /// <summary>The channel of the release.</summary>
    public string? ReleaseChannel { get; init; }

    /// <summary>The platform of the release.</summary>
    public string? ReleasePlatform { get; init; }

    /// <summary>This machine. Its fingerprint has three parts: the id of the installed system, the first network card, the host name.</summary>
    public static Machine Here() => new(
        string.Concat(new[] { SystemId(), NetworkCard(), Environment.MachineName }.Select(Hash)), Hash(Environment.UserName), Environment.MachineName, OsName())
    {
        OsVersion = Environment.OSVersion.Version.ToString(),
        Container = Environment.GetEnvironmentVariable("DOTNET_RUNNING_IN_CONTAINER") == "true" || File.Exists("/.dockerenv"),
    };

    /// <summary>Whether a fingerprint is one of this machine: <c>exact</c> all parts are the same, <c>fuzzy</c> at least half of several, <c>loose</c> one.</summary>
    /// <param name="other">The fingerprint that is compared.</param>
    /// <param name="strategy">How the licence compares.</param>
    public bool Matches(string other, string strategy)
    {
        if (other == Fingerprint)
            return true;
        if (strategy == "exact" || other.Length != Fingerprint.Length)
            return false;

        var parts = Fingerprint.Chunk(PartLength).Zip(other.Chunk(PartLength), (mine, theirs) => mine.AsSpan().SequenceEqual(theirs)).ToList();
        var same = parts.Count(part => part);
        return strategy == "loose" ? same > 0 : parts.Count > 1 && same * 2 >= parts.Count;
    }

    private static string Hash(string part) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(part)));

    private static string SystemId() => File.Exists("/etc/machine-id") ? File.ReadAllText("/etc/machine-id").Trim() : $"{RuntimeInformation.OSDescription}/{Environment.MachineName}";

    private static string NetworkCard() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(card => card.NetworkInterfaceType is not (NetworkInterfaceType.Loopback or NetworkInterfaceType.Tunnel))
        .Select(card => card.GetPhysicalAddress().ToString()).Where(address => address.Length > 0).Order(StringComparer.Ordinal).FirstOrDefault("none");

    private static string OsName() =>
        OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : OperatingSystem.IsAndroid() ? "android" : OperatingSystem.IsIOS() ? "ios" : "linux";
}
