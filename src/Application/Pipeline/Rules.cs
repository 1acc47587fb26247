using System.Globalization;
using System.Net;
using System.Net.Mail;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Releases;
using FluentValidation;

namespace EventSourcedOrgs.Application.Pipeline;

/// <summary>What text, numbers and lists in requests may be; the same rule, written once, for a required value and one left out.</summary>
public static class Rules
{
    public const int MostText = 256;

    public static IRuleBuilderOptionsConditions<T, string?> Text<T>(this IRuleBuilder<T, string?> rule, int shortest = 0, int longest = MostText) =>
        rule.Check(text => WrongText(text, shortest, longest));

    public static IRuleBuilderOptionsConditions<T, Optional<string>> Text<T>(this IRuleBuilder<T, Optional<string>> rule, int shortest = 0, int longest = MostText) =>
        rule.Check(text => text.IsSet ? WrongText(text.Value, shortest, longest) : null);

    public static IRuleBuilderOptionsConditions<T, Optional<string?>> OptionalText<T>(this IRuleBuilder<T, Optional<string?>> rule, int longest = MostText) =>
        rule.Check(text => text.IsSet ? WrongText(text.Value, 0, longest) : null);

    public static IRuleBuilderOptionsConditions<T, string?> Email<T>(this IRuleBuilder<T, string?> rule) => rule.Check(WrongEmail);

    public static IRuleBuilderOptionsConditions<T, Optional<string>> Email<T>(this IRuleBuilder<T, Optional<string>> rule) => rule.Check(email => email.IsSet ? WrongEmail(email.Value) : null);

    public static IRuleBuilderOptionsConditions<T, int> AtLeast<T>(this IRuleBuilder<T, int> rule, int least) => rule.Check(number => WrongNumber(number, least));

    public static IRuleBuilderOptionsConditions<T, Optional<int>> AtLeast<T>(this IRuleBuilder<T, Optional<int>> rule, int least) =>
        rule.Check(number => number.IsSet ? WrongNumber(number.Value, least) : null);

    public static IRuleBuilderOptionsConditions<T, ValueList<string>> Tags<T>(this IRuleBuilder<T, ValueList<string>> rule, int most = 5) => rule.Check(tags => WrongTexts(tags, most));

    public static IRuleBuilderOptionsConditions<T, Optional<ValueList<string>>> Tags<T>(this IRuleBuilder<T, Optional<ValueList<string>>> rule, int most = 5) =>
        rule.Check(tags => tags.IsSet ? WrongTexts(tags.Value, most) : null);

    public static IRuleBuilderOptionsConditions<T, ValueList<MetadataEntry>> Metadata<T>(this IRuleBuilder<T, ValueList<MetadataEntry>> rule, int most) => rule.Check(entries => WrongMetadata(entries, most));

    public static IRuleBuilderOptionsConditions<T, Optional<ValueList<MetadataEntry>>> Metadata<T>(this IRuleBuilder<T, Optional<ValueList<MetadataEntry>>> rule, int most) =>
        rule.Check(entries => entries.IsSet ? WrongMetadata(entries.Value, most) : null);

    public static IRuleBuilderOptionsConditions<T, ValueList<MeterAttribute>> Meters<T>(this IRuleBuilder<T, ValueList<MeterAttribute>> rule) => rule.Check(WrongMeters);

    public static IRuleBuilderOptionsConditions<T, Optional<ValueList<MeterAttribute>>> Meters<T>(this IRuleBuilder<T, Optional<ValueList<MeterAttribute>>> rule) =>
        rule.Check(meters => meters.IsSet ? WrongMeters(meters.Value) : null);

    public static IRuleBuilderOptionsConditions<T, Address?> Address<T>(this IRuleBuilder<T, Address?> rule) => rule.Check(WrongAddress);

    public static IRuleBuilderOptionsConditions<T, Optional<Address?>> Address<T>(this IRuleBuilder<T, Optional<Address?>> rule) => rule.Check(address => address.IsSet ? WrongAddress(address.Value) : null);

    private static IRuleBuilderOptionsConditions<T, TValue> Check<T, TValue>(this IRuleBuilder<T, TValue> rule, Func<TValue, string?> wrong) => rule.Custom((value, context) =>
    {
        if (wrong(value) is { } message)
            context.AddFailure(message);
    });

    public static string? WrongText(string? text, int shortest, int longest) => text switch
    {
        null when shortest > 0 => "is required.",
        null => null,
        _ when text.Trim().Length < shortest => $"must have at least {shortest} character(s).",
        _ when text.Length > longest => $"must have at most {longest} characters.",
        _ => Unstorable(text),
    };

    /// <summary>What keeps a text out of the database: NUL, or half of a character.</summary>
    public static string? Unstorable(string text) =>
        text.Any(c => c == '\0' || char.IsSurrogate(c)) && !IsStorable(text) ? "must not contain NUL or broken characters." : null;

