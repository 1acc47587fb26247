namespace EventSourcedOrgs.Oracle.Tests;

/// <summary>A rule that an oracle gets wrong on purpose, to see that it would be noticed.</summary>
internal enum Fault
{
    None,
    DeletedUserCounts,
    DeletedLicenseCounts,
    OrganizationSuspensionForgotten,
    OrganizationDeletionForgotten,
    UserSuspensionForgotten,
    RevocationForgotten,
    LicenseSuspensionForgotten,
    EffectiveDateExclusive,
    ExpiryInclusive,
    RenewalForgotten,
    ForeignLicenseOpens,
    UserSuspensionBeforeOrganizations,
    ExpiryBeforeRevocation,
    GroupDeletionForgotten,
    LeavingGroupForgotten,
    UnassignedGroupOpens,
    UnassignedUserKeepsAccess,
    FormerPrimaryUserKeepsAccess,
    MoveKeepsMemberships,
    TransferKeepsAssignments,
    WindowBeginsLate,
    WindowEndsLate,
    WindowForgotten,
}
