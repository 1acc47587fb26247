namespace EventSourcedOrgs.Host.Api;

internal static class ErrorCatalogue
{
    public const string Address = "/docs/errors";
}
