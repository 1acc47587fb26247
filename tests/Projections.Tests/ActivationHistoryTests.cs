using CsCheck;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>The life of licences: one line for every event that counts, in the organization that the licence belonged to.</summary>
public class ActivationHistoryTests
{
    [Fact]
    public void Every_event_of_a_license_is_a_line_where_the_license_belonged() =>
        World.Steps.Sample(steps =>
        {
            var world = new World(1, steps);
            Lines(new ActivationHistory().Fold(world.Events())).ShouldBe(Expected(world, 1), ignoreOrder: true);
        }, iter: 200);

    [Theory, InlineData(1), InlineData(7), InlineData(500)]
    public async Task It_is_read_page_by_page_newest_first_whatever_the_page_size(int pageSize)
    {
        await using var store = await DomainStore.StartAsync(pageSize);
        var worlds = new List<(World World, long First)>();
        await World.Steps.SampleAsync(async steps =>
        {
            var world = new World(worlds.Count + 1, steps);
            worlds.Add((world, await store.AppendAsync(world.History)));
        }, iter: pageSize == 500 ? 6 : 2, threads: 1);
        await store.CatchUpAsync();

        foreach (var (world, first) in worlds)
        {
            var expected = Expected(world, first);
            foreach (var license in world.Licenses)
            {
                var lines = await Walk(store, request => new ListLicenseHistory.Handler(store.History).Handle(new(license, request), CancellationToken.None));
                lines.ShouldBe(expected.Where(line => line.License == license), ignoreOrder: true);
                lines.Select(line => line.Position).ShouldBeInOrder(SortDirection.Descending);
            }

            foreach (var organization in world.Organizations)
            {
                var lines = await Walk(store, request => new ListOrganizationLicenseHistory.Handler(store.History).Handle(new(organization, null, request), CancellationToken.None));
                lines.ShouldBe(expected.Where(line => line.Organization == organization), ignoreOrder: true);
                lines.Select(line => line.Position).ShouldBeInOrder(SortDirection.Descending);
            }
        }
    }

    [Fact]
    public async Task A_license_that_never_was_has_no_history()
    {
        await using var store = await DomainStore.StartAsync();
        (await new ListLicenseHistory.Handler(store.History).Handle(new(Id.New<LicenseId>(), new()), CancellationToken.None)).Refusal.ShouldBe(Refusal.LicenseNotFound);
    }

    private sealed record Line(LicenseId License, OrganizationId? Organization, string Kind, long Position, DateTimeOffset At);

    private static IEnumerable<Line> Lines(Rows rows) => rows.Versions(ActivationHistory.Entries).Select(v => Of(v.Row));

    private static Line Of(HistoryRow row) => new(row.LicenseId, row.OrganizationId, row.Kind, row.Position, row.At);

    private static async Task<List<Line>> Walk(DomainStore store, Func<ListRequest, Task<Result<ListPage<HistoryRow>>>> ask)
    {
        var lines = new List<Line>();
        var request = new ListRequest { Limit = 3 };
        for (string? cursor = null; ;)
        {
            var page = (await ask(request with { Cursor = cursor })).Value!;
            page.Position.ShouldBe(store.Progress.Of(ActivationHistory.ModelName).Position);
            lines.AddRange(page.Rows.Select(Of));
            page.Rows.ShouldAllBe(row => row.Actor == DomainStore.Actor);
            if ((cursor = page.Next) is null)
                return lines;
        }
    }

    /// <summary>The lines as a reading of the bare events gives them.</summary>
    private static List<Line> Expected(World world, long first)
    {
        var lines = new List<Line>();
        var owners = new Dictionary<LicenseId, OrganizationId?>();
        foreach (var (happening, n) in world.History.Select((happening, n) => (happening, n)).Where(h => h.happening.Data is LicenseEvent))
        {
            var license = new LicenseId(happening.Stream);
            var former = owners.GetValueOrDefault(license);
            owners[license] = happening.Data switch { LicenseCreated e => e.Organization, LicenseTransferred e => e.Organization, _ => former };
            if (happening.Data is LicenseTransferred && former is not null)
                lines.Add(new(license, former, "transferred-away", first + n, happening.At));
            lines.Add(new(license, owners[license], happening.Data switch
            {
                LicenseCreated => "created",
                LicenseExpiryChanged => "expiry-changed",
                LicenseRenewed => "renewed",
                LicenseExtended => "extended",
                LicenseSuspended => "suspended",
                LicenseReinstated => "reinstated",
                LicenseRevoked => "revoked",
                LicenseRevocationLifted => "revocation-lifted",
                LicenseTransferred => "transferred",
                LicenseDeleted => "deleted",
                PrimaryUserAssignedToLicense => "primary-user-assigned",
                PrimaryUserUnassignedFromLicense => "primary-user-unassigned",
                UserAssignedToLicense => "user-assigned",
                UserUnassignedFromLicense => "user-unassigned",
                GroupAssignedToLicense => "group-assigned",
                _ => "group-unassigned",
            }, first + n, happening.At));
        }

        return lines;
    }
}
