using System.Diagnostics;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Host.Tests.Activations;

namespace EventSourcedOrgs.Host.Tests.Applications;

/// <summary>The command-line tool, run as a user would, with files carried by hand.</summary>
public sealed class LicenseToolTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("license-tool");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task With_a_server()
    {
        var sold = await Bought();
        var server = sold.Host.Anonymous.BaseAddress!.ToString();
        (await Run("verify")).ShouldBe((1, "", "not-activated: The application is not activated on this machine.\n"));
        var activated = await Run("activate", "--server", server, "--key", sold.License.Text("key"), "--json");
        activated.Code.ShouldBe(0, activated.Error);
        var said = JsonNode.Parse(activated.Output)!;
        (said["ok"]!.GetValue<bool>(), said.Text("licenseId"), said["offline"]!.GetValue<bool>()).ShouldBe((true, sold.Id, false));
        var verified = await Run("verify");
        (verified.Code, verified.Output).ShouldBe((0, $"Licensed: activation {said.Text("activationId")}.\n"));
        (await Run("sync", "--server", server)).Code.ShouldBe(0);

        var elsewhere = await Run("activate", "--server", server, "--key", sold.License.Text("key"), "--state", "other.state", "--fingerprint", new string('b', 64), "--json");
        (elsewhere.Code, JsonNode.Parse(elsewhere.Output)!.Text("reason"), JsonNode.Parse(elsewhere.Output)!.Text("code")).ShouldBe((1, "refused", "ACTIVATION_LIMIT_REACHED"));
        (await Run("verify", "--fingerprint", new string('b', 64))).Error.ShouldStartWith("foreign-machine: ");
        (await Run("deactivate", "--server", server)).Code.ShouldBe(0);
        (await Run("verify")).Code.ShouldBe(1);
        (await sold.Totals()).ShouldBe((0, 1));
    }

    [Fact]
    public async Task With_files_that_are_carried()
    {
        var sold = await Bought();
        (await Run("offline", "request", "--key", sold.License.Text("key"), "--out", "request.txt")).ShouldBe((0, "Carry request.txt to the server.\n", ""));
        var request = await File.ReadAllTextAsync(At("request.txt"));
        request.ShouldStartWith("-----BEGIN OFFLINE REQUEST-----\n");
        request.ShouldNotContain(sold.License.Text("key"));

        var body = new { offlineRequest = request, responseValidity = 86_400, licenseId = sold.Id };
        await File.WriteAllTextAsync(At("response.txt"), (await sold.Designer.Vendor.Post("/v3/activations/offline-activate", body).Expect(200)).ToJsonString());
        var foreign = await Run("offline", "accept", "response.txt", "--fingerprint", new string('b', 64), "--json");
        (foreign.Code, JsonNode.Parse(foreign.Output)!.Text("reason")).ShouldBe((1, "foreign-machine"));
        var accepted = await Run("offline", "accept", "response.txt");
        accepted.Code.ShouldBe(0, accepted.Error);
        accepted.Output.ShouldStartWith("Activated: activation ");
        (await Run("offline", "accept", "response.txt")).Error.ShouldStartWith("other-request: ");
        (await Run("verify")).Code.ShouldBe(0);
        (await sold.Totals()).ShouldBe((1, 0));

        (await Run("offline", "deactivate", "--out", "proof.txt")).Code.ShouldBe(0);
        (await Run("verify")).Code.ShouldBe(1);
        var proof = await File.ReadAllTextAsync(At("proof.txt"));
        (await Run("offline", "deactivate")).Output.ShouldBe(proof);
        await sold.Designer.Vendor.Post("/v3/activations/offline-deactivate", new { offlineRequest = proof, licenseId = sold.Id }).Expect(200);
        (await sold.Totals()).ShouldBe((0, 1));
    }

    [Fact]
    public async Task What_cannot_be_read_or_reached_and_what_is_no_command_have_codes_of_their_own()
    {
        await Bought();
        (await Run("fly")).Code.ShouldBe(2);
        (await Run("offline", "request")).Code.ShouldBe(2);
        (await Run("activate", "--key", "K")).Code.ShouldBe(2);
        (await Run("activate", "--key", "K", "--server", "nowhere")).Code.ShouldBe(2);
        (await Run("offline", "request", "--key", "K", "--user", "ada")).Code.ShouldBe(2);
        (await Run("verify", "--product", "nowhere.dat")).Code.ShouldBe(3);
        (await Run("offline", "accept", "nowhere.txt")).Code.ShouldBe(3);
        (await Run("activate", "--key", "K", "--server", "http://127.0.0.1:9")).Code.ShouldBe(3);
        await File.WriteAllTextAsync(At("noise.txt"), "hello");
        (await Run("offline", "accept", "noise.txt")).Error.ShouldStartWith("malformed: ");
    }

    private string At(string name) => Path.Combine(folder.FullName, name);

    /// <summary>A licence, and the file of its product beside the tool.</summary>
    private async Task<Sold> Bought()
    {
        var sold = await Sold.With(("allowedActivations", 1));
        await File.WriteAllTextAsync(At("product.dat"), await (await sold.Designer.Vendor.Get($"{sold.Designer.Path}/product.dat")).Content.ReadAsStringAsync());
        return sold;
    }

    private async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "EventSourcedOrgs.LicenseTool.dll"), .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.FullName,
        };
        using var program = Process.Start(start)!;
        var (output, error) = (program.StandardOutput.ReadToEndAsync(), program.StandardError.ReadToEndAsync());
        await program.WaitForExitAsync();
        return (program.ExitCode, await output, await error);
    }
}
