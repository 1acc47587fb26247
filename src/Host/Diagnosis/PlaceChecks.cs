using System.Globalization;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Releases;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Host.Cli;
using Marten;

namespace EventSourcedOrgs.Host.Diagnosis;

/// <summary>Where the installation is: its folders and files, and who reaches it how.</summary>
internal sealed class PlaceChecks(IServiceProvider services, Surroundings surroundings)
{
    private const long LittleSpace = 1L << 30;
    private const long NoSpace = 200L << 20;

    /// <summary>What can be looked at without a database.</summary>
    public IEnumerable<(string, Func<CancellationToken, Task<Condition>>)> OfThisMachine =>
        [("FILES", Files), ("DISK_SPACE", _ => Task.FromResult(DiskSpace())), ("PUBLIC_ADDRESS", _ => Task.FromResult(PublicAddress())), ("RATE_LIMIT", _ => Task.FromResult(RateLimit()))];

    public IEnumerable<(string, Func<CancellationToken, Task<Condition>>)> All => [.. OfThisMachine, ("DEMO_PASSWORD", DemoPassword)];

    /// <summary>Why a folder cannot be written; null when it can. A folder that is not there yet is made when it is needed, if its parent lets.</summary>
    public static string? Writable(string folder)
    {
        var there = Path.GetFullPath(folder);
        while (!Directory.Exists(there) && !File.Exists(there) && Path.GetDirectoryName(there) is { } parent)
            there = parent;
        var probe = Path.Combine(there, $".probe-{Guid.NewGuid():N}");
        try
        {
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
                return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private async Task<Condition> Files(CancellationToken cancellation)
    {
        var (files, probe) = (services.GetRequiredService<IReleaseFiles>(), Guid.NewGuid());
        try
        {
            using var arriving = new FileIntake(new MemoryStream("doctor"u8.ToArray()), long.MaxValue, new(null, null));
            await files.Take(probe, arriving, cancellation);
            await files.Delete(probe, cancellation);
            return Condition.Ok("FILES", "Files of releases can be written.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Amazon.Runtime.AmazonClientException or HttpRequestException)
        {
            return Condition.Error("FILES", $"Files of releases cannot be written: {e.Message}", "Correct ReleaseFiles__Folder or ReleaseFiles__S3__..., or the rights there.");
        }
    }

    private Condition DiskSpace()
    {
        var fullest = new[] { surroundings.Data, surroundings.Proof }.Select(Path.GetFullPath).Select(Nearest).Select(folder => new DriveInfo(folder)).MinBy(drive => drive.AvailableFreeSpace)!;
        return SpaceOf(fullest.Name, fullest.AvailableFreeSpace);

        static string Nearest(string folder) => Directory.Exists(folder) ? folder : Nearest(Path.GetDirectoryName(folder) ?? "/");
    }

    internal static Condition SpaceOf(string name, long free)
    {
        var says = string.Create(CultureInfo.InvariantCulture, $"{free / (double)(1L << 30):0.0} GB are free at {name}.");
        const string remedy = "Make room, or let the folders be on a larger disk: a rebuild needs the room of its tables once more.";
        return free < NoSpace ? Condition.Error("DISK_SPACE", says, remedy) : free < LittleSpace ? Condition.Warning("DISK_SPACE", says, remedy) : Condition.Ok("DISK_SPACE", says);
    }

    private Condition PublicAddress() =>
        surroundings.PublicAddress is { Length: > 0 } text && (!Uri.TryCreate(text, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback))
            ? Condition.Error("PUBLIC_ADDRESS", "SignIn__PublicAddress is no https address: passwords and tokens would travel in the clear.", "Let a proxy with a certificate stand before the service, and set SignIn__PublicAddress to its https:// address.")
            : surroundings.IsPublic && surroundings.PublicAddress is not { Length: > 0 }
                ? Condition.Warning("PUBLIC_ADDRESS", "Others reach the service, and it does not know under which address.", "Set SignIn__PublicAddress to the https:// address that people use.")
                : Condition.Ok("PUBLIC_ADDRESS", surroundings.PublicAddress is { Length: > 0 } ? "The public address is encrypted." : "Only this machine reaches the service.");

    private Condition RateLimit() => surroundings is { RateLimit: null, IsPublic: true }
        ? Condition.Error("RATE_LIMIT", "Others reach the service, and nothing limits how often they ask.", "Leave out --rate-limit off, or name a limit such as 50/5s.")
        : Condition.Ok("RATE_LIMIT", surroundings.RateLimit is { } limit ? $"{limit} for each caller." : "Off, for this machine only.");

    /// <summary>Whether somebody signs in with the password that everybody knows: the first super-admin, or whoever the demo names.</summary>
    private async Task<Condition> DemoPassword(CancellationToken cancellation)
    {
        await using var scope = services.CreateAsyncScope();
        var (claims, passwords) = (scope.ServiceProvider.GetRequiredService<Store>().Claims, services.GetRequiredService<IPasswords>());
        await using var session = services.GetRequiredService<IDocumentStore>().QuerySession();
        foreach (var address in (string[])[FirstStart.SuperAdmin, "admin@acme.example", "user@acme.example"])
        {
            if (await claims.Holder(Unique.Email(address), cancellation) is { } user && await session.LoadAsync<Credentials>(Domain.UserId.From(user), cancellation) is { } known
                && passwords.Verify(known.PasswordHash, FirstStart.DemoPassword))
            {
                const string remedy = "Change it, or start a new installation without the demo, before anybody else reaches this one.";
                return surroundings.IsPublic
                    ? Condition.Error("DEMO_PASSWORD", $"Others reach the service, and {address} has the demo's password, which everybody knows.", remedy)
                    : Condition.Warning("DEMO_PASSWORD", $"{address} has the demo's password, which everybody knows.", remedy);
            }
        }

        return Condition.Ok("DEMO_PASSWORD", "Nobody has the demo's password.");
    }
}
