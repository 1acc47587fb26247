using EventSourcedOrgs.Domain;
using EventSourcedOrgs.Domain.Activations;
using EventSourcedOrgs.Domain.Licenses;
using JasperFx.Events;

namespace EventSourcedOrgs.Projections.Tests;

/// <summary>
/// Machines that come and go at random, under three licences of two organizations: with leases and without, renewed, deactivated, deleted, refused; ended leases are
/// recorded late or never, licences change hands and places, and many things happen at the same minute.
/// </summary>
internal sealed class Floor
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<Happening> history = [];
    private readonly Dictionary<ActivationId, (LicenseId License, DateTimeOffset? Lease)> live = [];
    private readonly Dictionary<LicenseId, bool> gone = [];
    private readonly DateTimeOffset now = Start;
    private int machines;

    public Floor(Random random, int steps)
    {
        Organizations = [Id.New<OrganizationId>(), Id.New<OrganizationId>()];
        Licenses = [Id.New<LicenseId>(), Id.New<LicenseId>(), Id.New<LicenseId>()];
        foreach (var (license, n) in Licenses.Select((license, n) => (license, n)))
            Tell(license.Value, new LicenseCreated(license, default, null, $"KEY-{n}", n < 2 ? Organizations[n] : null, null, new() { AllowedActivations = n + 2 }, new(), null, now, null));
        for (var step = 0; step < steps; step++)
        {
            now += TimeSpan.FromMinutes(random.Next(0, 40));
            Step(random);
        }
    }

    public OrganizationId[] Organizations { get; }

    public LicenseId[] Licenses { get; }

    public IReadOnlyList<Happening> History => history;

    /// <summary>A while after the last thing that happened.</summary>
    public DateTimeOffset Ends => now.AddDays(2);

    public DateTimeOffset SomeTime(Random random) => Start.AddMinutes(random.Next(-60, (int)(now - Start).TotalMinutes));

    public static ActivationId Machine(int n) => new(new Guid(n, 7, 7, [1, 2, 3, 4, 5, 6, 7, 8]));

    public static LicenseId License(int n) => new(new Guid(n, 8, 8, [1, 2, 3, 4, 5, 6, 7, 8]));

    public static MachineReport Report(ActivationId id, int n) => new(new(MachineOs.Linux), Personal.Of(id, new MachineAddress("drawing-board", null)), $"{n:x64}", "ada", []);

    private void Step(Random random)
    {
        var license = Licenses[random.Next(Licenses.Length)];
        var lasting = live.Where(machine => machine.Value.Lease is null || machine.Value.Lease > now).Select(machine => machine.Key).ToList();
        var one = lasting.Count == 0 ? (ActivationId?)null : lasting[random.Next(lasting.Count)];
        switch (random.Next(20))
        {
            case < 7 when !gone.ContainsKey(license):
                var id = Id.New<ActivationId>();
                var lease = random.Next(3) == 0 ? (DateTimeOffset?)null : now.AddMinutes(random.Next(1, 180));
                live[id] = (license, lease);
                Tell(id.Value, new ActivationCreated(id, license, default, null, Report(id, random.Next(5) == 0 ? machines : ++machines), lease, null));
                break;
            case < 11 when one is { } synced && live[synced].Lease is not null:
                live[synced] = live[synced] with { Lease = now.AddMinutes(random.Next(1, 180)) };
                Tell(synced.Value, new ActivationSynced(synced, live[synced].License, Report(synced, 1), live[synced].Lease));
                break;
            case < 14 when one is { } ended:
                End(ended, random.Next(2) == 0 ? ActivationEnd.Deactivated : ActivationEnd.Deleted);
                break;
            case 14:
                foreach (var over in live.Where(machine => machine.Value.Lease <= now).Select(machine => machine.Key).ToList())
                    End(over, ActivationEnd.LeaseEnded);
                break;
            case 15 or 16:
                var refused = Id.New<ActivationId>();
                Tell(refused.Value, new ActivationRefused(refused, license, null, "ACTIVATION_LIMIT_REACHED", Report(refused, 1)));
                break;
            case 17 when !gone.ContainsKey(license):
                Tell(license.Value, new LicensePolicyChanged(license, new() { AllowedActivations = random.Next(0, 6) }));
                break;
            case 18 when !gone.ContainsKey(license):
                Tell(license.Value, new LicenseTransferred(license, random.Next(3) == 0 ? null : Organizations[random.Next(2)]));
                break;
            case 19 when random.Next(12) == 0:
                Tell(license.Value, new LicenseDeleted(license));
                gone[license] = true;
                break;
        }
    }

    private void End(ActivationId id, ActivationEnd reason)
    {
        Tell(id.Value, new ActivationEnded(id, live[id].License, reason));
        live.Remove(id);
    }

    private void Tell(Guid stream, object data)
    {
        if (!(data is LicenseEvent && gone.ContainsKey(new(stream))))
            history.Add(new(stream, data is LicenseEvent ? typeof(License) : typeof(Activation), data, now));
    }
}

/// <summary>Events as a read model gets them, one after the other.</summary>
internal static class Happened
{
    public static IEnumerable<IEvent> All(params (DateTimeOffset At, object Data)[] happenings) => happenings.Select((happening, n) =>
    {
        var e = (IEvent)Activator.CreateInstance(typeof(Event<>).MakeGenericType(happening.Data.GetType()), happening.Data)!;
        var stream = happening.Data switch { ActivationCreated x => x.Activation.Value, ActivationSynced x => x.Activation.Value, ActivationEnded x => x.Activation.Value, _ => Guid.NewGuid() };
        (e.Id, e.Sequence, e.StreamId, e.Timestamp) = (Guid.NewGuid(), n + 1, stream, happening.At);
        return e;
    });
}
