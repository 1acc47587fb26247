using CsCheck;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>Who may use what, as rows: the same answers as the domain's own rule and as a reading of the bare events.</summary>
public class EffectiveAccessTests
{
    [Fact]
    public void The_rows_the_domain_and_the_bare_events_give_one_answer() => World.Steps.Sample(ShouldAgree, iter: 300);

    [Fact]
    public void They_give_one_answer_where_it_is_easily_wrong() => World.Traps.ToList().ForEach(ShouldAgree);

    [Theory, InlineData(1), InlineData(7), InlineData(500)]
    public async Task Questions_to_the_database_give_the_same_answers_now_and_then_whatever_the_page_size(int pageSize)
    {
        await using var store = await DomainStore.StartAsync(pageSize);
        var worlds = new List<(World World, long First)>();
        foreach (var steps in World.Traps)
            await AddAsync(steps);
        await World.Steps.SampleAsync(AddAsync, iter: pageSize == 500 ? 12 : 4, threads: 1);
        await store.CatchUpAsync();

        await ShouldHoldTheFold(store);
        foreach (var (world, first) in worlds)
        {
            foreach (var count in new[] { world.History.Count / 3, 2 * world.History.Count / 3, world.History.Count })
                await ShouldAnswerLikeTheOracle(store, world, first, count);
        }

        async Task AddAsync(Step[] steps)
        {
            var world = new World(worlds.Count + 1, steps);
            worlds.Add((world, await store.AppendAsync(world.History)));
        }
    }

    [Fact]
    public async Task A_group_of_ten_thousand_is_assigned_by_one_event_and_one_row()
    {
        await using var store = await DomainStore.StartAsync(5000);
        var (organization, group, license) = (Id.New<OrganizationId>(), Id.New<UserGroupId>(), Id.New<LicenseId>());
        await store.AppendTogetherAsync(
        [
            Of(organization, new OrganizationCreated(organization, "Acme", "office@acme.example", null, -1, null, null)),
            new(group.Value, typeof(UserGroup), new UserGroupCreated(group, organization, "Everybody", null), World.Start),
            new(license.Value, typeof(License), new LicenseCreated(license, Id.New<ProductId>(), null, "KEY", organization, null, new(), new(), null, World.Start, null), World.Start),
        ]);
        foreach (var part in Enumerable.Range(0, 10_000).Select(_ => Id.New<UserId>()).Chunk(1000))
        {
            await store.AppendTogetherAsync([.. part.SelectMany(user => (Happening[])
            [
                new(user.Value, typeof(User), new UserCreated(user, Personal.Of(user, "Ada"), null, Personal.Of(user, "a@acme.example"), null, Role.User, organization, true), World.Start),
                new(user.Value, typeof(User), new UserAddedToGroup(user, group), World.Start),
            ])]);
        }

        await store.CatchUpAsync();
        var before = await store.PositionAsync();
        await store.AppendTogetherAsync([new(license.Value, typeof(License), new GroupAssignedToLicense(license, group), World.Start)]);
        await store.CatchUpAsync();

        (await store.PositionAsync() - before).ShouldBe(1);
        var changed = 0L;
        foreach (var table in new EffectiveAccess().Tables)
            changed += (long)(await store.Source.ScalarAsync($"select count(*) from {table.Name} where since > {before} or until > {before}"))!;
        changed.ShouldBe(1);
        var opened = await Ask(store, new ListLicenseAccess(license, AccessView.Everything, new(World.Start) { Limit = 1000, Filter = new(Allowed: true) }));
        opened.Count.ShouldBe(10_000);
        opened.ShouldAllBe(row => row.Paths.Count == 1 && row.Paths[0].Since == before + 1 && row.Paths[0].UserGroupName == "Everybody");

        static Happening Of(OrganizationId id, OrganizationEvent e) => new(id.Value, typeof(Organization), e, World.Start);
    }

