using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Cli;

/// <summary><c>serve</c>: the whole service on one address; without a connection string with a private PostgreSQL of its own.</summary>
internal static class ServeCommand
{
    private const int DefaultPort = 8080;
    private const int PortsToTry = 100;
    private const string RateVariable = "EVENTSOURCEDORGS_RATE_LIMIT";
    private const string Unlimited = "off";

    public static Command Create()
    {
        var (connection, owner, data) = (Given.Connection(), Given.Owner(), Given.Data());
        var port = new Option<int?>("--port") { Description = $"Port to listen on, on this machine only. Default: {DefaultPort}, or the next free one." };
        var urls = new Option<string?>("--urls") { Description = "Addresses to listen on instead, such as http://0.0.0.0:8080." };
        var empty = new Option<bool>("--empty") { Description = "Start a private database without the demo data; so it does where --urls lets others in." };
        var demo = new Option<bool>("--demo") { Description = "Bring the demo data into the database of --connection, too." };
        var (rate, proof) = (RateOption(), Given.Proof());
        var command = new Command("serve", "Serve the API until Ctrl-C.") { connection, owner, data, port, urls, empty, demo, rate, proof };
        command.Validators.Add(result =>
        {
            if (result.GetValue(demo) && IsReachedByOthers(result.GetValue(urls)))
                result.AddError("The demo has a password that everybody knows: it can be served to this machine only.");
        });
        command.SetAction((parsed, cancellation) => ServeAsync(
            parsed.Connection(connection), parsed.Owner(owner), parsed.GetValue(data)!, Given.ProofOf(parsed.GetValue(proof), parsed.GetValue(data)!), parsed.GetValue(empty) || IsReachedByOthers(parsed.GetValue(urls)) ? false : parsed.GetValue(demo) ? true : null,
            parsed.GetValue(urls) ?? $"http://127.0.0.1:{parsed.GetValue(port) ?? FreePort()}", RateLimit.Parse(parsed.GetValue(rate)!), cancellation));
        return command;
    }

    public static bool IsReachedByOthers(string? urls) =>
        urls?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Any(url => !Uri.TryCreate(url, UriKind.Absolute, out var address) || !address.IsLoopback) == true;

    public static Option<string> RateOption()
    {
        var option = new Option<string>("--rate-limit")
        {
            Description = $"Requests that one caller may send in a number of seconds, such as {RateLimit.Usual}, or '{Unlimited}'. Default: the environment variable {RateVariable}, or {RateLimit.Usual}.",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable(RateVariable) is { Length: > 0 } text ? text : RateLimit.Usual.ToString(),
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && text != Unlimited && RateLimit.Parse(text) is null)
                result.AddError($"'{text}' is no rate limit: expected REQUESTS/SECONDSs, such as {RateLimit.Usual}, or '{Unlimited}'.");
        });
        return option;
    }

    private static async Task<int> ServeAsync(string? connection, string? owner, string data, string proof, bool? wantsDemo, string urls, RateLimit? rateLimit, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        await using var installation = await Installation.OpenAsync(connection, data, cancellation, owner, mayCreate: true);
        await using var app = await HostApplication.OpenAsync(
            installation.Settings with { Starts = true, Urls = urls, RateLimit = rateLimit, Data = data, ProofFolder = proof }, cancellation);
        await app.StartAsync(cancellation);

        var demo = wantsDemo ?? installation.IsPrivate;
        var start = new FirstStart(app.Services);
        var password = await start.OpenAccountAsync(demo, cancellation);
        if (password is not null && !demo)
            Console.WriteLine(SuperAdmin(password));
        if (demo)
            await start.ImportDemoAsync(cancellation);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"EventSourcedOrgs is ready after {watch.Elapsed.TotalSeconds:0.0} s. Ctrl-C stops it."));
        foreach (var line in app.Urls.SelectMany(Addresses).Append($"Rate limit   {(rateLimit is null ? "off" : $"{rateLimit} for each caller")}").Concat(SignIns(password, demo)))
            Console.WriteLine($"  {line}");
        if (installation.Owner is null && await RewriteRights.OfAsync(app.Services.GetRequiredService<Npgsql.NpgsqlDataSource>(), cancellation) is [_, ..])
            Console.WriteLine("  Warning      the role of --connection could alter the history: give the owner of the database as --owner and another role as --connection ('doctor' says more)");
        await app.WaitForShutdownAsync(cancellation);
        return app.Services.GetRequiredService<Follower>().IsForked ? ExitCode.Unavailable : ExitCode.Success;
    }

    private static IEnumerable<string> Addresses(string url) => [$"Admin        {url}/admin", $"Customers    {url}/portal", $"API          {url}/v3", $"API pages    {url}/docs/api"];

    private static IEnumerable<string> SignIns(string? password, bool demo) => demo
        ?
        [
            $"Super-admin  {FirstStart.SuperAdmin}, password {FirstStart.DemoPassword}, unless it was changed",
            $"Demo         admin@acme.example (organization-admin) and user@acme.example, password {FirstStart.DemoPassword}",
        ]
        : [SuperAdmin(password)];

    private static string SuperAdmin(string? password) => password is null
        ? "Super-admin  as it was shown at the first start"
        : $"Super-admin  {FirstStart.SuperAdmin}, password {password} (shown only now)";

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
