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

    /// <summary>An hour in which nothing happens.</summary>
    public static readonly Step Wait = new(Deed.Wait, 0, 0, 0, 0);

    public static readonly string[] Users = ["Ada", "Ben", "Cleo"];
    public static readonly string[] Groups = ["Engineers", "Writers", "Pilots"];
    public static readonly string[] Licenses = ["Pro", "Soon", "Own", "Air"];
    public static readonly string[] Organizations = ["Acme", "Globex"];

    private static readonly Deed[] Ends = [Deed.DeleteUser, Deed.DeleteGroup, Deed.DeleteLicense, Deed.DeleteOrganization, Deed.DeleteOrganizationAlone];

    /// <summary>What opens is more likely than what closes, so that much is open, and much is closed for one reason only.</summary>
    private static readonly Gen<Deed> Deeds = Gen.Frequency(
        (9, Gen.Const(Deed.Join)), (9, Gen.Const(Deed.OpenGroup)), (4, Gen.Const(Deed.Name)), (3, Gen.Const(Deed.Own)), (1, Gen.Const(Deed.ReinstateOrganization)),
        (13, Gen.OneOf([.. Enum.GetValues<Deed>().Except(Ends).Select(Gen.Const)])), (1, Gen.OneOf([.. Ends.Select(Gen.Const)])));

    /// <summary>The first of a few is more likely than the others, so that much happens to the same ones.</summary>
    public static readonly Gen<Step> Any = Gen.Select(
        Deeds, Mostly(2), Mostly(2), Mostly(3), Gen.Int[0, 5], (deed, user, group, license, number) => new Step(deed, user, group, license, number));

    /// <summary>Random histories.</summary>
    public static readonly Gen<Step[]> Histories = Gen.Frequency((1, Any.Array[1, Most]), (2, Any.Array[Most / 2, Most]));

    /// <summary>From when until when an assignment of this step counts, in hours from now.</summary>
    public (int? From, int? Until) Window => Number switch
    {
        3 => (2, null),
        4 => (null, 3),
        5 => (1, 4),
        _ => (null, null),
    };

    private string Elsewhere => Number % 3 == 0 ? "nobody" : Organizations[Number % 2];

    public override string ToString() => Deed switch
    {
        Deed.Join or Deed.Leave or Deed.JoinAgain => $"{Deed}: {Users[User]}, {Groups[Group]}",
        Deed.OpenGroup => $"{Deed}: {Groups[Group]}, {Licenses[License]}{Within}",
        Deed.CloseGroup => $"{Deed}: {Groups[Group]}, {Licenses[License]}",
        Deed.Name => $"{Deed}: {Users[User]}, {Licenses[License]}{Within}",
        Deed.Unname or Deed.Own => $"{Deed}: {Users[User]}, {Licenses[License]}",
        Deed.Move or Deed.MoveAlone => $"{Deed}: {Users[User]} to {Elsewhere}",
        Deed.Transfer or Deed.TransferAlone => $"{Deed}: {Licenses[License]} to {Elsewhere}",
        Deed.SuspendUser or Deed.ReinstateUser or Deed.DeleteUser => $"{Deed}: {Users[User]}",
        Deed.SuspendOrganization or Deed.ReinstateOrganization or Deed.DeleteOrganization or Deed.DeleteOrganizationAlone => $"{Deed}: {Organizations[Number % 2]}",
        Deed.DeleteGroup => $"{Deed}: {Groups[Group]}",
        Deed.Expire or Deed.Extend => $"{Deed}: {Licenses[License]}, {Number}",
        Deed.Wait => "Wait",
        _ => $"{Deed}: {Licenses[License]}",
    };

    private string Within => Window is (null, null) ? "" : $" from {Window.From} until {Window.Until}";

    private static Gen<int> Mostly(int last) => Gen.Frequency((1, Gen.Const(0)), (1, Gen.Int[0, last]));
}
