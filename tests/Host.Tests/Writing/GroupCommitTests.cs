using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json.Nodes;
using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.UserGroups;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedOrgs.Host.Tests.Writing;

public class GroupCommitTests
{
    /// <summary>Everything that is stored of a stream but its ids, its times and what it says.</summary>
    private const string Stored = """
        select jsonb_build_object(
            'stream', (select to_jsonb(s) - 'id' - 'timestamp' - 'created' from events.mt_streams s where s.id = $1),
            'events', (select jsonb_agg(to_jsonb(e) - 'seq_id' - 'id' - 'stream_id' - 'data' - 'timestamp' - 'causation_id' - 'correlation_id' - 'headers' - 'user_name' order by version) from events.mt_events e where e.stream_id = $1),
            'state', (select to_jsonb(d) - 'id' - 'mt_last_modified' - 'data' from events.mt_doc_usergroup d where d.id = $1),
            'said', (select d.data - 'id' - 'recorded' from events.mt_doc_usergroup d where d.id = $1))::text
        """;

    [Fact]
    public async Task What_is_written_is_what_Marten_would_have_written()
    {
        var acme = await Acme.With(seats: 1);
        var ours = UserGroupId.From(Guid.Parse(await acme.Group("Writers")));
        await acme.Vendor.Patch($"{acme.Path}/user-groups/{ours}", new { name = "Authors" }).Expect(200);

        var theirs = Id.New<UserGroupId>();
        await using (var session = acme.Host.Services.GetRequiredService<IDocumentStore>().LightweightSession())
        {
            var organization = await session.LoadAsync<Organization>(OrganizationId.From(Guid.Parse(acme.Id)));
            session.Events.StartStream<UserGroup>(theirs.Value, UserGroup.New(theirs, organization!, "Writers", null).Events);
            await session.SaveChangesAsync();
        }

        await using (var session = acme.Host.Services.GetRequiredService<IDocumentStore>().LightweightSession())
        {
            var stream = await session.Events.FetchForWriting<UserGroup>(theirs.Value);
            stream.AppendMany(await EventsOf(session, ours));
            await session.SaveChangesAsync();
        }

        (await acme.Host.Scalar<string>(Stored, ours.Value)).ShouldBe(await acme.Host.Scalar<string>(Stored, theirs.Value));

        static async Task<IEnumerable<object>> EventsOf(IDocumentSession session, UserGroupId group) => (await session.Events.FetchStreamAsync(group.Value)).Skip(1).Select(e => e.Data);
    }

    [Fact]
    public async Task Documents_beside_events_are_written_as_Marten_would_have_written_them()
    {
        const string Row = "select (to_jsonb(d) - 'id' - 'data' - 'mt_version' - 'mt_last_modified')::text || (select string_agg(key || jsonb_typeof(value), ',' order by key) from jsonb_each(d.data)) from events.";
        var acme = await Acme.With(seats: -1);
        var (ours, theirs, claim) = (Guid.Parse(await acme.User()), Guid.NewGuid(), $"{Guid.NewGuid()}");
        await using (var session = acme.Host.Services.GetRequiredService<IDocumentStore>().LightweightSession())
        {
            session.Insert(acme.Host.Services.GetRequiredService<PersonKeys>().Make(theirs));
            session.Insert(new Claim(claim, theirs));
            await session.SaveChangesAsync();
            (await session.LoadAsync<PersonKey>(ours))!.Id.ShouldBe(ours);
        }

        (await acme.Host.Scalar<string>($"{Row}mt_doc_personkey d where id = $1", ours)).ShouldBe(await acme.Host.Scalar<string>($"{Row}mt_doc_personkey d where id = $1", theirs));
        (await acme.Host.Scalar<string>($"{Row}mt_doc_claim d where data ->> 'holder' = $1", $"{ours}")).ShouldBe(await acme.Host.Scalar<string>($"{Row}mt_doc_claim d where id = $1", claim));
        (await acme.Host.Scalar<string>($"{Row}mt_doc_credentials d where id = $1", ours)).ShouldContain(nameof(Credentials));
    }