    private static void ShouldAgree(Step[] steps)
    {
        var world = new World(1, steps);
        var rows = new EffectiveAccess().Fold(world.Events());
        foreach (var position in new[] { world.History.Count / 2, world.History.Count })
        {
            var (states, oracle) = (States.Of(world.History.Take(position)), new AccessOracle([.. world.History.Take(position).Select(e => e.Data)]));
            var now = world.History[position - 1].At;
            foreach (var (user, license) in Pairs(world))
            {
                var (asked, told) = (states.Decide(user, license, now), oracle.Of(user, license, now));
                asked.Denial?.Code.ShouldBe(told.Code);
                asked.Paths.ShouldBe(told.Paths);
                Of(rows, position, user, license, now).ShouldBe(told, $"{user} {license}");
            }
        }
    }

    /// <summary>Every pair that some list names has the oracle's answer in every list; what no list names is denied.</summary>
    private static async Task ShouldAnswerLikeTheOracle(DomainStore store, World world, long first, int count)
    {
        var (states, oracle) = (States.Of(world.History.Take(count)), new AccessOracle([.. world.History.Take(count).Select(e => e.Data)], first));
        var now = world.History[count - 1].At;
        var request = new AccessRequest(now.AddYears(1)) { AsOf = await store.MomentAsync(first + count - 1), Limit = 3 };

        var byUser = new Dictionary<(UserId, LicenseId), AccessRow>();
        foreach (var user in world.Users)
            await AddAsync(byUser, new ListUserAccess(user, AccessView.Everything, request), states.Users.TryGetValue(user, out var state) && state.Exists);
        var byLicense = new Dictionary<(UserId, LicenseId), AccessRow>();
        foreach (var license in world.Licenses)
            await AddAsync(byLicense, new ListLicenseAccess(license, AccessView.Everything, request), states.Licenses.TryGetValue(license, out var state) && state.Exists);
        var byOrganization = new Dictionary<(UserId, LicenseId), AccessRow>();
        foreach (var organization in world.Organizations)
            await AddAsync(byOrganization, new ListOrganizationAccess(organization, request), states.Organizations.TryGetValue(organization, out var state) && state.Exists);

        foreach (var (user, license) in Pairs(world))
        {
            var told = oracle.Of(user, license, now);
            AccessRow?[] rows = [byUser.GetValueOrDefault((user, license)), byLicense.GetValueOrDefault((user, license)), byOrganization.GetValueOrDefault((user, license))];
            foreach (var row in rows.OfType<AccessRow>())
            {
                row.Allowed.ShouldBe(told.Code is null);
                new Answer(row.Code, row.Paths.Select(path => (new AccessPath(path.Kind, path.UserGroupId, new(path.From, path.Until)), path.Since)).ToValueList()).ShouldBe(told);
                row.Paths.ShouldAllBe(path => path.At == world.History[(int)(path.Since - first)].At && path.Actor == DomainStore.Actor);
            }

            (rows[0] is null).ShouldBe(rows[1] is null, $"{told} of {user} and {license}");
            if (told.Code is null)
                rows[0].ShouldNotBeNull($"{told} of {user} and {license}");
            if (told.Code is null && states.Users[user].Organization is not null)
                rows[2].ShouldNotBeNull();
        }

        await ShouldNarrow(store, world, states, request);

        async Task AddAsync(Dictionary<(UserId, LicenseId), AccessRow> rows, IAccessQuery query, bool exists)
        {
            foreach (var row in await Ask(store, query, exists))
            {
                if (row.License is not null)
                    rows.Add((row.User.Id, row.License.Id), row);
            }
        }
    }

