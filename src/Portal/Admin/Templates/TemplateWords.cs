namespace EventSourcedOrgs.Portal.Admin.Templates;

/// <summary>How lengths of time of licences are said and typed: the contract has seconds, people have days.</summary>
internal static class TemplateWords
{
    private const int Day = 24 * 60 * 60;

    public static readonly (string Value, string Text)[] Types =
        [("node-locked", "Node-locked: on one machine each"), ("hosted-floating", "Floating, leases from the service"), ("on-premise-floating", "Floating, leases from the customer's server")];

    public static readonly (string Value, string Text)[] Strategies = [("immediate", "At once, with the licence"), ("delayed", "With the first activation"), ("rolling", "With each activation, for that machine")];

    public static readonly (string Value, string Text)[] Fingerprints = [("fuzzy", "Fuzzy"), ("exact", "Exact"), ("loose", "Loose")];

    public static string Validity(int? seconds) => seconds is null or 0 ? "for ever" : Length(seconds.Value);

    public static string Length(int seconds) => seconds switch
    {
        < 0 => "without limit",
        _ when seconds % Day == 0 => Words.Count(seconds / Day, "day"),
        _ when seconds >= Day => $"{Words.Count(seconds / Day, "day")} and more",
        _ => Words.Count(seconds, "second"),
    };

    /// <summary>Days as they are typed, with as many decimals as the seconds need.</summary>
    public static string Days(int? seconds) => ((seconds ?? 0) / (decimal)Day).ToString("0.#####", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Seconds of the days that were typed; null for what is no number or too long.</summary>
    public static int? Seconds(string days) =>
        decimal.TryParse(days, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < int.MaxValue / Day ? (int)Math.Round(number * Day) : null;
}
