using EventSourcedOrgs.Host.Cli;

namespace EventSourcedOrgs.Host.Tests.Operations;

/// <summary>An installation with some history, and the file that was written of it.</summary>
public sealed class Origin : IAsyncLifetime
{
    public const string Streams = "select md5(string_agg(to_jsonb(s)::text, '' order by id)) from events.mt_streams s";

    private readonly string folder = Directory.CreateTempSubdirectory("eventsourcedorgs-transfer-").FullName;

    internal TestHost Host { get; private set; } = null!;

    public string Proof => System.IO.Path.Combine(folder, "proof");

    public string File => System.IO.Path.Combine(folder, "installation.ndjson");

    public string Email { get; } = Acme.NewEmail();

    public string Path { get; private set; } = "";

    public string Events { get; private set; } = "";

    public string StreamsThen { get; private set; } = "";

    public string Root { get; private set; } = "";

    public IReadOnlyList<string> Digests { get; private set; } = [];

    public async Task InitializeAsync()
    {
        Host = await Installed.Publishing(Proof);
        var acme = await Acme.With(seats: -1, Host);
        Path = acme.Path;
        await acme.Vendor.Post($"{acme.Path}/users", Acme.Person(Email, "organization-admin")).Expect(201);
        for (var n = 0; n < 20; n++)
            await acme.User(await acme.Group($"Group {n}"));
        await Installed.Settled(Host);
        (Events, StreamsThen, Digests, Root) = (await Installed.Events(Host), await Host.Scalar<string>(Streams), await Installed.Digests(Host), (await Installed.Verified(Host, Proof)).Root);
        await EventsCommand.ExportAsync(Host.Services, File, null, CancellationToken.None);
    }

    public string CopiedProof()
    {
        var copy = Directory.CreateTempSubdirectory("copied-").FullName;
        foreach (var file in Directory.GetFiles(Proof))
            System.IO.File.Copy(file, System.IO.Path.Combine(copy, System.IO.Path.GetFileName(file)));
        return copy;
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
