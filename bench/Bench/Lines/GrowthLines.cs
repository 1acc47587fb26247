using EventSourcedOrgs.Bench.Data;

namespace EventSourcedOrgs.Bench.Lines;

/// <summary>P10: the same work on a tenth of the data, and what ten times as much costs. What changes the data comes last.</summary>
internal static class GrowthLines
{
    private const int Clients = 8;

    public static async Task MeasureAsync(Installation small, Installation big, Report report, Sizes sizes)
    {
        var deep = new Dictionary<Installation, string> { [small] = await DeepAsync(small), [big] = await DeepAsync(big) };
        var works = new (string Name, int Expected, Func<Installation, long, byte[]> Request)[]
        {
            ("access check in the big organization", 200, (at, n) => at.Request("POST", "/v3/access/check?explain=false", QuestionLines.Pair(n, at.Vendor.BigUsers))),
            ("GET one user", 200, (at, n) => at.Request("GET", $"/v3/users/{Vendor.BigUser(n * 7919 % at.Vendor.BigUsers).Value}")),
            ("list of its users, first page", 200, (at, _) => at.Request("GET", $"/v3/organizations/{Vendor.Big.Value}/users?page=1&limit=20")),
            ("list of its users, the page in the middle, by cursor", 200, (at, _) => at.Request("GET", deep[at])),
            ("list of its users, the page in the middle, by number", 200, (at, _) => at.Request("GET", $"/v3/organizations/{Vendor.Big.Value}/users?page={at.Vendor.BigUsers / 40}&limit=20")),
            ("append to a user of the big organization", 204, (at, _) => CommandLines.NextMember(at, Math.Min(1000, at.Vendor.ManyMembers), firstGroup: 251)),
        };
        foreach (var (name, expected, request) in works)
        {
            var (fewer, more) = (new List<Round>(), new List<Round>());
            foreach (var _ in sizes.RoundsAfterWarmUp(() => (fewer, more) = ([], [])))
            {
                fewer.Add(await Load.ClosedAsync(small.Server, small.Charged, Clients, sizes.Duration, n => request(small, n), expected));
                more.Add(await Load.ClosedAsync(big.Server, big.Charged, Clients, sizes.Duration, n => request(big, n), expected));
            }

            var (little, much) = (report.Add(Figure.Of("P10", $"{name}, a tenth of the data, c={Clients}", fewer)), report.Add(Figure.Of("P10", $"{name}, all data, c={Clients}", more)));
            report.Add(new Ratio("P10", $"{name}: cost at 10x the data", little.Value / much.Value, 1.2, AtMost: true));
        }
    }

    /// <summary>The address of the page after the one in the middle, as the service names it.</summary>
    private static async Task<string> DeepAsync(Installation at)
    {
        var page = await at.SendAsync("GET", $"/v3/organizations/{Vendor.Big.Value}/users?page={at.Vendor.BigUsers / 40}&limit=20");
        var next = new Uri(at.Server, page.Header("Link")!.Split('<', '>')[1]);
        return next.PathAndQuery;
    }
}
