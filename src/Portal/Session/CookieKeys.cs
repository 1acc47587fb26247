using System.Globalization;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;

namespace EventSourcedOrgs.Portal;

/// <summary>
/// The one key with which the framework seals cookies and forms: the one that the portals were given, so that every process opens what another has sealed, also after a
/// restart, and nothing is kept on a disk.
/// </summary>
public sealed class CookieKeys(PortalOptions options) : IXmlRepository, IConfigureOptions<KeyManagementOptions>
{
    private const string Created = "2020-01-01T00:00:00Z";
    private const string Expires = "9000-01-01T00:00:00Z";
    private const string Descriptor = "Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel.AuthenticatedEncryptorDescriptorDeserializer, Microsoft.AspNetCore.DataProtection";

    public void Configure(KeyManagementOptions options) => (options.XmlRepository, options.AutoGenerateKeys) = (this, false);

    public IReadOnlyCollection<XElement> GetAllElements() =>
    [
        new("key", new XAttribute("id", new Guid(options.CookieKey.AsSpan(0, 16))), new XAttribute("version", 1),
            new XElement("creationDate", Created), new XElement("activationDate", Created), new XElement("expirationDate", Expires),
            new XElement("descriptor", new XAttribute("deserializerType", Descriptor), new XElement("descriptor",
                new XElement("encryption", new XAttribute("algorithm", "AES_256_CBC")),
                new XElement("validation", new XAttribute("algorithm", "HMACSHA256")),
                new XElement("masterKey", new XElement("value", Convert.ToBase64String(options.CookieKey)))))),
    ];

    public void StoreElement(XElement element, string friendlyName) =>
        throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture, $"The portals have one key, which they were given; '{friendlyName}' is not kept."));
}
