using EventSourcedOrgs.Domain;

namespace EventSourcedOrgs.Projections;

/// <summary>
/// What the rows say about access at a moment, as SQL: at the position that one parameter holds, by the clock of another. The rules of denial are those of
/// <see cref="Access.Decide"/>, in its order. A membership counts from after the user's last move, an assignment from after the licence's last transfer.
/// </summary>
internal sealed record AccessRules(string Position, string Now)
{
    /// <summary>The row is one of those that hold at the moment.</summary>
    public string Hold(string alias) => $"({alias}.since <= {Position} and ({alias}.until is null or {alias}.until > {Position}))";

    /// <summary>The code of the denial, or null, for user <c>u</c> of organization <c>o</c> and licence <c>l</c>, to which there is a way or not.</summary>
    public string Code(string reached) =>
        $"""
         case
             when u.organization_id is not null and (o.id is null or o.suspended) then '{Access.OrganizationSuspended.Code}'
             when u.suspended then '{Access.UserSuspended.Code}'
             when l.id is null then '{Access.NotAssigned.Code}'
             when l.revoked then '{Access.LicenseRevoked.Code}'
             when l.suspended then '{Access.LicenseSuspended.Code}'
             when {Now} < l.effective_date then '{Access.LicenseNotYetEffective.Code}'
             when {Now} >= l.expires_at then '{Access.LicenseExpired.Code}'
             when l.organization_id is distinct from u.organization_id and l.organization_id is not null then '{Access.ForeignLicense.Code}'
             when not {reached} then '{Access.NotAssigned.Code}'
         end
         """;

    /// <summary>The ways from the user to the licence of a row <c>p</c>, each with the position at which it was complete.</summary>
    public string Ways(string userPlaced, string licensePlaced) =>
        $"""
         select {(int)AccessPathKind.PrimaryUser} as kind, null::uuid as group_id, d.since as opened from {EffectiveAccess.PrimaryUsers.Name} d
         where d.license_id = p.license_id and d.user_id = p.user_id and {Hold("d")}
         union all
         select {(int)AccessPathKind.AdditionalUser}, null, d.since from {EffectiveAccess.AdditionalUsers.Name} d
         where d.license_id = p.license_id and d.user_id = p.user_id and {Hold("d")} and d.since > {licensePlaced}
         union all
         select {(int)AccessPathKind.UserGroup}, m.group_id, greatest(m.since, d.since) from {EffectiveAccess.Memberships.Name} m
         join {EffectiveAccess.UserGroups.Name} g on g.id = m.group_id and {Hold("g")}
         join {EffectiveAccess.Assignments.Name} d on d.license_id = p.license_id and d.group_id = m.group_id and {Hold("d")} and d.since > {licensePlaced}
         where m.user_id = p.user_id and {Hold("m")} and m.since > {userPlaced}
         """;
}
