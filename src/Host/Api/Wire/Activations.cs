using System.Text.Json.Serialization;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Activations;
using EventSourcedOrgs.Application.Pipeline;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using Marten;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>
/// By how much a machine's use of a meter grows or, negative, shrinks. Older applications send <c>uses</c> alone, how often the machine has used it altogether; beside an
/// increment it means nothing.
/// </summary>
internal sealed record NewUses(string Name, long? UsesIncrement = null, long? Uses = null)
{
    public MeterIncrement ToIncrement(int index) =>
        Uses < 0 ? throw Wrong(index, "uses", "must not be negative.")
        : UsesIncrement is { } by ? new(Name, by)
        : Uses is { } total ? new(Name, total, IsTotal: true)
        : throw Wrong(index, "usesIncrement", "is required.");

    private static RefusedException Wrong(int index, string field, string why) => new(Refusal.Validation([new($"/meterAttributes/{index}/{field}", why)]));
}

/// <summary>A key/value pair that an application attaches to its activation.</summary>
internal sealed record NewActivationMetadata(string Key, string Value);

/// <summary>What an application tells of the machine it runs on.</summary>
internal abstract record MachineReportBody
{
    public required MachineOs Os { get; init; }
    public string? OsVersion { get; init; }
    public required string Fingerprint { get; init; }
    public string? VmName { get; init; }
    public bool? Container { get; init; }
    public required string Hostname { get; init; }
    public required string UserHash { get; init; }
    public required string ProductId { get; init; }
    public string? AccountId { get; init; }
    public string? ReleaseVersion { get; init; }
    public string? AppVersion { get; init; }
    public string? ClientVersion { get; init; }
    public string? ReleaseChannel { get; init; }
    public string? ReleasePlatform { get; init; }
    public DateTimeOffset? ReleasePublishedAt { get; init; }
    public ValueList<NewActivationMetadata>? Metadata { get; init; }

    /// <param name="country">From which country, when something in front of us tells.</param>
    protected Machine ToMachine(string? country)
    {
        Common.MeansNothing(AppVersion, "appVersion");
        Common.MeansNothing(ClientVersion, "clientVersion");
        return new(Os)
        {
            OsVersion = Common.Filled(OsVersion),
            VmName = Common.Filled(VmName),
            Container = Container ?? false,
            Country = country,
            ReleaseVersion = NamedVersion(),
            ReleaseChannel = Common.Filled(ReleaseChannel),
            ReleasePlatform = Common.Filled(ReleasePlatform),
        };
    }

    /// <summary>The product; a text that is no id names none.</summary>
    protected ProductId Product(Refusal unknown) => string.IsNullOrEmpty(ProductId) || Id.TryParse<ProductId>(ProductId, out _)
        ? Common.RequiredId<ProductId>(ProductId, "productId")
        : throw new RefusedException(unknown);

    /// <summary>What is left out, also by null: at a sync that stays as it was.</summary>
    public ReportParts LeftOut() =>
        Where(OsVersion is null, ReportParts.OsVersion) | Where(VmName is null, ReportParts.VmName) | Where(Container is null, ReportParts.Container)
        | Where(ReleaseVersion is null && NamedVersion() is null, ReportParts.ReleaseVersion) | Where(ReleaseChannel is null, ReportParts.ReleaseChannel)
        | Where(ReleasePlatform is null, ReportParts.ReleasePlatform) | Where(Metadata is null, ReportParts.Metadata);

    private static ReportParts Where(bool isLeftOut, ReportParts part) => isLeftOut ? part : ReportParts.None;

    private string? NamedVersion() => Common.Filled(ReleaseVersion) ?? (Rules.WrongReleaseVersion(AppVersion) is null ? Common.Filled(AppVersion) : null);

    protected ValueList<MetadataEntry> ToMetadata(DateTimeOffset now) =>
        (Metadata ?? []).Select(entry => new MetadataEntry(Guid.CreateVersion7(now), entry.Key, entry.Value, [], now, now)).ToValueList();
}

/// <summary>The body of an activation.</summary>
internal sealed record ActivationBody : MachineBody
{
    /// <summary>The question whose the credentials are; null when none were sent.</summary>
    public ProveUser? ToProof() => Credentials(null);
}

/// <summary>
/// The body of a sync: what it leaves out of what it tells of the machine stays, and an empty text or list clears. What a device signs is accepted and means nothing,
/// as there is no crypto binding.
/// </summary>
internal sealed record SyncBody : MachineBody
{
    public string? DeviceId { get; init; }
    public string? DeviceChallenge { get; init; }
    public string? DeviceChallengeSignature { get; init; }

    /// <summary>The question whose the credentials are, which is asked only where the license of the activation is for named users.</summary>
    public ProveUser? ToProof(ActivationId activation) => Credentials(activation);