    [Fact]
    public async Task Names_that_are_given_up_and_taken_at_the_same_time_belong_to_whoever_has_them_in_the_end()
    {
        var acme = await Acme.With(seats: 1);
        string[] names = ["North", "East", "South", "West"];
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async worker =>
        {
            var random = new Random(worker);
            for (var (round, own) = (0, default(string)); round < 25; round++)
            {
                using var response = await ((own, random.Next(3)) switch
                {
                    (null, _) => acme.Vendor.Post($"{acme.Path}/user-groups", new { name = names[random.Next(names.Length)] }),
                    (_, 0) => acme.Vendor.Delete($"{acme.Path}/user-groups/{own}"),
                    _ => acme.Vendor.Patch($"{acme.Path}/user-groups/{own}", new { name = names[random.Next(names.Length)] }),
                });
                ((int)response.StatusCode).ShouldBeOneOf(200, 201, 204, 409);
                own = response.StatusCode switch
                {
                    HttpStatusCode.Created => JsonNode.Parse(await response.Content.ReadAsStringAsync())!.Id(),
                    HttpStatusCode.NoContent => null,
                    _ => own,
                };
            }
        }));

        var taken = await acme.Host.Scalar<string[]>(
            "select coalesce(array_agg(data ->> 'name'), '{}') from events.mt_doc_usergroup where data ->> 'organization' = $1 and not (data ->> 'deleted')::boolean", acme.Id);
        taken.ShouldBeUnique();
        foreach (var name in names)
        {
            using var response = await acme.Vendor.Post($"{acme.Path}/user-groups", new { name });
            ((int)response.StatusCode).ShouldBe(taken.Contains(name) ? 409 : 201, name);
        }
    }

    [Fact]
    public async Task Commands_that_come_together_are_committed_together_and_who_loses_takes_nobody_along()
    {
        var sizes = new List<int>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => { if (instrument.Name == "eventsourcedorgs.commit.units") self.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<int>((_, size, _, _) => { lock (sizes) sizes.Add(size); });
        listener.Start();
        var acme = await Acme.With(seats: 1);

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async n =>
        {
            using var response = await acme.Vendor.Post($"{acme.Path}/user-groups", new { name = n % 4 == 0 ? "Taken" : $"Group {n}" });
            return (n, Status: (int)response.StatusCode);
        }));

        answers.Where(answer => answer.n % 4 != 0).ShouldAllBe(answer => answer.Status == 201);
        answers.Count(answer => answer.n % 4 == 0 && answer.Status == 201).ShouldBe(1);
        answers.Count(answer => answer.n % 4 == 0 && answer.Status == 409).ShouldBe(49);
        sizes.Max().ShouldBeGreaterThan(1);
        (await acme.Host.Scalar<long>("select count(*) from events.mt_doc_usergroup where data ->> 'organization' = $1", acme.Id)).ShouldBe(151);
    }

    [Fact]
    public async Task Users_of_one_licence_can_be_removed_all_at_once()
    {
        var acme = await Acme.With(seats: -1);
        var license = (await (await Designer.For(acme.Vendor)).License(("organizationId", acme.Id))).Id();
        var users = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => acme.User()));
        foreach (var user in users)
            await acme.Vendor.Put($"{acme.Path}/licenses/{license}/users/{user}").Expect(204);

        await Task.WhenAll(users.Select(user => acme.Vendor.Delete($"{acme.Path}/users/{user}").Expect(204)));

        (await acme.Host.Scalar<int>("select coalesce(jsonb_array_length(data -> 'users'), 0) from events.mt_doc_license where id = $1", Guid.Parse(license))).ShouldBe(0);
        (await acme.Host.Scalar<int>("select (data ->> 'seatsUsed')::int from events.mt_doc_organization where id = $1", Guid.Parse(acme.Id))).ShouldBe(0);
    }

    [Fact]
    public async Task Hosts_that_fill_the_same_seats_at_once_fill_exactly_those()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: 10, host);
        await TestHost.AlongsideAsync(host, TimeProvider.System, async second =>
        {
            using var admin = await acme.Admin();
            using var other = second.Client(admin.DefaultRequestHeaders.Authorization!.Parameter);
            var statuses = await Task.WhenAll(Enumerable.Range(0, 100).Select(async n =>
            {
                using var response = await (n % 2 == 0 ? admin : other).Post($"{acme.Path}/users", Acme.Person());
                return (int)response.StatusCode;
            }));

            statuses.Count(status => status == 201).ShouldBe(9);
            statuses.Count(status => status == 400).ShouldBe(91);
        });
        (await host.Scalar<long>("select count(*) from events.mt_doc_user where data ->> 'organization' = $1", acme.Id)).ShouldBe(10);
    }

    [Fact]
    public async Task What_another_Host_has_committed_is_read_at_once()
    {
        await using var host = await TestHost.StartAsync();
        var acme = await Acme.With(seats: 1, host);
        await TestHost.AlongsideAsync(host, TimeProvider.System, async second =>
        {
            using var other = second.Client(acme.Vendor.DefaultRequestHeaders.Authorization!.Parameter);
            for (var n = 0; n < 20; n++)
            {
                await (n % 2 == 0 ? acme.Vendor : other).Patch(acme.Path, new { name = $"Acme {n}" }).Expect(200);
                (await (n % 2 == 0 ? other : acme.Vendor).Get(acme.Path).Expect(200)).Text("name").ShouldBe($"Acme {n}");
            }
        });
    }
}
