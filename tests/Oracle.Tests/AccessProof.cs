using System.Security.Cryptography;
using Xunit.Abstractions;

namespace EventSourcedOrgs.Oracle.Tests;

/// <summary>
/// Who may use what is right: a brute-force oracle over the stored events agrees with every question about access, over random histories. RELIABILITY=long makes
/// them ten thousand.
/// </summary>
public sealed class AccessProof(ITestOutputHelper output) : IAsyncLifetime
{
    private Stage stage = null!;

    public async Task InitializeAsync() => stage = await Stage.StartAsync();

    public async Task DisposeAsync() => await stage.DisposeAsync();

    [Fact]
    public async Task The_service_and_the_oracle_agree_about_random_histories()
    {
        var isLong = Environment.GetEnvironmentVariable("RELIABILITY") == "long";
        var tally = new Tally();
        var proof = new Proof(stage, tally, Say);
        await proof.HoldAsync(isLong ? 5000 : 200, seed: 20260301);
        await proof.HoldAsync(isLong ? 5000 : 200, seed: (ulong)RandomNumberGenerator.GetInt32(int.MaxValue));

        Say(tally.ToString());
        tally.Codes.ShouldBe(
        [
            "ALLOWED", "USER_NOT_FOUND", "LICENSE_NOT_FOUND", "ORGANIZATION_SUSPENDED", "USER_SUSPENDED", "LICENSE_REVOKED", "LICENSE_SUSPENDED", "LICENSE_NOT_YET_EFFECTIVE",
            "LICENSE_EXPIRED", "LICENSE_OF_ANOTHER_ORGANIZATION", "NOT_ASSIGNED",
            "ASSIGNMENT_NOT_YET_STARTED", "ASSIGNMENT_ENDED",
        ], ignoreOrder: true, "every rule decided something");
        tally.Kinds.ShouldBe(["primary-user", "additional-user", "user-group", "several at once"], ignoreOrder: true);
    }

    private void Say(string line)
    {
        output.WriteLine(line);
        Console.WriteLine(line);
    }
}
