using System.CommandLine;
using System.Net.Http.Headers;
using EventSourcedOrgs.Client;

namespace EventSourcedOrgs.LicenseTool;

/// <summary>Options that the commands share, and the client that follows from them.</summary>
internal sealed class Given
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Option<string> product = new("--product")
    {
        Description = "The file of the product, from GET /v3/products/{id}/product.dat.",
        DefaultValueFactory = _ => "product.dat",
    };

    private readonly Option<string> state = new("--state")
    {
        Description = "The file in which this machine remembers its activation; it holds the license key and is made readable by its owner only.",
        DefaultValueFactory = _ => "license.state",
    };

    private readonly Option<string?> fingerprint = new("--fingerprint")
    {
        Description = "The fingerprint to go by instead of that of this machine: 1 to 16 times 64 characters.",
    };

    private readonly Option<string?> release = new("--release") { Description = "The release of the application, such as 1.4.2." };

    private readonly Option<Uri?> server = new("--server")
    {
        Description = "The address of the server, such as https://licenses.vendor.example.",
        CustomParser = given =>
        {
            if (Uri.TryCreate(given.Tokens[0].Value, UriKind.Absolute, out var address) && (address.Scheme is "http" or "https"))
                return address;
            given.AddError($"'{given.Tokens[0].Value}' is no address of a server.");
            return null;
        },
    };

    private readonly Option<string?> token = new("--token") { Description = "The access token of a user, for a license of named users." };

    private readonly Option<bool> json = new("--json") { Description = "Write one JSON object instead of words." };

    private Given()
    {
    }

    /// <summary>Adds the options to a command; those of the server where it asks one.</summary>
    public static Given To(Command command, bool asksServer = false)
    {
        var given = new Given();
        foreach (var option in (Option[])[given.product, given.state, given.fingerprint, given.release, given.json])
            command.Add(option);
        if (asksServer)
        {
            given.server.Required = true;
            command.Add(given.server);
            command.Add(given.token);
        }

        return given;
    }

    public bool IsJson(ParseResult parsed) => parsed.GetValue(json);

    /// <summary>Acts with the client that the options describe.</summary>
    public async Task<int> With(ParseResult parsed, Func<LicenseClient, Task<int>> act)
    {
        var here = Machine.Here() with { ReleaseVersion = parsed.GetValue(release) };
        if (parsed.GetValue(fingerprint) is { Length: > 0 } other)
            here = here with { Fingerprint = other };
        using var reached = Server(parsed);
        return await act(new(ProductFile.Read(parsed.GetValue(product)!), here, parsed.GetValue(state)!, reached));
    }

    private HttpClient? Server(ParseResult parsed)
    {
        if (parsed.GetResult(server) is null || parsed.GetValue(server) is not { } address)
            return null;

        var client = new HttpClient { BaseAddress = new(address.AbsoluteUri.TrimEnd('/') + "/"), Timeout = Patience };
        if (parsed.GetValue(token) is { Length: > 0 } bearer)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        return client;
    }
}