    public override ActivationRequest ToRequest(DateTimeOffset now, string? ipAddress, string? country)
    {
        Common.SignatureMeansNothing(DeviceId, DeviceChallenge, DeviceChallengeSignature);
        return base.ToRequest(now, ipAddress, country) with { LeftOut = LeftOut() };
    }
}

/// <summary>
/// What activations and syncs have in common. A lease is in seconds; 0 or -1 is one without end. Of a license for named users, the application may send the user's own
/// e-mail address and password, and the code of a second factor where there is one, in place of a token; empty ones are none.
/// </summary>
internal abstract record MachineBody : MachineReportBody
{
    public required string Key { get; init; }
    public string? UserId { get; init; }
    public string? Email { get; init; }
    public string? Password { get; init; }
    public string? TwoFactorCode { get; init; }
    public bool? Floating { get; init; }
    public long? LeaseDuration { get; init; }
    public ValueList<NewUses>? MeterAttributes { get; init; }

    /// <param name="now">The time of the request.</param>
    /// <param name="ipAddress">From where it came.</param>
    /// <param name="country">From which country, when something in front of us tells.</param>
    public virtual ActivationRequest ToRequest(DateTimeOffset now, string? ipAddress, string? country) => new(
        Key, Product(Refusal.InvalidProductId), AccountId, ToMachine(country), new(Hostname, ipAddress), Fingerprint, UserHash,
        Common.OptionalId<UserId>(UserId, "userId"), LeaseDuration, ToMetadata(now),
        (MeterAttributes ?? []).Select((uses, index) => uses.ToIncrement(index)).ToValueList());

    protected ProveUser? Credentials(ActivationId? synced)
    {
        var (email, password, code) = (Common.Filled(Email), Common.Filled(Password), Common.Filled(TwoFactorCode));
        return email is null && password is null && code is null ? null : new(email, password, code) { Synced = synced };
    }
}

/// <summary>By what a machine proves to be the one that gives its place back. What a device signs is accepted and means nothing, as there is no crypto binding.</summary>
internal sealed record Deactivation(
    string Fingerprint, string UserHash, string ProductId, MachineOs? Os = null, string? AccountId = null, string? DeviceId = null, string? DeviceChallenge = null,
    string? DeviceChallengeSignature = null)
{
    public DeactivateActivation ToCommand(ActivationId activation)
    {
        Common.SignatureMeansNothing(DeviceId, DeviceChallenge, DeviceChallengeSignature);
        return new(activation, Common.RequiredId<ProductId>(ProductId, "productId"), AccountId, Fingerprint, UserHash);
    }
}

/// <summary>A machine counts a meter of its licence.</summary>
internal sealed record MeterUse(long Increment, string ActivationId, string? ProductId = null, string? AccountId = null);

/// <summary>A signed token that the application checks with the public key of the product.</summary>
internal sealed record WireActivationToken(string ActivationToken);

/// <summary>The answer that says no more than that it was done.</summary>
internal sealed record WireNothing;

/// <summary>The uses of a meter after counting: those of the machine and those of the licence.</summary>
internal sealed record WireCountedMeter(string Name, long Uses, long LicenseAllowedUses, long LicenseTotalUses, long LicenseGrossUses)
{
    public static Task<WireCountedMeter> Of(CountedMeter counted, Store store, CancellationToken cancellation) => Task.FromResult(new WireCountedMeter(
        counted.Meter.Name, counted.Uses, counted.Meter.AllowedUses, counted.Total.Total, counted.Total.Gross));
}

/// <summary>Where a machine was last seen; of a country no more is known than its code.</summary>
internal sealed record WireLocation(
    string IpAddress, string? CountryCode, string? CountryName = null, string? RegionCode = null, string? RegionName = null, string? City = null, string? ZipCode = null,
    string? TimeZone = null, double? Latitude = null, double? Longitude = null);

/// <summary>How often a machine used a meter.</summary>
internal sealed record WireUses(string Name, long Uses);

