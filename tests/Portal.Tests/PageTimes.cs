using System.Globalization;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace EventSourcedOrgs.Portal.Tests;

/// <summary>
/// The time that the server takes for each page of the demo, as <c>Server-Timing</c> tells it, warm, one page at a time. It asserts that pages answer, and no time. With RELIABILITY=long it prints the
/// table of docs/performance.md.
/// </summary>
[Collection(OnDemo.Name)]
public class PageTimes(DemoSite site, ITestOutputHelper output)
{
    private static readonly (int Warm, int Counted) Rounds = Environment.GetEnvironmentVariable("RELIABILITY") == "long" ? (5, 25) : (0, 0);

    [Fact]
    public async Task Of_every_page_of_the_demo()
    {
        if (Rounds.Counted == 0)
            return;

        output.WriteLine($"Load average at the start {await Load()}, {Environment.ProcessorCount} cores");
        output.WriteLine("| page | requests to the service | best ms | p50 ms | p95 ms |\n|---|---:|---:|---:|---:|");
        await Measure(null, Atlas.OfStrangers);
        await Measure(DemoSite.User, Atlas.OfUsers(site));
        await Measure(DemoSite.Admin, Atlas.OfOrganizationAdmins(site));
        await Measure(Site.SuperAdmin, [.. Atlas.OfCustomers(site), .. Atlas.OfLicensing(site), .. Atlas.OfTheAccount(site), .. Atlas.OfAuditorsAndOperators(site)]);
        output.WriteLine($"Load average at the end {await Load()}");
    }

    private async Task Measure(string? email, string[] addresses)
    {
        await using var visitor = email is null ? await site.Visit() : await site.Visit(email);
        foreach (var address in addresses)
        {
            var (times, requests) = (new List<double>(), "");
            for (var round = 0; round < Rounds.Warm + Rounds.Counted; round++)
            {
                var answer = await visitor.Context.APIRequest.GetAsync(address);
                answer.Status.ShouldBe(200, address);
                (var took, requests) = TimingOf(answer);
                times.Add(took);
                await answer.DisposeAsync();
            }

            var counted = times.Skip(Rounds.Warm).Order().ToList();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| `{Route(address)}` | {requests} | {counted[0]:0} | {At(counted, 0.5):0} | {At(counted, 0.95):0} |"));
        }
    }

    private static async Task<string> Load() => (await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0];

    private static double At(List<double> ordered, double share) => ordered[(int)(share * (ordered.Count - 1))];

    /// <summary>The route that an address is of, the most particular one.</summary>
    private static string Route(string address) =>
        Atlas.Routes.Where(route => Atlas.IsOf(route, address)).MinBy(route => route.Count(letter => letter == '{'))! + (address.Contains('?') ? "?" + address.Split('?')[1].Split('=')[0] : "");

    /// <summary>As in <c>page;dur=12.3, service;desc="3 requests"</c>.</summary>
    private static (double Milliseconds, string Requests) TimingOf(IAPIResponse answer)
    {
        var parts = answer.Headers["server-timing"].Split(", ");
        return (double.Parse(parts[0].Split("dur=")[1], CultureInfo.InvariantCulture), parts.Length < 2 ? "" : parts[1].Split('"')[1].Split(' ')[0]);
    }
}
