namespace EventSourcedOrgs.Portal;

/// <summary>What the portals need to know of where they run.</summary>
public sealed class PortalOptions
{
    /// <summary>Headers by which a portal that knows the key says whose browser a request is for.</summary>
    public const string ForwardingKeyHeader = "Portal-Key";

    public const string ForwardedAddressHeader = "Portal-Client-Address";

    /// <summary>The base address of the service, asked for at every request: a Host knows its own only when it has started.</summary>
    public required Func<Uri> ApiAddress { get; init; }

    /// <summary>32 bytes that seal cookies and forms; the same in every process that serves these portals, and after a restart.</summary>
    public required byte[] CookieKey { get; init; }

    /// <summary>What proves to the service that it may believe the portal about addresses of browsers; null tells it none.</summary>
    public string? ForwardingKey { get; init; }
}
