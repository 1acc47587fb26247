using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using EventSourcedOrgs.Host.Setup;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Releases;

/// <summary>Files come and go as they are.</summary>
public sealed class ReleaseFileTests
{
    private static readonly byte[] Bytes = RandomNumberGenerator.GetBytes(300_000);
    private static readonly string Md5 = Convert.ToHexStringLower(Hash(HashAlgorithmName.MD5));
    private static readonly string Sha256 = Convert.ToHexStringLower(SHA256.HashData(Bytes));

    private static byte[] Hash(HashAlgorithmName name) => CryptographicOperations.HashData(name, Bytes);

    private static async Task<(TestHost Host, Shelf Shelf, string Release)> Prepared(TestHost? host = null)
    {
        var shelf = await Shelf.Empty(host);
        return (shelf.Host, shelf, (await shelf.Prepare("2.1")).Id());
    }

    [Fact]
    public async Task What_was_uploaded_is_downloaded()
    {
        var (host, shelf, release) = await Prepared();
        var file = await shelf.Upload(release, Bytes, query: $"?checksum={Md5.ToUpperInvariant()}&sha256={Sha256}").Expect(201);

        (file.Text("name"), file.Text("extension"), file.Text("checksum"), file.Text("sha256"), file.Text("releaseId"), file.Text("releaseName"))
            .ShouldBe((Shelf.Setup, "exe", Md5, Sha256, release, "Designer 2.1"));
        (file["size"]!.GetValue<long>(), file["secured"]!.GetValue<bool>(), file["published"]!.GetValue<bool>(), file["downloads"]!.GetValue<long>()).ShouldBe((300_000, true, false, 0));
        file.Text("url").ShouldBe($"{shelf.Vendor.BaseAddress!.ToString().TrimEnd('/')}/v3/{release}/{Shelf.Setup}");

        using var download = await shelf.Vendor.GetAsync(file.Text("url"));
        download.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await download.Content.ReadAsByteArrayAsync()).ShouldBe(Bytes);
        download.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        download.Content.Headers.ContentDisposition.FileName.ShouldBe(Shelf.Setup);
        download.Content.Headers.ContentLength.ShouldBe(Bytes.Length);
        download.Headers.ETag!.Tag.ShouldBe($"\"{Sha256}\"");
        download.Headers.AcceptRanges.ShouldBe(["bytes"]);
        (await shelf.Vendor.Get($"/v3/release-files/{file.Id()}").Expect(200))["downloads"]!.GetValue<long>().ShouldBe(1);
        host.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_form_brings_a_file_too()
    {
        var (_, shelf, release) = await Prepared();
        using var form = new MultipartFormDataContent { { new StringContent("ignored"), "note" }, { new ByteArrayContent(Bytes), "file", "another-name.exe" } };

        (await shelf.Upload(release, form, "My App (x64).exe").Expect(201)).Text("sha256").ShouldBe(Sha256);
        using var download = await Shelf.Download(shelf.Vendor, release, name: "My App (x64).exe");
        (await download.Content.ReadAsByteArrayAsync()).ShouldBe(Bytes);

        using var empty = new MultipartFormDataContent { { new StringContent("nothing"), "note" } };
        await shelf.Upload(release, empty).ExpectProblem(400, "RELEASE_FILE_MISSING");
    }

    [Fact]
    public async Task A_part_of_it_can_be_had_and_is_no_further_download()
    {
        var (_, shelf, release) = await Prepared();
        var file = await shelf.Upload(release, Bytes).Expect(201);

        using var middle = await Shelf.DownloadPart(shelf.Vendor, release, new(100_000, 199_999));
        middle.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        middle.Content.Headers.ContentRange!.ToString().ShouldBe("bytes 100000-199999/300000");
        (await middle.Content.ReadAsByteArrayAsync()).ShouldBe(Bytes[100_000..200_000]);

        using var end = await Shelf.DownloadPart(shelf.Vendor, release, new(null, 10));
        (await end.Content.ReadAsByteArrayAsync()).ShouldBe(Bytes[^10..]);
        using var beyond = await Shelf.DownloadPart(shelf.Vendor, release, new(300_000, null));
        beyond.StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);

