namespace EventSourcedOrgs.Domain.Tests.Activations;

/// <summary>Ada's machine, what it says of itself, and the licence it wants to use.</summary>
internal static class Machines
{
    public static readonly ActivationId Laptop = new(Number(1001));
    public static readonly string Print = new('a', 64);

    public static MachineReport Report { get; } = new(new(MachineOs.Linux), Personal.Of(Laptop, new MachineAddress("drawing-board", "203.0.113.7")), Print, "ada", []);

    public static Attempt Asking { get; } = new(Designer, Report, null, null, null, []);

    public static ActivationCreated Activated { get; } = new(Laptop, Pro, Designer, null, Report, null, null);

    public static License ProWith(Func<LicensePolicy, LicensePolicy> policy, params LicenseEvent[] then) =>
        then.Prepend(ProOf(Acme) with { Policy = policy(new()) }).Aggregate(License.Initial, License.Evolve);

    public static License ProAsIs => ProWith(policy => policy);

    public static Places Taken(int places, int deactivations = 0) => new(places, deactivations, LicenseUsage.None);

    public static Attempt On(Func<Machine, Machine> machine) => Asking with { Report = Report with { Machine = machine(Report.Machine) } };

    public static Attempt From(string? address) => Asking with { Report = Report with { Address = Personal.Of(Laptop, new MachineAddress("drawing-board", address)) } };
}