    /// <summary>Filters leave the rows they name, and views the rows that may be seen.</summary>
    private static async Task ShouldNarrow(DomainStore store, World world, States states, AccessRequest request)
    {
        foreach (var organization in world.Organizations.Where(id => states.Organizations.TryGetValue(id, out var state) && state.Exists))
        {
            var all = await Ask(store, new ListOrganizationAccess(organization, request));
            await Same(new(Allowed: true), row => row.Allowed);
            await Same(new(Allowed: false), row => !row.Allowed);
            foreach (var group in world.Groups)
                await Same(new(UserGroup: group), row => states.Groups.TryGetValue(group, out var state) && state.Exists && states.Users[row.User.Id].Groups.Contains(group));
            foreach (var license in world.Licenses)
            {
                await Same(new(License: license), row => row.License?.Id == license);
                await Same(new(License: license, Allowed: true), row => row.License?.Id == license && row.Allowed);
            }

            foreach (var product in world.Products)
            {
                await Same(new(Product: product), row => row.License?.ProductId == product);
                await Same(new(Product: product, Allowed: true), row => row.License?.ProductId == product && row.Allowed);
                await Same(new(Product: product, Allowed: false), row => row.License?.ProductId == product && !row.Allowed);
                await Same(
                    new(Product: product, UserGroup: world.Groups[0]),
                    row => row.License?.ProductId == product && states.Groups.TryGetValue(world.Groups[0], out var state) && state.Exists && states.Users[row.User.Id].Groups.Contains(world.Groups[0]));
            }

            async Task Same(AccessFilter filter, Func<AccessRow, bool> fits) =>
                (await Ask(store, new ListOrganizationAccess(organization, request with { Filter = filter }))).ShouldBe(all.Where(fits), filter.ToString());
        }

        foreach (var user in states.Users.Values.Where(user => user.Exists))
        {
            var all = await Ask(store, new ListUserAccess(user.Id, AccessView.Everything, request));
            (await Ask(store, new ListUserAccess(user.Id, AccessView.Everything, request with { Filter = new(Allowed: true) }))).ShouldBe(all.Where(row => row.Allowed));
            (await Ask(store, new ListUserAccess(user.Id, new(null, user.Id), request))).ShouldBe(
                all.Where(row => Own(row) && Access.Paths(user, states.Licenses[row.License!.Id], states.Groups.Values).Any()), $"{user.Id}'s own");
            foreach (var organization in world.Organizations)
            {
                (await Ask(store, new ListUserAccess(user.Id, new(organization, null), request), user.Organization == organization))
                    .ShouldBe(user.Organization == organization ? all.Where(Own) : []);
            }

            bool Own(AccessRow row) => states.Licenses[row.License!.Id].Organization is not { } owner || owner == user.Organization;
        }

        foreach (var license in states.Licenses.Values.Where(license => license.Exists))
        {
            var all = await Ask(store, new ListLicenseAccess(license.Id, AccessView.Everything, request));
            (await Ask(store, new ListLicenseAccess(license.Id, AccessView.Everything, request with { Filter = new(Allowed: true) }))).ShouldBe(all.Where(row => row.Allowed));
            foreach (var product in world.Products)
                (await Ask(store, new ListLicenseAccess(license.Id, AccessView.Everything, request with { Filter = new(Product: product) }))).ShouldBe(license.Product == product ? all : []);
            foreach (var organization in world.Organizations)
            {
                (await Ask(store, new ListLicenseAccess(license.Id, new(organization, null), request), license.Organization == organization))
                    .ShouldBe(license.Organization == organization ? all.Where(row => states.Users[row.User.Id].Organization == organization) : []);
            }

            foreach (var user in states.Users.Values.Where(user => user.Exists))
            {
                var seen = Access.Paths(user, license, states.Groups.Values).Any() && (license.Organization is null || license.Organization == user.Organization);
                (await Ask(store, new ListLicenseAccess(license.Id, new(null, user.Id), request), seen)).ShouldBe(seen ? all.Where(row => row.User.Id == user.Id) : []);
            }
        }
    }

    /// <summary>All pages of a question.</summary>
    private static async Task<IReadOnlyList<AccessRow>> Ask(DomainStore store, IAccessQuery query, bool exists = true)
    {
        var rows = new List<AccessRow>();
        for (var next = query.Request; ;)
        {
            var answer = query switch
            {
                ListUserAccess q => await new ListUserAccess.Handler(store.Access).Handle(q with { Request = next }, CancellationToken.None),
                ListLicenseAccess q => await new ListLicenseAccess.Handler(store.Access).Handle(q with { Request = next }, CancellationToken.None),
                _ => await new ListOrganizationAccess.Handler(store.Access).Handle((ListOrganizationAccess)query with { Request = next }, CancellationToken.None),
            };
            (answer.Refusal is null).ShouldBe(exists, answer.Refusal?.ToString());
            if (answer.Refusal is not null)
                return [];

            rows.AddRange(answer.Value!.Rows);
            if (answer.Value.Next is not { } cursor)
                return rows;

            answer.Value.Rows.Count.ShouldBe(next.Limit);
            next = next with { Cursor = cursor, AsOf = null };
        }
    }

