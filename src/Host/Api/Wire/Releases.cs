using EventSourcedOrgs.Application;
using EventSourcedOrgs.Application.Releases;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Products;
using EventSourcedOrgs.Domain.Releases;
using EventSourcedOrgs.Host.Setup;
using EventSourcedOrgs.Projections;

namespace EventSourcedOrgs.Host.Api.Wire;

/// <summary>The body of a new release; <c>platform</c> is the older form of a list of one.</summary>
internal sealed record NewRelease(
    string Name, string Version, string Channel, string ProductId, ValueList<string>? Platforms = null, string? Platform = null, bool? Private = null,
    string? Notes = null, DateTimeOffset? CreatedAt = null)
{
    public CreateRelease ToCommand() => new(
        Id.New<ReleaseId>(), Common.RequiredId<ProductId>(ProductId, "productId"), Name, Version, Channel, ReleaseWires.Platforms(Platforms, Platform), Private ?? false,
        string.IsNullOrEmpty(Notes) ? null : Notes, CreatedAt?.ToUniversalTime());
}

/// <summary>
/// The body of a change to a release; what it leaves out stays. <c>platform</c> is the older form of a list of one; a release stays with its product, so that
/// <c>productId</c> can only name that, and <c>createdAt</c> is taken and means nothing.
/// </summary>
internal sealed record ReleasePatch(
    string? Name = null, string? Version = null, string? Channel = null, ValueList<string>? Platforms = null, string? Platform = null, bool? Private = null,
    string? ProductId = null, DateTimeOffset? CreatedAt = null)
{
    public Optional<string?> Notes { get; init; }

    public ChangeRelease ToCommand(ReleaseId id) => new(id, new ReleaseChanges(
        Common.Given(Name?.Trim()), Common.Given(Version), Common.Given(Channel?.Trim()), Common.Given(ReleaseWires.Platforms(Platforms, Platform)), Common.Given(Private),
        Notes.Select(text => string.IsNullOrEmpty(text) ? null : text)))
    {
        Product = Common.OptionalId<ProductId>(ProductId, "productId"),
    };
}

/// <summary>The body of a file that lies at an address elsewhere; what is kept there is not ours to secure.</summary>
internal sealed record NewReleaseFile(string Name, string Url, long Size, bool Secured, string ReleaseId, string? Checksum = null)
{
    public AddReleaseFile ToCommand() => new(
        Common.RequiredId<ReleaseId>(ReleaseId, "releaseId"), new(Id.New<ReleaseFileId>(), Name, Size, Checksum ?? "", "", Secured, Content: null, Url));
}

/// <summary>A file of a release: <c>checksum</c> is its MD5, as the contract has it.</summary>
internal sealed record WireReleaseFile(
    ReleaseFileId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, string Url, long Size, long Downloads, string Extension, string Checksum,
    string Sha256, bool Secured, bool Published, ReleaseId ReleaseId, string ReleaseName);

/// <summary>A release as the vendor and applications see it; <c>platform</c> is the older form of a release with one platform.</summary>
internal sealed record WireRelease(
    ReleaseId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, string Channel, string Version, string Platform, ValueList<string> Platforms, string Notes,
    int TotalFiles, DateTimeOffset? PublishedAt, ValueList<WireReleaseFile> Files, bool Published, bool Private, bool Archived, ProductId ProductId, AccountId TenantId);

/// <summary>What a portal shows of a product.</summary>
internal sealed record WireProductName(string DisplayName);

/// <summary>A release as portals show it.</summary>
internal sealed record WireUserRelease(
    ReleaseId Id, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Name, string Channel, string Version, string Platform, ValueList<string> Platforms, string Notes,
    int TotalFiles, DateTimeOffset? PublishedAt, ValueList<WireReleaseFile> Files, WireProductName Product);

/// <summary>Whether a release is for a licence; where not, <c>code</c>, <c>detail</c> and <c>nearestFix</c> say why.</summary>
internal sealed record WireReleaseAllowed(bool Allowed, string? Code, string? Detail, string? NearestFix)
{
    public static Task<WireReleaseAllowed> Of(CheckedRelease answer, Store store, CancellationToken cancellation) => Task.FromResult(
        new WireReleaseAllowed(answer.Denial is null, answer.Denial?.Code, answer.Denial?.Detail, answer.Denial?.NearestFix));
}