/// <summary>An activation; what follows <c>leaseExpiresAt</c> is told to the vendor, and the user to the organization, too.</summary>
internal sealed record WireActivation(
    ActivationId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, MachineOs Os, string? OsVersion, string Hostname, WireLocation Location, string? VmName,
    bool Container, string? AppVersion, string? ReleaseVersion, string? ReleaseChannel, string? ReleasePlatform, bool Offline, ProductId ProductId,
    DateTimeOffset? ExpiresAt, LicenseId LicenseId, DateTimeOffset LastSyncedAt, ValueList<WireUses> MeterAttributes, DateTimeOffset? LeaseExpiresAt)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WireOrganization? Organization { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UserId? UserId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public object? User { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ValueList<WireMetadata>? Metadata { get; init; }

    /// <summary>As the vendor sees them, with organization and user where those are asked for.</summary>
    public static async Task<IReadOnlyList<WireActivation>> OfVendor(IReadOnlyList<Activation> activations, IReadOnlySet<string> include, Store store, CancellationToken cancellation)
    {
        var licenses = await LicensesOf(activations, store, cancellation);
        var organizations = include.Contains("organization")
            ? await store.Organizations.Latest(licenses.Values.Select(license => license.Organization).OfType<OrganizationId>(), cancellation) : null;
        var users = include.Contains("user")
            ? (await WireUser.Of([.. (await store.Users.Latest(Users(activations), cancellation)).Values.Where(user => user.Exists)], store, cancellation)).ToDictionary(user => user.Id) : null;
        var shown = await Of(activations, licenses, viewer: null, store, cancellation);
        return [.. activations.Zip(shown, (activation, wire) => wire with
        {
            Organization = licenses[activation.License].Organization is { } owner && organizations?.GetValueOrDefault(owner) is { Exists: true } known ? WireOrganization.Of(known) : null,
            UserId = activation.User,
            User = activation.User is { } user ? users?.GetValueOrDefault(user) : null,
            Metadata = activation.Report!.Metadata.Select(entry => new WireMetadata(entry.Id, entry.CreatedAt, entry.UpdatedAt, entry.Key, entry.Value)).ToValueList(),
        })];
    }

    /// <summary>As an organization sees those of its licences, with the user where that is asked for and one of its own: whoever has moved, or was never in it, it is not told.</summary>
    public static async Task<IReadOnlyList<WireActivation>> OfOrganization(
        OrganizationId organization, IReadOnlyList<Activation> activations, IReadOnlySet<string> include, Store store, CancellationToken cancellation)
    {
        var known = include.Contains("user") ? (await store.Users.Latest(Users(activations), cancellation)).Values.Where(user => user.Exists && user.Organization == organization) : [];
        var users = (await WireOrganizationUser.Of([.. known], store, cancellation)).ToDictionary(user => user.Id);
        var shown = await Of(activations, await LicensesOf(activations, store, cancellation), "organization", store, cancellation);
        return [.. activations.Zip(shown, (activation, wire) => wire with { User = activation.User is { } user ? users.GetValueOrDefault(user) : null })];
    }

    /// <summary>As users see their own.</summary>
    public static async Task<IReadOnlyList<WireActivation>> OfUser(IReadOnlyList<Activation> activations, IReadOnlySet<string> include, Store store, CancellationToken cancellation) =>
        await Of(activations, await LicensesOf(activations, store, cancellation), "user", store, cancellation);

    private static Task<IReadOnlyDictionary<LicenseId, License>> LicensesOf(IReadOnlyList<Activation> activations, Store store, CancellationToken cancellation) =>
        store.Licenses.Latest(activations.Select(activation => activation.License), cancellation);

    private static async Task<IReadOnlyList<WireActivation>> Of(
        IReadOnlyList<Activation> activations, IReadOnlyDictionary<LicenseId, License> licenses, string? viewer, Store store, CancellationToken cancellation)
    {
        Guid[] ids = [.. activations.Select(activation => activation.Id.Value)];
        var pulses = store.Context.AsOf is not null || ids.Length == 0 ? []
            : (await store.Session.QueryAsync<ActivationPulse>("where id = any(?)", cancellation, ids)).ToDictionary(pulse => pulse.Id, pulse => pulse.LastSyncedAt);
        return [.. activations.Select(activation => Of(activation, licenses.GetValueOrDefault(activation.License), viewer, pulses.GetValueOrDefault(activation.Id)))];
    }

    private static WireActivation Of(Activation activation, License? license, string? viewer, DateTimeOffset pulse)
    {
        var (machine, address) = (activation.Report!.Machine, activation.Report.Address.Value);
        return new(
            activation.Id, activation.Recorded.CreatedAt, activation.Recorded.UpdatedAt, machine.Os, machine.OsVersion, address?.Hostname ?? "",
            new(address?.IpAddress ?? "", machine.Country), machine.VmName, machine.Container, machine.ReleaseVersion, machine.ReleaseVersion, machine.ReleaseChannel,
            machine.ReleasePlatform, activation.Offline, activation.Product, activation.ExpiresAt ?? license?.ExpiresAt, activation.License,
            pulse > activation.LastSyncedAt ? pulse : activation.LastSyncedAt, UsesOf(activation, license, viewer), activation.LeaseExpiresAt);
    }

    /// <summary>The vendor sees all, others those of the meters that the licence shows them.</summary>
    private static ValueList<WireUses> UsesOf(Activation activation, License? license, string? viewer) => activation.Meters
        .Where(uses => viewer is null || license?.Meters.Any(meter => meter.Id == uses.Meter && meter.ViewPermissions.Contains(viewer)) is true)
        .Select(uses => new WireUses(uses.Name, license is null ? uses.Uses : uses.Of(license))).ToValueList();

    private static IEnumerable<UserId> Users(IReadOnlyList<Activation> activations) => activations.Select(activation => activation.User).OfType<UserId>();
}
