namespace EventSourcedOrgs.Domain;

/// <summary>From where something may be used: countries by their two letters, addresses, and ranges of addresses. An empty list says nothing.</summary>
public interface IWhereabouts
{
    ValueList<string> AllowedIpRanges { get; }
    ValueList<string> AllowedIpAddresses { get; }
    ValueList<string> DisallowedIpAddresses { get; }
    ValueList<string> AllowedCountries { get; }
    ValueList<string> DisallowedCountries { get; }
}
