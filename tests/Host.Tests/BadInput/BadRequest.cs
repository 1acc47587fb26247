using System.Net.Http.Headers;
using System.Text;

namespace EventSourcedOrgs.Host.Tests.BadInput;

/// <summary>A request that must be refused, with the codes that it may be refused with; any code of a 4xx when there are none.</summary>
internal sealed record BadRequest(string What, HttpMethod Method, string Address)
{
    public byte[]? Body { get; init; }

    public string? ContentType { get; init; } = "application/json";

    public (string Name, string Value)? Header { get; init; }

    public IReadOnlyList<string> Codes { get; init; } = [];

    /// <summary>The server itself refuses it before any of our code runs: its 400 has no body.</summary>
    public bool MayBeRefusedUnread { get; init; }

    /// <summary>To remove what is not there is no error.</summary>
    public bool MayChangeNothing { get; init; }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public async Task<HttpResponseMessage> SendAsync(HttpClient client)
    {
        using var request = new HttpRequestMessage(Method, Address);
        if (Body is not null)
        {
            request.Content = new ByteArrayContent(Body);
            request.Headers.ExpectContinue = Body.Length > 1024 * 1024;
            request.Content.Headers.ContentType = ContentType is null ? null : MediaTypeHeaderValue.Parse(ContentType);
        }

        if (Header is { } header)
            request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        return await client.SendAsync(request);
    }
}