    private static bool IsStorable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0' || char.IsLowSurrogate(text[i]))
                return false;
            if (char.IsHighSurrogate(text[i]) && (++i == text.Length || !char.IsLowSurrogate(text[i])))
                return false;
        }

        return true;
    }

    public static string? WrongEmail(string? email) =>
        WrongText(email, 1, MostText) is { } message ? message
        : !MailAddress.TryCreate(email, out var parsed) || parsed.Address != email!.Trim() || email.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))
            ? "is not an e-mail address."
            : null;

    private static string? WrongNumber(int number, int least) => number < least ? $"must be at least {least}." : null;

    public static string? WrongTexts(ValueList<string> texts, int most, int shortest = 1) =>
        texts.Count > most ? $"must have at most {most} elements."
        : texts.Select(text => WrongText(text, shortest, MostText)).FirstOrDefault(wrong => wrong is not null) is { } message ? $"has an element that {message}"
        : null;

    private static string? WrongMetadata(ValueList<MetadataEntry> entries, int most)
    {
        if (entries.Count > most)
            return string.Create(CultureInfo.InvariantCulture, $"must have at most {most} entries.");
        if (entries.Select(entry => entry.Key).Distinct(StringComparer.Ordinal).Count() < entries.Count)
            return "must not have the same key twice.";

        return entries
            .SelectMany(entry => (string?[])
            [
                WrongText(entry.Key, 1, MostText) is { } key ? $"has a key that {key}" : null,
                WrongText(entry.Value, 0, 4096) is { } value ? $"has a value that {value}" : null,
                WrongPermissions(entry.ViewPermissions),
            ])
            .FirstOrDefault(wrong => wrong is not null);
    }

    private static string? WrongPermissions(ValueList<string> permissions) =>
        permissions.Count > 10 || permissions.Any(p => p is not ("activation" or "reseller" or "organization" or "user"))
            ? "has view permissions other than activation, reseller, organization and user." : null;

    private static string? WrongMeters(ValueList<MeterAttribute> meters) =>
        meters.Select(meter => meter.Name).Distinct(StringComparer.Ordinal).Count() < meters.Count ? "must not have the same name twice."
        : meters.SelectMany(meter => (string?[])
            [
                WrongText(meter.Name, 1, MostText) is { } name ? $"has a name that {name}" : null,
                meter.AllowedUses < -1 ? "has allowed uses less than -1." : null,
                WrongPermissions(meter.ViewPermissions),
            ])
            .FirstOrDefault(wrong => wrong is not null);

    private static string? WrongAddress(Address? address) => address is null ? null : new[]
        {
            address.AddressLine1, address.AddressLine2, address.City, address.State, address.Country, address.PostalCode,
        }
        .Select(part => WrongText(part, 0, MostText)).FirstOrDefault(wrong => wrong is not null) is { } message ? $"has a part that {message}" : null;

    public static string? WrongInterval(string? interval) =>
        string.IsNullOrEmpty(interval) || SubscriptionInterval.TryParse(interval, out _) ? null
            : "must be an ISO 8601 duration of at most 1,000 years, such as P1Y, P6M, P7D or PT24H.";

    public static string? WrongReleaseVersion(string? version) =>
        version is null || ReleaseVersion.TryParse(version, out _) ? null : "must be a version of two to four numbers, such as 1.2 or 1.2.3.4.";

    public static FieldError? WrongPolicy(LicensePolicy policy, int mostIpRanges) =>
        new (string Name, int Value, int Least)[]
        {
            ("allowedActivations", policy.AllowedActivations, -1), ("allowedDeactivations", policy.AllowedDeactivations, -1),
            ("allowedFloatingClients", policy.AllowedFloatingClients, 0), ("leaseDuration", policy.LeaseDuration, -1),
            ("serverSyncInterval", policy.ServerSyncInterval, 180), ("serverSyncGracePeriod", policy.ServerSyncGracePeriod, -1),
            ("allowedClockOffset", policy.AllowedClockOffset, -1), ("expiringSoonEventOffset", policy.ExpiringSoonEventOffset, 0),
        }
        .Select(number => (number.Name, Wrong: WrongNumber(number.Value, number.Least)))
        .Where(check => check.Wrong is not null)
        .Select(check => new FieldError($"/{check.Name}", check.Wrong!))
        .FirstOrDefault() ?? WrongWhereabouts(policy, mostIpRanges);

    public static FieldError? WrongWhereabouts(IWhereabouts policy, int mostIpRanges) =>
        new (string Name, ValueList<string> List, int Most)[]
        {
            ("allowedIpRanges", policy.AllowedIpRanges, mostIpRanges), ("allowedIpAddresses", policy.AllowedIpAddresses, 256),
            ("disallowedIpAddresses", policy.DisallowedIpAddresses, 256), ("allowedCountries", policy.AllowedCountries, 256),
            ("disallowedCountries", policy.DisallowedCountries, 256),
        }
        .Select(list => (list.Name, Wrong: WrongTexts(list.List, list.Most)))
        .Append((Name: "allowedIpAddresses", Wrong: policy.AllowedIpAddresses.Any(ip => !IPAddress.TryParse(ip, out _)) ? "has an element that is no IP address." : null))
        .Append((Name: "disallowedIpAddresses", Wrong: policy.DisallowedIpAddresses.Any(ip => !IPAddress.TryParse(ip, out _)) ? "has an element that is no IP address." : null))
        .Where(check => check.Wrong is not null)
        .Select(check => new FieldError($"/{check.Name}", check.Wrong!))
        .FirstOrDefault();
}