        using var head = await shelf.Vendor.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/v3/{release}/{Shelf.Setup}"));
        (head.StatusCode, head.Content.Headers.ContentLength).ShouldBe((HttpStatusCode.OK, 300_000));
        using var known = new HttpRequestMessage(HttpMethod.Get, $"/v3/{release}/{Shelf.Setup}") { Headers = { IfNoneMatch = { new($"\"{Sha256}\"") } } };
        using var unchanged = await shelf.Vendor.SendAsync(known);
        unchanged.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await shelf.Vendor.Get($"/v3/release-files/{file.Id()}").Expect(200))["downloads"]!.GetValue<long>().ShouldBeLessThanOrEqualTo(1);
    }

    [Theory, InlineData("checksum", 32), InlineData("sha256", 64)]
    public async Task What_is_not_what_was_announced_is_not_kept(string algorithm, int digits)
    {
        await using var host = await TestHost.StartAsync();
        var (_, shelf, release) = await Prepared(host);

        await shelf.Upload(release, Bytes, query: $"?{algorithm}={new string('0', digits)}").ExpectProblem(400, "CHECKSUM_MISMATCH");
        Shelf.Kept(host).ShouldBeEmpty();
        (await shelf.Vendor.Get($"/v3/releases/{release}").Expect(200))["totalFiles"]!.GetValue<int>().ShouldBe(0);
    }

    [Fact]
    public async Task Whoever_breaks_off_leaves_nothing()
    {
        await using var host = await TestHost.StartAsync();
        var (_, shelf, release) = await Prepared(host);
        var address = shelf.Vendor.BaseAddress!;
        using (var connection = new TcpClient())
        {
            await connection.ConnectAsync(address.Host, address.Port);
            var head = $"PUT /v3/{release}/{Shelf.Setup} HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: {shelf.Vendor.DefaultRequestHeaders.Authorization}\r\nContent-Length: {Bytes.Length}\r\n\r\n";
            await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
            await connection.GetStream().WriteAsync(Bytes.AsMemory(0, 200_000));
            await Until(() => Shelf.Kept(host).Count == 1);
        }

        await Until(() => Shelf.Kept(host).Count == 0);
        (await shelf.Vendor.Get($"/v3/releases/{release}").Expect(200))["totalFiles"]!.GetValue<int>().ShouldBe(0);
        await shelf.Upload(release, Bytes).Expect(201);
        Shelf.Kept(host).Count.ShouldBe(1);
    }

    private static async Task Until(Func<bool> isSo)
    {
        for (var tries = 0; tries < 1200 && !isSo(); tries++)
            await Task.Delay(50);
        isSo().ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_too_large_is_refused_before_it_is_read_or_as_soon_as_it_shows()
    {
        await using var host = await TestHost.StartAsync(services => services.AddSingleton(new ReleaseFileLimits(MostBytes: 100_000)));
        var (_, shelf, release) = await Prepared(host);

        await shelf.Upload(release, Bytes).ExpectProblem(413, "RELEASE_FILE_TOO_LARGE");
        await shelf.Upload(release, new byte[100_001]).ExpectProblem(413, "RELEASE_FILE_TOO_LARGE");
        Shelf.Kept(host).ShouldBeEmpty();
        await shelf.Upload(release, new byte[100_000]).Expect(201);
    }

    [Theory, InlineData("..%2F..%2Fetc%2Fpasswd"), InlineData("..%5C..%5Cwin.ini"), InlineData("a%0Ab"), InlineData("%20padded"), InlineData("a%00b")]
    public async Task No_name_becomes_a_path(string name)
    {
        await using var host = await TestHost.StartAsync();
        var (_, shelf, release) = await Prepared(host);
        using var content = new ByteArrayContent(Bytes);
        using var answer = await shelf.Vendor.PutAsync(new Uri($"{shelf.Vendor.BaseAddress}v3/{release}/{name}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }), content);

        ((int)answer.StatusCode).ShouldBeInRange(400, 404);
        Shelf.Kept(host).ShouldBeEmpty();
        Directory.GetFileSystemEntries(host.Data).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_of_the_same_name_is_replaced()
    {
        var (_, shelf, release) = await Prepared();
        var first = await shelf.Upload(release, Bytes).Expect(201);
        var second = await shelf.Upload(release, "newer"u8.ToArray(), query: "?secured=false").Expect(201);

        second.Id().ShouldBe(first.Id());
        using var download = await Shelf.Download(shelf.Vendor, release);
        (await download.Content.ReadAsStringAsync()).ShouldBe("newer");
        (await shelf.Vendor.Get($"/v3/releases/{release}").Expect(200))["files"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_same_again_and_a_dry_run_keep_no_second_copy()
    {
        await using var host = await TestHost.StartAsync();
        var (_, shelf, release) = await Prepared(host);
        await shelf.Upload(release, Bytes, query: "?dryRun=true").Expect(200);
        Shelf.Kept(host).ShouldBeEmpty();
        await shelf.Upload(release, Bytes).Expect(201);
        await shelf.Upload(release, Bytes).Expect(201);

        Shelf.Kept(host).Count.ShouldBe(1);
        (await host.EventsOf(release)).ShouldBe(["release_created_v1", "release_file_added_v1"]);
        (await shelf.Vendor.Get("/v3/releases/storage").Expect(200)).ToJsonString().ShouldBe("""{"usedSpace":300000,"allowedSpace":-1}""");
    }

    [Fact]
    public async Task A_published_release_takes_and_loses_no_file()
    {
        var (_, shelf, release) = await Prepared();
        var file = await shelf.Upload(release, Bytes).Expect(201);
        await shelf.Vendor.Post($"/v3/releases/{release}/publish").Expect(200);

        await shelf.Upload(release, Bytes, "more.exe").ExpectProblem(400, "RELEASE_IS_PUBLISHED");
        await shelf.Vendor.Delete($"/v3/release-files/{file.Id()}").ExpectProblem(400, "RELEASE_IS_PUBLISHED");
        await shelf.Upload($"{Guid.NewGuid()}", Bytes).ExpectProblem(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_file_elsewhere_is_an_address()
    {
        var (_, shelf, release) = await Prepared();
        object Body(string url) => new { name = "setup.dmg", url, size = 12, checksum = Md5, secured = false, releaseId = release };

        var answer = await shelf.Vendor.Post("/v3/release-files", Body("https://downloads.example/setup.dmg")).Expect(201);
        answer.Id().ShouldBe(release);
        var file = answer["files"]![0]!;
        (file.Text("url"), file.Text("checksum"), file["size"]!.GetValue<long>()).ShouldBe(("https://downloads.example/setup.dmg", Md5, 12));
        await shelf.Vendor.Post("/v3/release-files", Body("file:///etc/passwd")).ExpectProblem(400, "VALIDATION_FAILED");

        var listed = await shelf.Vendor.Get($"/v3/release-files?releaseId={release}&release.name=Designer 2.1&published=false&minPosition={await shelf.Host.Position()}").Expect(200);
        listed.AsArray().ShouldHaveSingleItem()!.ToJsonString().ShouldBe((await shelf.Vendor.Get($"/v3/release-files/{file.Id()}").Expect(200)).ToJsonString());
        await shelf.Vendor.Delete($"/v3/release-files/{file.Id()}").Expect(204);
        await shelf.Vendor.Get($"/v3/release-files/{file.Id()}").ExpectProblem(404, "NOT_FOUND");
    }
}
