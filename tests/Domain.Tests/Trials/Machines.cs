namespace EventSourcedOrgs.Domain.Tests.Trials;

/// <summary>A policy, and Ada's machine on which she tries the Designer.</summary>
internal static class Machines
{
    public static readonly TrialPolicyId Fortnight = new(Number(1101));
    public static readonly TrialActivationId OnLaptop = new(Number(1102));

    public static readonly TimeSpan Length = TimeSpan.FromDays(14);

    public static TrialTerms Terms { get; } = new((int)Length.TotalSeconds);

    public static MachineReport Report { get; } =
        new(new(MachineOs.Linux), Personal.Of(OnLaptop, new MachineAddress("drawing-board", "203.0.113.7")), Print(1, 2, 3, 4), "ada", []);

    public static TrialActivationCreated Started { get; } = new(OnLaptop, Designer, Report, Noon + Length);

    /// <summary>A fingerprint of hashes that are told apart by these numbers.</summary>
    public static string Print(params int[] parts) => string.Concat(parts.Select(part => $"{part:x64}"));

    public static TrialPolicy PolicyOf(Func<TrialTerms, TrialTerms> terms) => TrialPolicy.Evolve(TrialPolicy.Initial, new TrialPolicyCreated(Fortnight, "Fortnight", terms(Terms)));

    public static TrialPolicy Policy => PolicyOf(terms => terms);
}
