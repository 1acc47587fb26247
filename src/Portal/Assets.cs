using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Portal;

/// <summary>The stylesheet, the script and the picture of the portals, out of the assembly. Their addresses say what is in them, so browsers keep them for ever.</summary>
public sealed class Assets
{
    private const string Folder = "/portal/assets/";

    private static readonly Dictionary<string, string> Types = new() { [".css"] = "text/css; charset=utf-8", [".js"] = "text/javascript; charset=utf-8", [".svg"] = "image/svg+xml" };

    private readonly Dictionary<string, (byte[] Content, string Type)> files = [];
    private readonly Dictionary<string, string> addresses = [];

    public Assets()
    {
        foreach (var name in typeof(Assets).Assembly.GetManifestResourceNames().Where(name => Types.ContainsKey(Path.GetExtension(name))))
        {
            using var stream = typeof(Assets).Assembly.GetManifestResourceStream(name)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            var address = $"{Folder}{Convert.ToHexStringLower(SHA256.HashData(content))[..12]}/{name}";
            (files[address], addresses[name]) = ((content, Types[Path.GetExtension(name)]), address);
        }
    }

    public string this[string name] => addresses[name];

    internal static async Task Serve(HttpContext http, RequestDelegate next)
    {
        if (!http.Request.Path.StartsWithSegments("/portal/assets"))
        {
            await next(http);
        }
        else if (http.RequestServices.GetRequiredService<Assets>().files.TryGetValue(http.Request.Path, out var file))
        {
            (http.Response.ContentType, http.Response.Headers.CacheControl) = (file.Type, "public, max-age=31536000, immutable");
            http.Response.Headers.Remove("Pragma");
            await http.Response.Body.WriteAsync(file.Content, http.RequestAborted);
        }
        else
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}
