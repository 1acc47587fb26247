namespace EventSourcedOrgs.Host.Api;

/// <summary>From where an application asks.</summary>
internal static class Whereabout
{
    private const string CountryHeader = "Activations:CountryHeader";

    /// <summary>The address and, when something in front of us tells it in a header that is configured, the country.</summary>
    public static (string? Address, string? Country) Whereabouts(this HttpContext http)
    {
        var header = http.RequestServices.GetRequiredService<IConfiguration>()[CountryHeader];
        var country = string.IsNullOrEmpty(header) ? null : http.Request.Headers[header].ToString().Trim().ToUpperInvariant();
        return (http.Connection.RemoteIpAddress?.ToString(), country is { Length: 2 } ? country : null);
    }
}
