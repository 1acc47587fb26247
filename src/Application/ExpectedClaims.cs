using EventSourcedOrgs.Domain.Accounts;
using EventSourcedOrgs.Domain.EntitlementSets;
using EventSourcedOrgs.Domain.Features;
using EventSourcedOrgs.Domain.Licenses;
using EventSourcedOrgs.Domain.Releases;
using EventSourcedOrgs.Domain.Roles;
using EventSourcedOrgs.Domain.UserGroups;
using EventSourcedOrgs.Domain.Users;

namespace EventSourcedOrgs.Application;

/// <summary>What a state must hold, because it exists: what commands take and free follows from the states, so that an audit can tell whether somebody took a claim away.</summary>
public sealed class ExpectedClaims(Secrets secrets)
{
    /// <summary>The ids of the claims of a state, with their holder.</summary>
    public IEnumerable<(string Id, Guid Holder)> Of(object state) => UniquesOf(state).Select(claim => (Claims.IdOf(claim.Unique, secrets), claim.Holder));

    private static IEnumerable<(Unique Unique, Guid Holder)> UniquesOf(object state) => state switch
    {
        Account account => [(Unique.Account, account.Id.Value)],
        User { Exists: true, Email.Value: { } email } user => [(Unique.Email(email), user.Id.Value)],
        UserGroup { Exists: true } group => [(Unique.UserGroupName(group.Organization, group.Name), group.Id.Value)],
        License { Exists: true } license => [(Unique.LicenseKey(license.Key), license.Id.Value)],
        Release { Exists: true } release => Releases.ReleaseNames.UniquesOf(release).Select(unique => (unique, release.Id.Value)),
        ReleaseChannel { Exists: true } channel => [(Unique.ReleaseChannelName(channel.Name), channel.Id.Value)],
        ReleasePlatform { Exists: true } platform => [(Unique.ReleasePlatformName(platform.Name), platform.Id.Value)],
        Feature { Exists: true } feature => [(Unique.FeatureName(feature.Name), feature.Id.Value)],
        EntitlementSet { Exists: true } set => [(Unique.EntitlementSetName(set.Name), set.Id.Value)],
        CustomRole { Exists: true } role => [(Unique.RoleName(role.Name), role.Id.Value)],
        _ => [],
    };
}