/// <summary>The room that files take; -1 is without limit.</summary>
internal sealed record WireReleaseStorage(long UsedSpace, long AllowedSpace);

/// <summary>Releases and files on the wire, with the addresses at which clients of this request get them.</summary>
internal sealed record ReleaseWires(string Root, ReleaseDownloads Downloads)
{
    public static ReleaseWires Of(HttpContext http) => new(
        http.RequestServices.GetRequiredService<PublicAddress>().Of(http.Request, "/v3"), http.RequestServices.GetRequiredService<ReleaseDownloads>());

    public static ValueList<string>? Platforms(ValueList<string>? platforms, string? platform) => Common.EitherList(platforms, platform, "platforms", "platform");

    public async Task<WireRelease> Release(Release release, Store store, CancellationToken cancellation) => (await Releases([release], store, cancellation))[0];

    public async Task<IReadOnlyList<WireRelease>> Releases(IReadOnlyList<Release> releases, Store store, CancellationToken cancellation)
    {
        var account = (await store.Session.FindAccount(cancellation))!.Id;
        var files = await Files(releases, cancellation);
        return [.. releases.Select(r => new WireRelease(
            r.Id, r.CreatedAt, r.Recorded.UpdatedAt, r.Name, r.Channel, r.Version, OnlyPlatform(r), r.Platforms, r.Notes ?? "", r.Files.Count, r.PublishedAt, files(r),
            r.Published, r.Private, r.Archived, r.Product, account))];
    }

    public async Task<IReadOnlyList<WireUserRelease>> UserReleases(IReadOnlyList<Release> releases, Store store, CancellationToken cancellation)
    {
        IReadOnlyDictionary<ProductId, Product> products = await store.Products.Latest(releases.Select(release => release.Product), cancellation);
        var files = await Files(releases, cancellation);
        return [.. releases.Select(r => new WireUserRelease(
            r.Id, r.CreatedAt, r.Recorded.UpdatedAt, r.Name, r.Channel, r.Version, OnlyPlatform(r), r.Platforms, r.Notes ?? "", r.Files.Count, r.PublishedAt, files(r),
            new(products[r.Product].DisplayName)))];
    }

    public async Task<WireReleaseFile> File(FileOfRelease file, Store store, CancellationToken cancellation) =>
        Of(file.Release, file.Held, await Downloads.Of([file.Held.File.Id], cancellation));

    public async Task<IReadOnlyList<WireReleaseFile>> Entries(IReadOnlyList<ReleaseFileEntry> entries, Store store, CancellationToken cancellation)
    {
        var counts = await Downloads.Of(entries.Select(entry => entry.File), cancellation);
        return [.. entries.Select(entry => Of(entry.Release, entry.Release.Files.Single(held => held.File.Id == entry.File), counts))];
    }

    private async Task<Func<Release, ValueList<WireReleaseFile>>> Files(IReadOnlyList<Release> releases, CancellationToken cancellation)
    {
        var counts = await Downloads.Of(releases.SelectMany(release => release.Files).Select(held => held.File.Id), cancellation);
        return release => release.Files.Select(held => Of(release, held, counts)).ToValueList();
    }

    private WireReleaseFile Of(Release release, HeldFile held, IReadOnlyDictionary<ReleaseFileId, long> downloads)
    {
        var file = held.File;
        return new(
            file.Id, held.CreatedAt, held.UpdatedAt, file.Name, file.Url ?? $"{Root}/{release.Id}/{Uri.EscapeDataString(file.Name)}", file.Size,
            downloads.GetValueOrDefault(file.Id), Path.GetExtension(file.Name).TrimStart('.'), file.Md5, file.Sha256, file.Secured, release.Published, release.Id, release.Name);
    }

    private static string OnlyPlatform(Release release) => release.Platforms is [var only] ? only : "";
}
