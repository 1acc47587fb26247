using CsCheck;

namespace EventSourcedOrgs.Oracle.Tests;

/// <summary>What a step of a history tries to do.</summary>
internal enum Deed
{
    Join, Leave, JoinAgain, OpenGroup, CloseGroup, Name, Unname, Own, Disown,
    Move, MoveAlone, Transfer, TransferAlone,
    SuspendUser, ReinstateUser, SuspendOrganization, ReinstateOrganization, SuspendLicense, ReinstateLicense, Revoke, LiftRevocation,
    Expire, Extend, Renew,
    DeleteUser, DeleteGroup, DeleteLicense, DeleteOrganization, DeleteOrganizationAlone,
    Wait,
}

/// <summary>One step of a random history: what is tried, with whom. Every step is an hour; whoever is named for the first time is created then.</summary>
internal readonly record struct Step(Deed Deed, int User, int Group, int License, int Number)
{
    /// <summary>The longest history; it is also the number of hours that pass.</summary>
    public const int Most = 24;

    public static readonly string[] Users = ["Ada", "Ben", "Cleo"];
    public static readonly string[] Groups = ["Engineers", "Writers", "Pilots"];
    public static readonly string[] Licenses = ["Pro", "Soon", "Own", "Air"];
    public static readonly string[] Organizations = ["Acme", "Globex"];

    /// <summary>What opens is more likely than what closes, so that much is open, and much is closed for one reason only.</summary>
    private static readonly Gen<Deed> Deeds = Gen.Frequency(
        (6, Gen.Const(Deed.Join)), (6, Gen.Const(Deed.OpenGroup)), (4, Gen.Const(Deed.Name)), (3, Gen.Const(Deed.Own)), (1, Gen.Const(Deed.ReinstateOrganization)),
        (14, Gen.Enum<Deed>()));

    public static readonly Gen<Step> Any = Gen.Select(
        Deeds, Gen.Frequency((3, Gen.Const(0)), (4, Gen.Int[0, 2])), Gen.Frequency((3, Gen.Const(0)), (4, Gen.Int[0, 2])), Gen.Frequency((3, Gen.Const(0)), (5, Gen.Int[0, 3])), Gen.Int[0, 5],
        (deed, user, group, license, number) => new Step(deed, user, group, license, number));

    /// <summary>Random histories.</summary>
    public static readonly Gen<Step[]> Histories = Any.Array[1, Most];

    private string Elsewhere => Number % 3 == 0 ? "nobody" : Organizations[Number % 2];

    public override string ToString() => Deed switch
    {
        Deed.Join or Deed.Leave or Deed.JoinAgain => $"{Deed}: {Users[User]}, {Groups[Group]}",
        Deed.OpenGroup or Deed.CloseGroup => $"{Deed}: {Groups[Group]}, {Licenses[License]}{Window}",
        Deed.Name or Deed.Unname or Deed.Own => $"{Deed}: {Users[User]}, {Licenses[License]}{Window}",
        Deed.Move or Deed.MoveAlone => $"{Deed}: {Users[User]} to {Elsewhere}",
        Deed.Transfer or Deed.TransferAlone => $"{Deed}: {Licenses[License]} to {Elsewhere}",
        Deed.SuspendUser or Deed.ReinstateUser or Deed.DeleteUser => $"{Deed}: {Users[User]}",
        Deed.SuspendOrganization or Deed.ReinstateOrganization or Deed.DeleteOrganization or Deed.DeleteOrganizationAlone => $"{Deed}: {Organizations[Number % 2]}",
        Deed.DeleteGroup => $"{Deed}: {Groups[Group]}",
        Deed.Expire or Deed.Extend => $"{Deed}: {Licenses[License]}, {Number}",
        Deed.Wait => "Wait",
        _ => $"{Deed}: {Licenses[License]}",
    };

    private static string Window => "";
}
