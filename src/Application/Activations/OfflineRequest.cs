using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;

namespace EventSourcedOrgs.Application.Activations;

/// <summary>What a request that is carried by hand asks for.</summary>
[JsonConverter(typeof(WireEnum<OfflineKind>))]
public enum OfflineKind { Activate, Deactivate }

/// <summary>A key/value pair that an application attaches to its activation.</summary>
public sealed record OfflineMetadata(string Key, string Value);

/// <summary>
/// A request that a machine without a network made, and somebody carried here: a JWS (HS256) under a key that follows from the licence key, so the key proves
/// itself and is not in it. <c>docs/offline.md</c> describes the text for those who write it.
/// </summary>
public sealed record OfflineRequest
{
    public const int Longest = 16_384;
    public const string Type = "offline-request/1";

    private const string Armour = "-----";
    private const string KeyPrefix = "eventsourcedorgs offline request 1\n";
    private const int HintSize = 8;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public required OfflineKind Kind { get; init; }
    public required Guid RequestId { get; init; }
    public required DateTimeOffset MadeAt { get; init; }
    public required Guid ProductId { get; init; }
    public required string Fingerprint { get; init; }
    public required string UserHash { get; init; }
    public Guid? ActivationId { get; init; }

    /// <summary>The request whose answer a machine gives up that has deactivated itself, if it had one.</summary>
    [JsonPropertyName("rid")]
    public Guid? GivenUp { get; init; }

    public Guid? UserId { get; init; }
    public MachineOs? Os { get; init; }
    public string? Hostname { get; init; }
    public string? OsVersion { get; init; }
    public string? VmName { get; init; }
    public bool Container { get; init; }
    public string? ReleaseVersion { get; init; }
    public string? ReleaseChannel { get; init; }
    public string? ReleasePlatform { get; init; }
    public ValueList<OfflineMetadata> Metadata { get; init; } = [];

    private sealed record JwsHeader(string Alg, string Typ, string Kid);

    /// <summary>Reads a request of this kind, made by a machine that has this licence key; the refusal says what is wrong with it.</summary>
    public static Result<OfflineRequest> Read(string text, string licenseKey, OfflineKind kind)
    {
        var parts = Bare(text).Split('.');
        if (parts.Length != 3 || !parts.All(part => part.Length > 0 && Base64Url.IsValid(part)))
            return Refusal.InvalidOfflineRequest("It is not the text of a request, or not all of it.");
        if (Parse<JwsHeader>(parts[0]) is not { } header)
            return Refusal.InvalidOfflineRequest("It is not the text of a request, or was altered.");
        if (header.Alg != "HS256" || header.Typ != Type)
            return Refusal.InvalidOfflineRequest("It is of another kind or of a version that is not known here.");

        var key = SHA256.HashData(Encoding.UTF8.GetBytes(KeyPrefix + licenseKey));
        if (header.Kid != Base64Url.EncodeToString(SHA256.HashData(key).AsSpan(0, HintSize)))
            return Refusal.InvalidOfflineRequest("It was made for another license.");
        if (!CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}")), Base64Url.DecodeFromChars(parts[2])))
            return Refusal.InvalidOfflineRequest("It was altered on the way.");
        if (Parse<OfflineRequest>(parts[1]) is not { } request || request.IsIncomplete)
            return Refusal.InvalidOfflineRequest("What it says is not as the format describes it.");

        return request.Kind == kind ? request
            : Refusal.InvalidOfflineRequest(kind == OfflineKind.Activate ? "It asks for a deactivation." : "It asks for an activation.");
    }

    private bool IsIncomplete => Kind == OfflineKind.Activate ? Os is null || Hostname is null : ActivationId is null;

    /// <summary>The same as an application sends that is online; of where the machine is nothing is known.</summary>
    public Result<ActivationRequest> ToActivation(string licenseKey, DateTimeOffset now)
    {
        var request = new ActivationRequest(
            licenseKey, new(ProductId), null,
            new(Os!.Value)
            {
                OsVersion = Filled(OsVersion),
                VmName = Filled(VmName),
                Container = Container,
                ReleaseVersion = Filled(ReleaseVersion),
                ReleaseChannel = Filled(ReleaseChannel),
                ReleasePlatform = Filled(ReleasePlatform),
            },
            new(Hostname!, null), Fingerprint, UserHash, UserId is { } user ? new UserId(user) : null, null,
            Metadata.Select(entry => new MetadataEntry(Guid.CreateVersion7(now), entry.Key, entry.Value, [], now, now)).ToValueList(), []);
        var checkedFields = new ActivationRequest.Validator().Validate(request);
        return checkedFields.IsValid ? request
            : Refusal.InvalidOfflineRequest($"Its '{JsonNamingPolicy.CamelCase.ConvertName(checkedFields.Errors[0].PropertyName)}' {checkedFields.Errors[0].ErrorMessage}");
    }

    /// <summary>The text without white space and without the lines around it.</summary>
    private static string Bare(string text) => string.Concat(
        text.Split('\n').Where(line => !line.StartsWith(Armour, StringComparison.Ordinal)).SelectMany(line => line.Where(c => !char.IsWhiteSpace(c))));

    private static T? Parse<T>(string part) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(Base64Url.DecodeFromChars(part), Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Filled(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
