using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EventSourcedOrgs.Host.Setup;

namespace EventSourcedOrgs.Host.Cli;

/// <summary><c>serve</c>: the whole service on one address; without a connection string with a private PostgreSQL of its own.</summary>
internal static class ServeCommand
{
    private const int DefaultPort = 8080;
    private const int PortsToTry = 100;

    public static Command Create()
    {
        var (connection, data) = (Given.Connection(), Given.Data());
        var port = new Option<int?>("--port") { Description = $"Port to listen on, on this machine only. Default: {DefaultPort}, or the next free one." };
        var urls = new Option<string?>("--urls") { Description = "Addresses to listen on instead, such as http://0.0.0.0:8080." };
        var empty = new Option<bool>("--empty") { Description = "Start a private database without the demo data." };
        var command = new Command("serve", "Serve API and portals until Ctrl-C.") { connection, data, port, urls, empty };
        command.SetAction((parsed, cancellation) => ServeAsync(
            parsed.GetValue(connection), parsed.GetValue(data)!, parsed.GetValue(empty), parsed.GetValue(urls) ?? $"http://127.0.0.1:{parsed.GetValue(port) ?? FreePort()}", cancellation));
        return command;
    }

    private static async Task<int> ServeAsync(string? connection, string data, bool empty, string urls, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        await using var installation = await Installation.OpenAsync(connection, data, cancellation);
        await using var app = HostApplication.Build(new()
        {
            Connection = installation.Connection, MasterKey = installation.MasterKey, Urls = urls, Alone = installation.IsPrivate,
        });
        await app.MigrateAsync();
        await app.StartAsync(cancellation);

        var start = new FirstStart(app.Services);
        var password = installation.IsPrivate ? await start.OpenAccountAsync(cancellation) : null;
        if (password is not null)
            Console.WriteLine(SuperAdmin(password));
        if (installation.IsPrivate && !empty)
            await start.ImportDemoAsync(cancellation);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"EventSourcedOrgs is ready after {watch.Elapsed.TotalSeconds:0.0} s. Ctrl-C stops it."));
        foreach (var line in app.Urls.SelectMany(Addresses).Concat(installation.IsPrivate ? SignIns(password, empty) : []))
            Console.WriteLine($"  {line}");
        await app.WaitForShutdownAsync(cancellation);
        return ExitCode.Success;
    }

    private static IEnumerable<string> Addresses(string url) => [$"API          {url}/v3", $"API pages    {url}/docs/api"];

    private static IEnumerable<string> SignIns(string? password, bool empty) =>
    [
        SuperAdmin(password),
        .. empty ? (string[])[] : [$"Demo         admin@acme.example (organization-admin) and user@acme.example, password {FirstStart.DemoPassword}"],
    ];

    private static string SuperAdmin(string? password) =>
        $"Super-admin  {FirstStart.SuperAdmin}, password {(password is null ? "as it was shown at the first start" : $"{password} (shown only now)")}";

    private static int FreePort() => Enumerable.Range(DefaultPort, PortsToTry).FirstOrDefault(IsFree, DefaultPort);

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
