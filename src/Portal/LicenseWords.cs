using EventSourcedOrgs.Portal.Api;

namespace EventSourcedOrgs.Portal;

/// <summary>How the pages speak of licences.</summary>
public static class LicenseWords
{
    private const int ShownOfKey = 6;

    public static string Name(HeldLicense license) => $"{license.Product?.DisplayNameValue ?? "Licence"} {Short(license.Key)}";

    /// <summary>The beginning of a key: enough to tell two apart, too little to use.</summary>
    public static string Short(string key) => key.Length > ShownOfKey ? $"{key[..ShownOfKey]}…" : key;

    public static (string Text, string Kind) State(HeldLicense license, DateTimeOffset now) =>
        license.Revoked ? ("revoked", "bad")
        : license.Suspended ? ("suspended", "bad")
        : license.ExpiresAt is { } end && end <= now ? ("expired", "warn")
        : license.EffectiveDate is { } start && start > now ? ("not yet effective", "warn")
        : ("active", "ok");

    /// <summary>When a licence ends, in words.</summary>
    public static string End(HeldLicense license) =>
        license.ExpiresAt is { } end ? Words.Date(end) : license.Perpetual ? "never" : "a while after its first activation";

    /// <summary>Names of many licences at once, by id.</summary>
    public static Dictionary<Guid, string> Names(IEnumerable<HeldLicense> licenses) => licenses.ToDictionary(license => license.Id, Name);
}
