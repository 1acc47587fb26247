using System.Buffers.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace EventSourcedOrgs.Client.Tests;

/// <summary>A machine without a network, with a clock that a test can move.</summary>
internal sealed class Laptop(ProductFile product, char print = 'a')
{
    public const string Key = "2C5F1A-09B3D7-4E8F60-A1C2D3-77E0B4-5D6A9C";

    private static readonly DirectoryInfo Folder = Temporary();

    public FakeTimeProvider Clock { get; } = new(new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public Machine Machine { get; } = new(new string(print, 64), "4f2d", "drawing-board", "linux");

    public string State { get; init; } = Path.Combine(Folder.FullName, $"{Guid.NewGuid():N}.state");

    public LicenseClient Client => new(product, Machine, State, null, Clock);

    private static DirectoryInfo Temporary()
    {
        var folder = Directory.CreateTempSubdirectory("laptop");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
        return folder;
    }

    /// <summary>Makes a request, and tells its id.</summary>
    public Guid Asked() => Guid.Parse(Says(Client.MakeOfflineRequest(Key))["requestId"]!.GetValue<string>());

    /// <summary>What a request says to one who does not check it.</summary>
    public static JsonNode Says(string request) => JsonNode.Parse(Base64Url.DecodeFromChars(Bare(request).Split('.')[1]))!;

    public static string Bare(string request) => string.Concat(request.Split('\n').Where(line => !line.StartsWith('-')));
}