    private static async Task ShouldHoldTheFold(DomainStore store)
    {
        var rows = new EffectiveAccess().Fold(await store.HistoryAsync());
        await Same(EffectiveAccess.Organizations);
        await Same(EffectiveAccess.Users);
        await Same(EffectiveAccess.UserGroups);
        await Same(EffectiveAccess.Licenses);
        await Same(EffectiveAccess.Memberships);
        await Same(EffectiveAccess.Assignments);
        await Same(EffectiveAccess.AdditionalUsers);
        await Same(EffectiveAccess.PrimaryUsers);

        async Task Same<TKey, TRow>(Table<TKey, TRow> table) where TKey : notnull where TRow : class =>
            (await store.Source.QueryAsync($"select * from {table.Name}", r => new RowVersion<TRow>(table.Read(r), r.Get<long>("since"), r.Get<long?>("until"))))
                .ShouldBe(rows.Versions(table), ignoreOrder: true);
    }

    private static IEnumerable<(UserId, LicenseId)> Pairs(World world) => from user in world.Users from license in world.Licenses select (user, license);

    /// <summary>The answer that rows in memory give at a position.</summary>
    private static Answer Of(Rows rows, long position, UserId userId, LicenseId licenseId, DateTimeOffset now)
    {
        if (At(EffectiveAccess.Users).Select(v => v.Row).SingleOrDefault(row => row.Id == userId) is not { } user)
            return new(Access.UserUnknown.Code, []);
        if (At(EffectiveAccess.Licenses).Select(v => v.Row).SingleOrDefault(row => row.Id == licenseId) is not { } license)
            return new(Access.LicenseUnknown.Code, []);

        var all = (from edge in At(EffectiveAccess.PrimaryUsers) where edge.Row == new PrimaryUserEdge(licenseId, userId) select (Path: new AccessPath(AccessPathKind.PrimaryUser, null), Since: edge.Since))
            .Concat(from edge in At(EffectiveAccess.AdditionalUsers)
                    where edge.Row.License == licenseId && edge.Row.User == userId && edge.Since > license.Placed
                    select (Path: new AccessPath(AccessPathKind.AdditionalUser, null, edge.Row.Window), Since: edge.Since))
            .Concat(from membership in At(EffectiveAccess.Memberships)
                    join assignment in At(EffectiveAccess.Assignments) on membership.Row.UserGroup equals assignment.Row.UserGroup
                    join living in At(EffectiveAccess.UserGroups) on membership.Row.UserGroup equals living.Row.Id
                    where membership.Row.User == userId && assignment.Row.License == licenseId && membership.Since > user.Placed && assignment.Since > license.Placed
                    orderby living.Row.Id.Value
                    select (Path: new AccessPath(AccessPathKind.UserGroup, living.Row.Id, assignment.Row.Window), Since: Math.Max(membership.Since, assignment.Since)))
            .ToList();
        var ways = all.Where(way => way.Path.Window.Contains(now)).ToValueList();
        var home = user.Organization is { } id ? At(EffectiveAccess.Organizations).Select(v => v.Row).SingleOrDefault(row => row.Id == id) : null;
        var denial = user.Organization is not null && home is not { Suspended: false } ? Access.OrganizationSuspended
            : user.Suspended ? Access.UserSuspended
            : license.Revoked ? Access.LicenseRevoked
            : license.Suspended ? Access.LicenseSuspended
            : now < license.EffectiveDate ? Access.LicenseNotYetEffective
            : now >= license.ExpiresAt ? Access.LicenseExpired
            : license.Organization is not null && license.Organization != user.Organization ? Access.ForeignLicense
            : ways.Count > 0 ? null
            : all.Exists(way => way.Path.Window.BeginsAfter(now)) ? Access.AssignmentNotYetStarted
            : all.Count > 0 ? Access.AssignmentEnded
            : Access.NotAssigned;
        return new(denial?.Code, denial is null ? ways : []);

        IEnumerable<RowVersion<TRow>> At<TKey, TRow>(Table<TKey, TRow> table) where TKey : notnull where TRow : class =>
            rows.Versions(table).Where(v => v.Since <= position && (v.Until is null || v.Until > position));
    }
}
