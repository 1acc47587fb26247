using EventSourcedOrgs.Application;
using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Organizations;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;
using EventSourcedOrgs.Tests;
using Npgsql;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>
/// The history of a vendor with as many customers as so many events are: organizations with users in groups, licences assigned to them, machines that are activated, synced and given
/// back, of fifty customers at a time. It is written by COPY, as what commands would have written.
/// </summary>
internal static class Installation
{
    private const int AtOnce = 50;
    private static readonly ProductId Product = Id.New<ProductId>();

    public static async Task LoadAsync(NpgsqlDataSource source, int events)
    {
        var versions = new Dictionary<Guid, long>();
        await HistoryCopy.WriteAsync(
            source, new(new byte[Secrets.KeySize]), 0, Interleaved().Take(events), (stream, _, _) => versions[stream] = versions.GetValueOrDefault(stream) + 1);
        await source.ScalarAsync("insert into events.mt_streams (id, type, version, timestamp, created, tenant_id) select stream_id, 'any', max(version), max(timestamp), min(timestamp), '*DEFAULT*' from events.mt_events group by stream_id");
        await source.ScalarAsync($"insert into events.mt_event_progression (name, last_seq_id) values ('HighWaterMark', {events}); select setval('events.mt_events_sequence', {events}); analyze events.mt_events");
    }

    private static IEnumerable<(Guid Stream, object Data)> Interleaved()
    {
        var random = new Random(26);
        var customers = Enumerable.Range(0, AtOnce).Select(n => Customer(n).GetEnumerator()).ToArray();
        for (var next = AtOnce; ;)
        {
            var n = random.Next(AtOnce);
            while (!customers[n].MoveNext())
                customers[n] = Customer(next++).GetEnumerator();
            yield return customers[n].Current;
        }
    }

    private static IEnumerable<(Guid Stream, object Data)> Customer(int number)
    {
        var (organization, random) = (Id.New<OrganizationId>(), new Random(number));
        yield return (organization.Value, new OrganizationCreated(organization, $"Customer {number}", $"it@customer{number}.example", null, 25, null, null));
        var groups = Enumerable.Range(0, 3).Select(_ => Id.New<UserGroupId>()).ToArray();
        foreach (var group in groups)
            yield return (group.Value, new UserGroupCreated(group, organization, $"Group {group.Value:N}", "People who work together"));

        var users = Enumerable.Range(0, 20).Select(_ => Id.New<UserId>()).ToArray();
        foreach (var user in users)
        {
            yield return (organization.Value, new UserJoinedOrganization(organization, user));
            yield return (user.Value, new UserCreated(
                user, Personal.Of(user, "Ada"), Personal.OfText(user, "Lovelace"), Personal.Of(user, $"ada.{user.Value:N}@customer{number}.example"), null, Role.User, organization, true));
            yield return (user.Value, new UserAddedToGroup(user, groups[random.Next(groups.Length)]));
        }

        foreach (var license in Enumerable.Range(0, 5).Select(_ => Id.New<LicenseId>()))
        {
            yield return (license.Value, new LicenseCreated(
                license, Product, null, $"{license.Value:N}".ToUpperInvariant(), organization, null, new() { AllowedActivations = 10 }, new(), null, HistoryCopy.Start, HistoryCopy.Start));
            yield return (license.Value, new GroupAssignedToLicense(license, groups[random.Next(groups.Length)]));
            foreach (var user in users.Take(4))
            {
                var activation = Id.New<ActivationId>();
                yield return (activation.Value, new ActivationCreated(activation, license, Product, user, Report(activation, random.Next()), null, null));
                for (var n = 0; n < 6; n++)
                    yield return (activation.Value, new ActivationSynced(activation, license, Report(activation, random.Next()), null));
                yield return (activation.Value, new ActivationEnded(activation, license, ActivationEnd.Deactivated));
            }
        }
    }

    private static MachineReport Report(ActivationId id, int n) =>
        new(new(MachineOs.Linux) { OsVersion = "6.12" }, Personal.Of(id, new MachineAddress("drawing-board", "192.0.2.7")), $"{n:x64}", "4f2d", []);
}
