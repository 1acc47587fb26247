using System.Text.Json;

namespace EventSourcedOrgs.Client;

/// <summary>Why there is no licence, or why something was not done. The names are stable; <see cref="Problem.Code"/> writes them for scripts and logs.</summary>
public enum Reason
{
    /// <summary>The application was never activated on this machine, or was deactivated.</summary>
    NotActivated,

    /// <summary>The text is not what it should be, or not all of it.</summary>
    Malformed,

    /// <summary>It is not signed with the key of the product: it was altered, or somebody else made it.</summary>
    Altered,

    /// <summary>It is something else: an online token or a request where a response is wanted.</summary>
    WrongKind,

    /// <summary>It is for another product.</summary>
    ForeignProduct,

    /// <summary>It is for another machine.</summary>
    ForeignMachine,

    /// <summary>It answers no request that this machine is waiting for: it was used before, or belongs to an older request.</summary>
    OtherRequest,

    /// <summary>The response was good until a time that is past.</summary>
    ResponseExpired,

    /// <summary>The licence has expired.</summary>
    LicenseExpired,

    /// <summary>The vendor has suspended the licence.</summary>
    LicenseSuspended,

    /// <summary>The lease has ended; sync in time to renew it.</summary>
    LeaseEnded,

    /// <summary>The application has not reached the server for longer than the licence allows.</summary>
    SyncOverdue,

    /// <summary>The clock of the machine is behind a time it has shown before.</summary>
    ClockTurnedBack,

    /// <summary>The server has ended the activation: by a deactivation, the vendor, or a revoked response.</summary>
    ActivationEnded,

    /// <summary>The server refuses; <see cref="Problem.ServerCode"/> says why.</summary>
    Refused,

    /// <summary>The server cannot be reached or is out of order.</summary>
    Unreachable,
}

/// <summary>A reason, and what there is to say about it.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Detail">For people; it may be worded differently another day.</param>
/// <param name="ServerCode">The code of the server's refusal, such as <c>ACTIVATION_LIMIT_REACHED</c>.</param>
public sealed record Problem(Reason Reason, string Detail, string? ServerCode = null)
{
    /// <summary>The stable name of the reason: <c>foreign-machine</c>.</summary>
    public string Code => JsonNamingPolicy.KebabCaseLower.ConvertName(Reason.ToString());
}

/// <summary>What was asked for, or the problem that stood against it. A token may come with a problem: it is genuine, and yet does not license now.</summary>
/// <typeparam name="T">What was asked for.</typeparam>
/// <param name="Value">What was asked for.</param>
/// <param name="Problem">What is wrong; null when nothing is.</param>
public readonly record struct Outcome<T>(T? Value, Problem? Problem)
    where T : class
{
    /// <summary>Whether nothing is wrong.</summary>
    public bool Succeeded => Problem is null;

    /// <summary>An outcome that is nothing but a problem.</summary>
    /// <param name="reason">The reason.</param>
    /// <param name="detail">For people.</param>
    internal static Outcome<T> Of(Reason reason, string detail) => new(null, new(reason, detail));
}
